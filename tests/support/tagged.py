"""A website with the pasted tag, a real collector, and all that goes between them."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Request

from recorder.collector import serving
from recorder.store import Store
from tests.support.serving import WebSite, website

__all__ = [
    "NO_CONSENT_NEEDED",
    "TaggedSite",
    "Wire",
    "eventually",
    "flushed",
    "tagged_site",
    "visitor",
]

NO_CONSENT_NEEDED = 'data-consent="not-required"'

DEADLINE_S = 20.0


@dataclass
class TaggedSite:
    """`url` is the site's, `collector` where its tag sends to."""

    site: WebSite
    collector: str
    key: str
    store: Store

    @property
    def url(self) -> str:
        return self.site.url

    def tag(self, attributes: str) -> str:
        return (
            f'<script async src="{self.collector}/heatwright.js" crossorigin '
            f'referrerpolicy="no-referrer" data-key="{self.key}" {attributes}></script>'
        )

    def set_page(self, path: str, body: str, attributes: str = NO_CONSENT_NEEDED) -> None:
        """A page whose head is the tag with `attributes` and nothing else."""
        head = f'<meta charset="utf-8"><title>Tagged</title>{self.tag(attributes)}'
        self.site.pages[path] = (
            f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
        )


@asynccontextmanager
async def tagged_site(
    store: Store, pages: Mapping[str, str], attributes: str = NO_CONSENT_NEEDED
) -> AsyncIterator[TaggedSite]:
    """Serves `pages` (path → inside of the body), each with the tag in its head."""
    async with website({}) as site:
        registered = store.sites.add("tagged", [site.url], allow_private=True)
        async with serving(store, fetch_assets=False) as collector:
            tagged = TaggedSite(site, collector, registered.write_key, store)
            for path, body in pages.items():
                tagged.set_page(path, body, attributes)
            yield tagged


@dataclass
class Wire:
    """What a context's pages asked the collector for, and what they sent it."""

    collector: str
    requests: list[Request] = field(default_factory=list)

    @classmethod
    def tap(cls, context: BrowserContext, collector: str) -> Wire:
        wire = cls(collector)
        context.on("request", wire._note)
        return wire

    def _note(self, request: Request) -> None:
        if request.url.startswith(self.collector):
            self.requests.append(request)

    @property
    def bodies(self) -> list[bytes]:
        """Bodies of all batches, inflated."""
        found = []
        for request in self.requests:
            body = request.post_data_buffer
            if body:
                found.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        return found

    @property
    def batches(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch["events"]]

    def custom(self, tag: str) -> list[Any]:
        """Payloads of the custom events of this name."""
        return [
            event["data"]["payload"]
            for event in self.events
            if event["type"] == 5 and event["data"]["tag"] == tag
        ]


@asynccontextmanager
async def visitor(
    browser: Browser, tagged: TaggedSite, **options: Any
) -> AsyncIterator[tuple[Page, Wire]]:
    """A fresh context's first page, still empty, and its wire."""
    context = await browser.new_context(**options)
    try:
        wire = Wire.tap(context, tagged.collector)
        yield await context.new_page(), wire
    finally:
        # What a page still sends as it goes meets a test's own handler: its failure, on a page that
        # is gone, would be raised in the next test that asks this browser for something.
        for page in context.pages:
            await page.unroute_all(behavior="ignoreErrors")
        await context.close()


async def eventually(holds: Callable[[], object], what: str = "it") -> None:
    """Waits until `holds()`; fails the test when it never does."""
    for _ in range(int(DEADLINE_S / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what} never came true")


async def flushed(page: Page) -> None:
    """All that was recorded so far is handed over."""
    await page.wait_for_function("() => window.heatwright && !Array.isArray(window.heatwright)")
    await page.evaluate("() => window.heatwright.flush()")
