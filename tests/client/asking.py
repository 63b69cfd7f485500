"""A website whose answers differ: slow, redirected, failing, streamed, cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

__all__ = ["answering"]

PAGE = "<!doctype html><title>shop</title><body>hello"


async def _page(_request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


async def _json(request: web.Request) -> web.Response:
    headers = {"x-request-id": "r-1", "x-private": "secret", "Access-Control-Allow-Origin": "*"}
    body = {"method": request.method, "sent": await request.text()}
    return web.json_response(body, status=int(request.query.get("status", "200")), headers=headers)


async def _redirect(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/json")


async def _slow(_request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response(text="late")


async def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for part in (b"one ", b"two ", b"three"):
        await response.write(part)
    return response


async def _closed(_request: web.Request) -> web.Response:
    return web.Response(text="not for other origins")


@asynccontextmanager
async def answering() -> AsyncIterator[str]:
    """The site's URL without a trailing slash; with `localhost` for a host, another origin's."""
    app = web.Application()
    app.router.add_get("/", _page)
    app.router.add_route("*", "/json", _json)
    app.router.add_get("/redirect", _redirect)
    app.router.add_get("/slow", _slow)
    app.router.add_get("/cut", _cut)
    app.router.add_get("/stream", _stream)
    app.router.add_get("/closed", _closed)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
