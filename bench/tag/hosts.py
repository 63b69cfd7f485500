"""`python -m bench.tag.hosts`: the measured sites, a sink for each recorder, and a collector.

In a process of its own, so that serving and measuring do not wait for each other. Says its
addresses as one line of JSON and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from bench.tag.contestants import SCRIPTS, Recorder, recorder_markup
from bench.tag.pages import PAGES, markup
from recorder import limits
from recorder.collector import make_collector
from recorder.store import Store
from tests.support.bundling import module_script
from tests.truth.sites import SB_ADMIN, serving_site

__all__ = ["main"]

MARK = b"the-last-of-it"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Books:
    """What came in, by recorder."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.forget()

    def forget(self) -> None:
        self.sizes: dict[str, list[int]] = {one: [] for one in Recorder}
        self.marked: set[str] = set()
        self.known = {session.id for session in self.store.sessions()}

    def note(self, recorder: str, size: int) -> None:
        self.sizes[recorder].append(size)

    def is_marked(self, recorder: str) -> bool:
        if recorder != Recorder.TAG:
            return recorder in self.marked
        return any(
            MARK in bytes(event.data)
            for session in self.store.sessions()
            if session.id not in self.known
            for document in self.store.documents(session.id)
            for event in self.store.events(document.id)
        )


def _site(books: Books, paste: Callable[[str], str]) -> web.Application:
    """Pages, scripts and sinks; `paste` gives a recorder's markup."""
    packer = module_script("node_modules/@rrweb/packer/dist/pack.js", "rrwebPacker")
    scripts = {name: file.read_text("utf-8") for name, file in SCRIPTS.items()}
    scripts["packer"] = packer

    async def page(request: web.Request) -> web.Response:
        sheet = PAGES[request.match_info["name"]]
        text = markup(sheet, paste(request.query["with"]))
        return web.Response(text=text, content_type="text/html")

    async def blank(_: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html>", content_type="text/html")

    async def script(request: web.Request) -> web.Response:
        text = scripts[request.match_info["name"]]
        return web.Response(text=text, content_type="text/javascript")

    async def sink(request: web.Request) -> web.Response:
        recorder = request.match_info["recorder"]
        body = await request.read()
        books.note(recorder, len(body))
        plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        if MARK in plain:
            books.marked.add(recorder)
        origin = request.headers.get("Origin", "*")
        allowed = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
        }
        return web.Response(headers=allowed)

    async def taken(request: web.Request) -> web.Response:
        sizes = books.sizes[request.match_info["recorder"]]
        return web.json_response({"requests": len(sizes), "bytes": sum(sizes)})

    async def marked(request: web.Request) -> web.Response:
        recorder = request.match_info["recorder"]
        return web.json_response(await asyncio.to_thread(books.is_marked, recorder))

    async def forget(_: web.Request) -> web.Response:
        books.forget()
        return web.Response()

    app = web.Application(client_max_size=limits.INFLATED_BYTES * 4)
    app.add_routes(
        [
            web.get("/pages/{name}", page),
            web.get("/blank", blank),
            web.get("/scripts/{name}.js", script),
            web.post("/sink/{recorder}", sink),
            web.get("/taken/{recorder}", taken),
            web.get("/marked/{recorder}", marked),
            web.post("/forget", forget),
        ]
    )
    return app


def _collector(books: Books) -> web.Application:
    """The real one, with a count of what is posted to it."""

    @web.middleware
    async def counting(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.method == "POST":
            books.note(Recorder.TAG, request.content_length or 0)
        return await handler(request)

    app = make_collector(books.store, fetch_assets=False)
    app.middlewares.append(counting)
    return app


async def _up(stack: AsyncExitStack, app: web.Application) -> str:
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def _serve(store: Store, stack: AsyncExitStack) -> None:
    pasted: dict[Recorder, list[str]] = {one: [""] for one in Recorder}
    books = Books(store)
    origin = await _up(stack, _site(books, lambda name: pasted[Recorder(name)][0]))
    templates = {
        one: await stack.enter_async_context(serving_site(SB_ADMIN, pasted[one]))
        for one in Recorder
    }
    collector = await _up(stack, _collector(books))
    site = store.sites.add("bench", [origin, *templates.values()], consent="not-required")
    for one in Recorder:
        pasted[one][0] = recorder_markup(one, origin, collector, site.write_key)
    told = {"origin": origin} | {f"template {one}": url for one, url in templates.items()}
    print(json.dumps(told), flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def main() -> None:
    """Serve until standard input ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        async with AsyncExitStack() as stack:
            await _serve(store, stack)


if __name__ == "__main__":
    asyncio.run(main())
