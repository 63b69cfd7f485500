"""Watchers in a real page, with real rrweb and a stand-in for the rest of the tag."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.bundling import ROOT, module_script

__all__ = ["WATCHERS", "prepare", "told", "watched"]

WATCHERS = ("errors", "requests", "scrolls", "visibility", "surroundings", "resting", "canvas")

RECORDER = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"
RUN = """
(text) => {
  const script = Object.assign(document.createElement("script"), { text });
  document.head.appendChild(script).remove();
}
"""
FAKE = Path(__file__).with_name("fake_watch.js")


async def prepare(page: Page, *watchers: str) -> None:
    """Puts rrweb, `watching` and the watchers into the page; nothing is started."""
    names = ("anchor-plugin", "environment", *watchers)
    modules = [module_script(f"recorder/client/{one}.ts", one.replace("-", "_")) for one in names]
    for script in [RECORDER.read_text(), FAKE.read_text(), *modules]:
        await page.evaluate(RUN, script)


@asynccontextmanager
async def watched(
    browser: Browser,
    url: str,
    *watchers: str,
    settings: dict[str, Any] | None = None,
    record: bool = False,
) -> AsyncIterator[Page]:
    """A page at `url` under `watchers`; at its end none of them has thrown anything."""
    context = await browser.new_context(viewport={"width": 800, "height": 600})
    page = await context.new_page()
    await page.goto(url)
    await prepare(page, *watchers)
    if record:
        await page.evaluate("watching.record()")
    await page.evaluate(
        "([watchers, settings]) => watching.start(watchers, settings)",
        [list(watchers), settings or {}],
    )
    yield page
    thrown = await page.evaluate("watching.thrown")
    await context.close()
    assert thrown == []


async def told(page: Page, tag: str) -> list[Any]:
    """Payloads of the custom events `heatwright/<tag>`, oldest first."""
    payloads: list[Any] = await page.evaluate("(tag) => watching.told(tag)", f"heatwright/{tag}")
    return payloads
