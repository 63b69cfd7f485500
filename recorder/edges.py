"""The edges of HTTP that aiohttp leaves rough: expectations, unknown paths, and its log."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from recorder.answers import ErrorAnswer, Reason
from recorder.replies import error_answer, json_answer, put_security_headers

__all__ = ["add_routes", "answer_what_is_no_http", "http_log"]

_REST: Final = "/{rest:.*}"
_REST_CANONICAL: Final = "/{rest}"  # as the router calls it


def add_routes(app: web.Application, routes: Iterable[web.RouteDef]) -> None:
    """Adds `routes`, and one for every other path, all with expectations of our own.

    aiohttp's own quote the header in their answer, and fail with status 500 where
    it is no UTF-8; they stand before any middleware.
    """
    for route in (*routes, web.route("*", _REST, _nothing_here)):
        kwargs = route.kwargs | {"expect_handler": _expect}
        app.add_routes([web.RouteDef(route.method, route.path, route.handler, kwargs)])


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """Lets the body come if that is what the client waits for."""
    if request.headers["Expect"].lower() != "100-continue":
        only = Reason("http_417", "Only 100-continue can be expected.")
        return json_answer(417, ErrorAnswer(only))
    if request.version == (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # What was written is no part of the answer.
        request.writer.output_size = 0
    return None


async def _nothing_here(request: web.Request) -> web.StreamResponse:
    """404; 405 if the path is there with other methods."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if resource.canonical != _REST_CANONICAL:
            _, methods = await resource.resolve(request)
            allowed |= methods
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, allowed)
    raise web.HTTPNotFound


class _Handler(RequestHandler):
    """Answers what is no HTTP as everything else is answered.

    aiohttp's own answer quotes the caller's line, and names the versions of aiohttp and Python.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        super().handle_error(request, status, exc, message)  # which logs, as `http_log` lets it
        said = "Something is wrong here." if status >= 500 else "This is no sound HTTP request."
        response = error_answer(status, f"http_{status}", said)
        put_security_headers(response)
        response.force_close()
        return response


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        handler = super().__call__()
        handler.__class__ = _Handler
        return handler


def answer_what_is_no_http(runner: web.AppRunner) -> None:
    """To be called once `runner` is set up: aiohttp has no hook for who handles connections."""
    if runner.server is not None:
        runner.server.__class__ = _Server


class _OwnErrors(logging.Filter):
    """Lets through what is wrong with us, without the caller's address; not what is with callers.

    aiohttp logs a traceback with address and request line for every damaged
    request: that is a log storm to order, and addresses are not kept.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            return False
        record.msg, record.args = "a request could not be answered", ()
        return True


def http_log() -> logging.Logger:
    """The log for `web.AppRunner(logger=…)`."""
    log = logging.getLogger("recorder.http")
    if not any(isinstance(one, _OwnErrors) for one in log.filters):
        log.addFilter(_OwnErrors())
    return log
