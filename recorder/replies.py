"""Answers in their one shape: JSON, security headers, refusals with a reason."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from recorder.answers import ErrorAnswer, Reason
from recorder.errors import Unready
from recorder.parts import ACCESS, CONNECTIONS
from recorder.refusals import ReadRefusal, Refusal, Refused, RefusedBatch, RefusedRead

__all__ = [
    "BATCHES",
    "cors",
    "error_answer",
    "guard",
    "json_answer",
    "put_security_headers",
    "secure",
]

_log = logging.getLogger(__name__)

BATCHES: Final = "/v1/batches"
"""The one path that pages of other origins may use."""

_RETRY_AFTER: Final = 5  # seconds; a group commit takes milliseconds, a full disk longer

_UNAVAILABLE: Final = "The store cannot be used at the moment; what is wrong is in the log."

_SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    # The tag is embedded by other sites' pages; nothing else here is worth embedding.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Every refusal in the one shape of an error; its connection is busy meanwhile."""
    with request.app[CONNECTIONS].serving(request):
        try:
            response = await handler(request)
        except Refused as refusal:
            response = await _refusal(request, refusal)
        except Unready as error:
            response = await _refusal(request, _unavailable(request, error))
        except web.HTTPException as error:
            response = error_answer(error.status, f"http_{error.status}", error.reason)
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
    return response


async def secure(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Puts the security headers on every answer, just before it is sent."""
    put_security_headers(response)


def put_security_headers(response: web.StreamResponse) -> None:
    """The same for an answer that no signal is sent of."""
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "heatwright"  # and not which versions of what


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> web.Response:
    """`value` as JSON."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(value),
        content_type="application/json",
        headers=headers,
    )


def cors(origin: str | None) -> dict[str, str]:
    """Headers that let `origin` read the reply. Never with credentials: none are used."""
    if not origin:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


async def _refusal(request: web.Request, refusal: Refused) -> web.Response:
    """The reply to a refusal; that of a batch is readable by pages of registered origins."""
    response = error_answer(refusal.status, refusal.reason.value, refusal.message)
    if isinstance(refusal, RefusedBatch):
        origin = request.headers.get("Origin")
        response.headers["Vary"] = "Origin"
        if refusal.reason is not Refusal.ORIGIN and await _may_read(request, origin):
            response.headers.update(cors(origin))
    elif refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="heatwright"'
    if refusal.status in (429, 503):
        response.headers["Retry-After"] = str(refusal.retry_after or _RETRY_AFTER)
    return response


def _unavailable(request: web.Request, error: Unready) -> Refused:
    """Where the store is and what is wrong with it is for who runs it, not for who asks."""
    _log.warning("%s", error.message)
    if request.path == BATCHES:
        return RefusedBatch(Refusal.UNAVAILABLE, _UNAVAILABLE)
    return RefusedRead(ReadRefusal.UNAVAILABLE, _UNAVAILABLE)


async def _may_read(request: web.Request, origin: str | None) -> bool:
    """Whether the page may read the reply; no, when the store cannot say."""
    try:
        return await request.app[ACCESS].may_ask(origin)
    except Unready:
        return False


def error_answer(status: int, reason: str, message: str) -> web.Response:
    """An error in its one shape."""
    return json_answer(status, ErrorAnswer(Reason(reason, message)))
