"""Small websites on loopback, and listeners that count who calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

__all__ = ["Listener", "WebSite", "listening", "website"]

TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}


@dataclass
class WebSite:
    """A running site: `url` without a trailing slash; `pages` may change while it runs."""

    url: str
    pages: dict[str, str | bytes]
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def website(pages: Mapping[str, str | bytes]) -> AsyncIterator[WebSite]:
    """Serves `pages` (path → body; the suffix tells the type) on a free port."""
    site = WebSite("", dict(pages))

    async def answer(request: web.Request) -> web.Response:
        site.asked.append(request.path_qs)
        body = site.pages.get(request.path)
        if body is None:
            return web.Response(status=404, text="nothing here")
        kind = TYPES.get(request.path.rpartition(".")[2], "text/html")
        data = body.encode() if isinstance(body, str) else body
        charset = "utf-8" if kind.startswith("text/") else None
        return web.Response(body=data, content_type=kind, charset=charset)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()


@dataclass
class Listener:
    """A TCP port on every loopback address; `calls` holds the address of each caller."""

    port: int = 0
    calls: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Listens on 127.0.0.1, and on ::1 where the machine has it, at the same port."""
    listener = Listener()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.calls.append(str(writer.get_extra_info("peername")))
        listener.heard.set()
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    servers = [server]
    listener.port = server.sockets[0].getsockname()[1]
    try:
        servers.append(await asyncio.start_server(note, "::1", listener.port))
    except OSError:
        servers = [server]  # machines without IPv6 have one door less to guard
    try:
        yield listener
    finally:
        for one in servers:
            one.close()
            await one.wait_closed()
