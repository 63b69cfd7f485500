"""Sites to measure: pages nobody here wrote, and the fixture shop, on loopback.

What a page wants from elsewhere is pointed at a port where nobody listens, so that live
page, recording and archive are refused the same things, whatever the machine's network.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from heatwright.demo.shop import fixture_site, make_shop

ROOT = Path(__file__).resolve().parents[2]

SHOP = "shop"
SB_ADMIN = "startbootstrap-sb-admin-2"
SOFT_UI = "soft-ui-dashboard"

_SHORT = {SHOP: "shop", SB_ADMIN: "sb", SOFT_UI: "soft"}

NOWHERE = "http://127.0.0.1:9/"
"""The discard port: refused at once."""

_REMOTE_TAG = re.compile(
    r"""(<(?:link|script|img|iframe|source)\b[^>]*?\s(?:src|href)\s*=\s*["'])(?:https?:)?//""",
    re.IGNORECASE,
)
_REMOTE_CSS = re.compile(r"""(url\(\s*["']?|@import\s+["'])(?:https?:)?//""", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """One page to measure: an npm package (or the shop) and the way to the page in it."""

    source: str
    path: str

    @property
    def name(self) -> str:
        """Short, for tables."""
        page = self.path.rsplit("/", 1)[-1].removesuffix(".html") or "home"
        return f"{_SHORT[self.source]}:{page}"


def paste(markup: str, tag: str) -> str:
    """The page with the tag as the last thing in its head, and nothing from elsewhere."""
    markup = _REMOTE_TAG.sub(rf"\g<1>{NOWHERE}", markup)
    return markup.replace("</head>", f"{tag}</head>", 1) if tag else markup


def tag_for(collector: str, key: str, attributes: str) -> str:
    """The tag as the documentation says to paste it, with further `attributes`."""
    return (
        f'<script async src="{collector}/heatwright.js" data-key="{key}" '
        f'data-consent="not-required" {attributes}></script>'
    )


@asynccontextmanager
async def serving_site(source: str, tag: list[str] | None = None) -> AsyncIterator[str]:
    """Serves a source while the block runs; yields its origin.

    `tag` is a list of one markup, read at each request: the collector must know the
    site's origin before the tag can name its key.
    """

    @web.middleware
    async def pasted(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response) and response.content_type == "text/html":
            response.text = paste(response.text or "", tag[0] if tag else "")
        return response

    app = make_shop(fixture_site()) if source == SHOP else _package(source)
    app.middlewares.append(pasted)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _package(name: str) -> web.Application:
    folder = (ROOT / "node_modules" / name).resolve()

    async def send(request: web.Request) -> web.StreamResponse:
        file = (folder / request.match_info["path"]).resolve()
        if not file.is_relative_to(folder) or not file.is_file():
            raise web.HTTPNotFound
        media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if media not in ("text/html", "text/css"):
            return web.FileResponse(file)
        text = file.read_text("utf-8")
        if media == "text/css":
            text = _REMOTE_CSS.sub(rf"\g<1>{NOWHERE}", text)
        return web.Response(text=text, content_type=media)

    app = web.Application()
    app.router.add_get("/{path:.+}", send)
    return app


SHEETS = [
    *(
        Sheet(SB_ADMIN, f"{page}.html")
        for page in ("index", "cards", "tables", "buttons", "login", "charts", "utilities-other")
    ),
    *(
        Sheet(SOFT_UI, f"pages/{page}.html")
        for page in ("dashboard", "tables", "profile", "billing", "sign-in", "rtl")
    ),
    *(
        Sheet(SHOP, path)
        for path in (
            "",
            "products",
            "products/fell-solo-tent",
            "guides/choosing-a-sleeping-bag",
            "checkout",
            "account",
        )
    ),
]
