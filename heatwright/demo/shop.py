"""The fixture shop: static pages with a few words filled in, pretty URLs, one JSON endpoint.

Everything on a page comes from the folder `site`; nothing is requested from anywhere else. With a
collector's URL, each page's `<!-- heatwright -->` comment becomes the tag, so that the same site
serves visits that are driven and visits that are tagged.

    python -m heatwright.demo.shop --port 8123
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

__all__ = ["DEFAULT_PORT", "VARIANTS", "fixture_site", "make_shop", "serve_shop"]

DEFAULT_PORT = 8123

PAGE_SIZE = 8
"""Products in one answer of `/api/products`: two rows on a desktop, so scrolling fetches more."""

FAVOURITES = 8
RELATED = 4

VARIANTS: dict[str, str] = {"a": "Shop the autumn kit", "b": "Find my kit for tonight"}
"""Variant of the A/B test to the words on the hero's button."""

TRAIT_PREFIX = "trait-"
"""Query fields and cookies with this prefix become `data-trait-…` on the tag."""

TAG_COMMENT = "<!-- heatwright -->"

_INCLUDE = re.compile(r"<!-- include ([a-z]+) -->")
_FIELD = re.compile(r"\{\{ (\w+) \}\}")
_TRAIT_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_STATIC_FOLDERS = ("css", "js", "img", "fonts")
_STATIC_FILES = ("icons.svg", "favicon.svg")

Product = dict[str, Any]


def fixture_site() -> Path:
    """The site's folder: beside this module in an installed wheel, `fixtures/site` in a checkout.

    Raises FileNotFoundError when neither exists.
    """
    beside = Path(__file__).resolve().parent / "site"
    checkout = Path(__file__).resolve().parents[2] / "fixtures" / "site"
    for folder in (beside, checkout):
        if (folder / "home.html").is_file():
            return folder
    raise FileNotFoundError(f"The fixture site is neither at {beside} nor at {checkout}.")


@dataclass(frozen=True)
class Tag:
    """How pages are tagged: the collector's base URL, without a slash at the end, and the key."""

    collector: str
    write_key: str

    def markup(self, variant: str, traits: Mapping[str, str]) -> str:
        """The script element for one visitor; every value is escaped."""
        attributes = {
            "src": f"{self.collector}/heatwright.js",
            "data-key": self.write_key,
            "data-consent": "not-required",
            "data-variant": variant,
            **{f"data-trait-{name}": value for name, value in sorted(traits.items())},
        }
        written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
        return f"<script async {written}></script>"


class Shop:
    """Reads the site's folder once and answers requests from it."""

    def __init__(self, site: Path, tag: Tag | None) -> None:
        self.tag = tag
        self.partials = {file.stem: _read(file) for file in (site / "partials").glob("*.html")}
        self.pages = {
            file.relative_to(site).with_suffix("").as_posix(): self._include(_read(file))
            for file in [*site.glob("*.html"), *site.glob("guides/*.html")]
        }
        self.products: list[Product] = json.loads(_read(site / "data" / "products.json"))
        self.by_slug = {product["slug"]: product for product in self.products}

    def _include(self, page: str) -> str:
        """Put partials in; a card inside a page is a template that the page's script fills."""

        def partial(match: re.Match[str]) -> str:
            text = self.partials[match[1]]
            return _FIELD.sub(r"[[ \1 ]]", text) if match[1] == "card" else text

        return _INCLUDE.sub(partial, page)

    def _cards(self, products: list[Product]) -> str:
        return "".join(_fill(self.partials["card"], product) for product in products)

    def respond(self, request: web.Request, name: str, fields: Mapping[str, Any]) -> web.Response:
        """The page `name` with its fields and, if there is a collector, its tag."""
        variant = _choice(request, "variant")
        if variant not in VARIANTS:
            variant = next(iter(VARIANTS))
        traits = _traits(request)
        markup = self.tag.markup(variant, traits) if self.tag else ""
        page = _fill(self.pages[name], {"variant": variant, "cta": VARIANTS[variant], **fields})
        response = web.Response(
            text=page.replace(TAG_COMMENT, markup),
            content_type="text/html",
            headers={"Cache-Control": "no-cache"},
        )
        if "variant" in request.query:
            response.set_cookie("variant", variant, samesite="Lax")
        for trait, value in traits.items():
            if f"{TRAIT_PREFIX}{trait}" in request.query:
                response.set_cookie(f"{TRAIT_PREFIX}{trait}", value, samesite="Lax")
        return response

    async def home(self, request: web.Request) -> web.Response:
        cards = self._cards(self.products[:FAVOURITES])
        return self.respond(request, "home", {"favourites": Markup(cards)})

    async def product_list(self, request: web.Request) -> web.Response:
        return self.respond(request, "products", {})

    async def product(self, request: web.Request) -> web.Response:
        product = self.by_slug.get(request.match_info["slug"])
        if product is None:
            raise web.HTTPNotFound(text="There is no such product.")
        place = self.products.index(product)
        others = (self.products[place + 1 :] + self.products[:place])[:RELATED]
        return self.respond(request, "product", {**product, "related": Markup(self._cards(others))})

    async def guide(self, request: web.Request) -> web.Response:
        name = f"guides/{request.match_info['slug']}"
        if name not in self.pages:
            raise web.HTTPNotFound(text="There is no such guide.")
        return self.respond(request, name, {})

    async def checkout(self, request: web.Request) -> web.Response:
        return self.respond(request, "checkout", {})

    async def payment(self, request: web.Request) -> web.Response:
        return self.respond(request, "payment", {})

    async def account(self, request: web.Request) -> web.Response:
        return self.respond(request, "account", {})

    async def api_products(self, request: web.Request) -> web.Response:
        """`?page=1&group=&price=&sort=`: one page of the list, and whether there is more."""
        try:
            page = max(1, int(request.query.get("page", "1")))
            ceiling = float(request.query.get("price") or "inf")
        except ValueError:
            raise web.HTTPBadRequest(text="page and price are numbers.") from None
        group = request.query.get("group", "")
        chosen = [p for p in self.products if group in ("", p["group"]) and p["price"] <= ceiling]
        _sort(chosen, request.query.get("sort", ""))
        start = (page - 1) * PAGE_SIZE
        return web.json_response(
            {
                "page": page,
                "total": len(chosen),
                "more": start + PAGE_SIZE < len(chosen),
                "products": chosen[start : start + PAGE_SIZE],
            }
        )


