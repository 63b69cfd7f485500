"""Watchers of the tag in a test page, without the rest of the tag."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.bundling import module_script

__all__ = ["WATCHERS", "WINDOW", "begin", "prepare", "told", "wait_until_told", "watched"]

WATCHERS = (
    *("errors", "requests", "scrolls", "visibility", "surroundings", "resting", "canvas"),
    *("media", "widths", "fonts", "popovers"),
)

WINDOW: Any = {"width": 800, "height": 600}


async def prepare(page: Page) -> None:
    """Puts `watching` (see `watching.ts`) into the page; nothing is recorded yet."""
    # No script element: the page is to stay as it was.
    script = module_script("tests/support/watching.ts", "watching")
    await page.evaluate(f"{script}; window.watching = watching")


async def begin(page: Page, *watchers: str, **settings: Any) -> None:
    """Records the page with rrweb and these watchers."""
    await prepare(page)
    await page.evaluate("(settings) => watching.record(settings)", settings)
    await page.evaluate("(watchers) => watching.start(...watchers)", watchers)


@asynccontextmanager
async def watched(
    browser: Browser, url: str, *watchers: str, clock: bool = False, **settings: Any
) -> AsyncIterator[Page]:
    """A page at `url` under `watchers`; at its end none of them has thrown anything.

    With `clock` its time stands until `page.clock` puts it forward.
    """
    context = await browser.new_context(viewport=WINDOW)
    page = await context.new_page()
    if clock:
        await page.clock.install()
    await page.goto(url)
    await begin(page, *watchers, **settings)
    yield page
    faults = await page.evaluate("watching.faults()")
    await context.close()
    assert faults is None, faults


async def told(page: Page, name: str) -> list[Any]:
    """Payloads of the custom events `heatwright/<name>`, oldest first."""
    payloads: list[Any] = await page.evaluate("(name) => watching.told(name)", name)
    return payloads


async def wait_until_told(page: Page, name: str, count: int = 1) -> list[Any]:
    """The payloads once there are `count`."""
    enough = "([name, count]) => watching.told(name).length >= count"
    await page.wait_for_function(enough, arg=[name, count], timeout=10_000, polling=20)
    return await told(page, name)
