"""The collector: takes batches from tags, acknowledges what is durable.

POST /v1/batches     one wire batch (JSON, or gzip of it)    202, or an error below
OPTIONS /v1/batches  preflight                               204 or 403
GET /heatwright.js   the tag, and beside it all of `recorder.tag_file.TAG_FILES`
GET /s/{session}     how to replay a session: where `heatwright.sessionUrl()` leads
GET /healthz         200 {"ok": true}, 503 when the store does not answer

An error is `{"error": {"reason": "...", "message": "..."}}`; the reasons and
their statuses are `recorder.refusals.Refusal` and `STATUS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from aiohttp import web

from recorder import limits
from recorder.access import SiteAccess
from recorder.assets.harvest import Harvest
from recorder.batches import Batch, Refusal, RefusedBatch, decode_batch
from recorder.errors import UnknownSite, Unready
from recorder.index.background import Indexer
from recorder.inflate import BrokenGzip, InflatedTooLarge, gunzip, is_gzip
from recorder.ingest import GroupWriter, QueueFull
from recorder.session_link import session_link
from recorder.store import Accepted, Store
from recorder.tag_file import TAG_FILES, tag_response

__all__ = ["make_collector", "serving"]

_RETRY_AFTER: Final = "5"  # seconds; a group commit takes milliseconds, a full disk longer
_PREFLIGHT_SECONDS: Final = "7200"  # the longest that Chromium remembers a preflight
_DECODERS: Final = 4  # bodies inflated and decoded at a time: bounds memory to 4 x INFLATED_BYTES

_SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    # The tag is embedded by other sites' pages; nothing else here is worth embedding.
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STORE: Final = web.AppKey("store", Store)
_ACCESS: Final = web.AppKey("access", SiteAccess)
_WRITER: Final = web.AppKey("writer", GroupWriter)
_HARVEST: Final = web.AppKey("harvest", Harvest)
_INDEXER: Final = web.AppKey("indexer", Indexer)
_DECODING: Final = web.AppKey("decoding", asyncio.Semaphore)


def make_collector(store: Store, *, fetch_assets: bool = True) -> web.Application:
    """The collector as an aiohttp application over `store`.

    `fetch_assets` False leaves the sites' images, fonts and style sheets alone.
    `serving` runs it with the right limits of the connection, too.
    """
    app = web.Application(client_max_size=limits.INFLATED_BYTES, middlewares=[_guard])
    app[_STORE] = store
    app[_ACCESS] = SiteAccess(store)
    app[_WRITER] = GroupWriter(store)
    app[_HARVEST] = Harvest(store, enabled=fetch_assets)
    app[_INDEXER] = Indexer(store)
    app[_DECODING] = asyncio.Semaphore(_DECODERS)
    app.router.add_post("/v1/batches", _post_batch)
    app.router.add_route("OPTIONS", "/v1/batches", _preflight)
    for name in TAG_FILES:
        app.router.add_get(f"/{name}", _tag)
    app.router.add_get("/s/{session}", session_link)
    app.router.add_get("/healthz", _health)
    app.cleanup_ctx.append(_background)
    return app


@asynccontextmanager
async def serving(
    store: Store, host: str = "127.0.0.1", port: int = 0, *, fetch_assets: bool = True
) -> AsyncIterator[str]:
    """Runs the collector while the block runs; yields its base URL. Port 0: a free one.

    At the end requests in flight are answered and what was accepted is
    written. Raises Unready if the address cannot be used.
    """
    runner = web.AppRunner(
        make_collector(store, fetch_assets=fetch_assets),
        access_log=None,
        keepalive_timeout=limits.KEEP_ALIVE_SECONDS,
        shutdown_timeout=limits.SHUTDOWN_SECONDS,
        auto_decompress=False,  # so that the size on the wire has a limit of its own
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Unready(
                f"Port {port} on {host} cannot be used: {error.strerror or error}.",
                "Name another address with --host and --port.",
            ) from error
        bound = runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        yield f"http://{shown}:{bound[1]}"
    finally:
        await runner.cleanup()


async def _background(app: web.Application) -> AsyncIterator[None]:
    app[_WRITER].start()
    app[_HARVEST].start()
    app[_INDEXER].start()
    yield
    await app[_INDEXER].stop()
    await app[_WRITER].stop()
    await app[_HARVEST].drain(limits.ASSET_DRAIN_SECONDS)


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Security headers on everything; every refusal in the one shape of an error."""
    try:
        response = await handler(request)
    except RefusedBatch as refusal:
        response = await _refusal(request, refusal)
    except Unready as error:
        response = await _refusal(request, RefusedBatch(Refusal.UNAVAILABLE, error.message))
    except web.HTTPException as error:
        response = _error(error.status, f"http_{error.status}", error.reason)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _post_batch(request: web.Request) -> web.StreamResponse:
    body = await _read_body(request)
    async with request.app[_DECODING]:
        batch = await asyncio.to_thread(_decode, body, _encoding(request))
    del body
    origin = request.headers.get("Origin")
    site = await request.app[_ACCESS].site(batch.key, origin)
    agent = request.headers.get("User-Agent", "")
    batch = msgspec.structs.replace(batch, user_agent=_label(agent))
    try:
        verdict = await request.app[_WRITER].write(batch)
    except QueueFull:
        raise RefusedBatch(Refusal.BUSY, "Too many batches are waiting; try again.") from None
    if isinstance(verdict, UnknownSite):
        raise RefusedBatch(Refusal.UNKNOWN_KEY, verdict.message)
    if not isinstance(verdict, Accepted):
        raise verdict
    if verdict is Accepted.STORED:
        request.app[_HARVEST].submit(site, batch)
    return _json(
        202,
        {
            "accepted": len(batch.events),
            "refused": batch.refused,
            "duplicate": verdict is Accepted.DUPLICATE,
        },
        _cors(origin),
    )


