"""The live page: what every answer of ours is compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from recorder.chromium import launch

Box = tuple[float, float, float, float]

HEIGHTS = {1440: 900, 768: 1024, 390: 844}
"""Viewport heights (CSS px) of the widths that are measured."""

SCRIPT = (Path(__file__).parent / "page.js").read_text("utf-8")

KEEP_STILL = (
    "addEventListener('resize', (e) => globalThis.truth && e.stopImmediatePropagation(), true)"
)
"""A full-page screenshot tells the page that its window was resized; one page rearranged
itself on that. Once the measuring script is in, no page is told."""

SETTLE_MS = 1200
"""After load, for scripts that build the page late and animations that they start."""


@dataclass(frozen=True)
class Live:
    """One load: boxes and structure by path, and the full page as PNG."""

    boxes: dict[str, Box]
    structure: dict[str, str]
    png: bytes


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of our own."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            yield browser
        finally:
            await browser.close()


async def stay_home(context: BrowserContext) -> None:
    """Refuses whatever is not on loopback."""

    async def judge(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            await route.continue_()
        else:
            await route.abort()

    await context.route("**/*", judge)


async def ready(page: Page) -> None:
    """Waits for a loaded page to come to rest and brings the measuring script in."""
    with suppress(PlaywrightTimeout):
        await page.wait_for_load_state("networkidle", timeout=5000)
    await page.wait_for_timeout(SETTLE_MS)
    await page.evaluate(SCRIPT)


@asynccontextmanager
async def opened(browser: Browser, url: str, width: int) -> AsyncIterator[Page]:
    """The live page at `width`, in a fresh context."""
    size: Any = {"width": width, "height": HEIGHTS[width]}
    context = await browser.new_context(viewport=size)
    try:
        await stay_home(context)
        await context.add_init_script(KEEP_STILL)
        page = await context.new_page()
        response = await page.goto(url)
        assert response and response.ok, f"{url} is not there"
        await ready(page)
        yield page
    finally:
        await context.close()


async def look(browser: Browser, url: str, width: int) -> Live:
    """Loads the page and reads it off, at rest and at its top."""
    async with opened(browser, url, width) as page:
        await page.evaluate("() => truth.rest()")
        boxes = await page.evaluate("() => truth.boxes()")
        structure = await page.evaluate("() => truth.structure()")
        png = await page.screenshot(full_page=True, animations="disabled", caret="hide")
    return Live({path: (x, y, w, h) for path, x, y, w, h in boxes}, dict(structure), png)