class Markup(str):
    """Text that is HTML already and is not escaped again."""


def _read(file: Path) -> str:
    return file.read_text("utf-8")


def _fill(template: str, fields: Mapping[str, Any]) -> str:
    """Replace `{{ name }}`; values are escaped unless they are `Markup`."""

    def value(match: re.Match[str]) -> str:
        found = fields[match[1]]
        return found if isinstance(found, Markup) else html.escape(str(found))

    return _FIELD.sub(value, template)


def _choice(request: web.Request, name: str) -> str:
    return request.query.get(name) or request.cookies.get(name, "")


def _traits(request: web.Request) -> dict[str, str]:
    """Traits from cookies, overruled by the query."""
    traits = {}
    for source in (request.cookies, request.query):
        for field, value in source.items():
            name = field.removeprefix(TRAIT_PREFIX)
            if name != field and _TRAIT_NAME.fullmatch(name):
                traits[name] = value
    return traits


def _sort(products: list[Product], order: str) -> None:
    keys = {"price": ("price", False), "weight": ("grams", False), "rating": ("rating", True)}
    if order in keys:
        key, backwards = keys[order]
        products.sort(key=lambda product: product[key], reverse=backwards)


def make_shop(
    site: Path, *, collector: str | None = None, write_key: str | None = None
) -> web.Application:
    """The shop as an aiohttp application; pages are tagged when `collector` is given."""
    tag = Tag(collector.rstrip("/"), write_key or "") if collector else None
    shop = Shop(site, tag)
    app = web.Application()
    app.router.add_get("/", shop.home)
    app.router.add_get("/products", shop.product_list)
    app.router.add_get("/products/{slug}", shop.product)
    app.router.add_get("/guides/{slug}", shop.guide)
    app.router.add_get("/checkout", shop.checkout)
    app.router.add_get("/checkout/payment", shop.payment)
    app.router.add_get("/account", shop.account)
    app.router.add_get("/account/{view}", shop.account)
    app.router.add_get("/api/products", shop.api_products)
    for folder in _STATIC_FOLDERS:
        app.router.add_static(f"/{folder}", site / folder)
    for name in _STATIC_FILES:
        app.router.add_get(f"/{name}", _file(site / name))
    return app


def _file(path: Path) -> Any:
    async def send(_: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    return send


@asynccontextmanager
async def serve_shop(
    site: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    collector: str | None = None,
    write_key: str | None = None,
) -> AsyncIterator[str]:
    """Serve the shop while the context is open; yields its base URL without a slash at the end.

    Port 0 takes any free one.
    """
    runner = web.AppRunner(
        make_shop(site, collector=collector, write_key=write_key), access_log=None
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _serve_forever(arguments: argparse.Namespace) -> None:
    async with serve_shop(
        arguments.site, arguments.host, arguments.port, arguments.collector, arguments.key
    ) as base_url:
        sys.stderr.write(f"The shop is at {base_url}/ (stop with Ctrl-C)\n")
        await asyncio.Event().wait()


def main() -> None:
    """Serve the shop until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m heatwright.demo.shop", description=main.__doc__
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--site", type=Path, default=fixture_site())
    parser.add_argument("--collector", help="base URL of a collector; pages then carry the tag")
    parser.add_argument("--key", help="write key for the collector")
    try:
        asyncio.run(_serve_forever(parser.parse_args()))
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")


if __name__ == "__main__":
    main()