async def _read_body(request: web.Request) -> bytes:
    """The body as sent. Raises RefusedBatch when it is too large, too slow or cut off."""
    too_large = RefusedBatch(
        Refusal.TOO_LARGE, f"A body has at most {limits.WIRE_BYTES} bytes on the wire."
    )
    if (request.content_length or 0) > limits.WIRE_BYTES:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            async for part in request.content.iter_any():
                size += len(part)
                if size > limits.WIRE_BYTES:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        raise RefusedBatch(Refusal.SLOW_BODY, "The body took too long to arrive.") from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise RefusedBatch(Refusal.MALFORMED, f"The body is damaged: {error}.") from None
    return b"".join(parts)


def _encoding(request: web.Request) -> str:
    return request.headers.get("Content-Encoding", "").strip().lower()


def _decode(body: bytes, encoding: str) -> Batch:
    """The batch in a body as sent; runs in a thread. Raises RefusedBatch."""
    if encoding not in ("", "identity", "gzip"):
        raise RefusedBatch(Refusal.ENCODING, "Send JSON as it is, or as gzip.")
    # The body tells, not the header: a beacon cannot set one, and a server in between that
    # inflates bodies itself leaves it. No JSON begins as gzip does.
    if is_gzip(body):
        try:
            body = gunzip(body, limits.INFLATED_BYTES)
        except InflatedTooLarge:
            raise RefusedBatch(
                Refusal.TOO_LARGE, f"A batch holds at most {limits.INFLATED_BYTES} bytes."
            ) from None
        except BrokenGzip as error:
            raise RefusedBatch(Refusal.BROKEN_GZIP, f"This is not gzip: {error}.") from None
    return decode_batch(body)


async def _preflight(request: web.Request) -> web.StreamResponse:
    origin = request.headers.get("Origin")
    if not await request.app[_ACCESS].may_ask(origin):
        raise RefusedBatch(Refusal.ORIGIN, "The page's origin is not registered.")
    headers = _cors(origin) | {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type, Content-Encoding",
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }
    return web.Response(status=204, headers=headers)


async def _tag(request: web.Request) -> web.StreamResponse:
    return await tag_response(request)


async def _health(request: web.Request) -> web.StreamResponse:
    await asyncio.to_thread(request.app[_STORE].sites.list)
    return _json(200, {"ok": True})


async def _refusal(request: web.Request, refusal: RefusedBatch) -> web.Response:
    """The reply to a refusal; readable by the page if its origin is registered anywhere."""
    response = _error(refusal.status, refusal.reason.value, refusal.message)
    origin = request.headers.get("Origin")
    response.headers["Vary"] = "Origin"
    if refusal.reason is not Refusal.ORIGIN and await _may_read(request, origin):
        response.headers.update(_cors(origin))
    if refusal.status == 503:
        response.headers["Retry-After"] = _RETRY_AFTER
    return response


async def _may_read(request: web.Request, origin: str | None) -> bool:
    """Whether the page may read the reply; no, when the store cannot say."""
    try:
        return await request.app[_ACCESS].may_ask(origin)
    except Unready:
        return False


def _error(status: int, reason: str, message: str) -> web.Response:
    return _json(status, {"error": {"reason": reason, "message": message}})


def _json(status: int, value: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(value),
        content_type="application/json",
        headers=headers,
    )


def _cors(origin: str | None) -> dict[str, str]:
    """Headers that let `origin` read the reply. Never with credentials: none are used."""
    if not origin:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


def _label(text: str) -> str:
    """A header as text that every database takes."""
    clean = text.encode("utf-8", "replace").decode()
    return clean[: limits.LABEL_CHARS * 2].replace("\x00", "\ufffd")
