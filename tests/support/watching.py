"""Watchers of the tag in a test page, without the rest of the tag."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.bundling import module_script

__all__ = ["told", "wait_until_told", "watch"]

ROOT = Path(__file__).resolve().parents[2]
RRWEB = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"
FAKE = Path(__file__).with_name("watching.js").read_text(encoding="utf-8")

ASK_S = 0.05
ASKS = 200
"""Idle time comes when it comes: ten seconds are given up after, not waited for."""


async def watch(page: Page, module: str, watcher: str, **options: Any) -> None:
    """Records `page` with rrweb and one watcher; `window.watching` has events and `stop`."""
    # No script element: the page is to stay as it was.
    await page.evaluate("(code) => (0, eval)(code)", RRWEB.read_text(encoding="utf-8"))
    await page.evaluate(f"{module_script(module)}; window.subject = subject")
    begin = "(options) => { window.watching = (%s)(subject.%s, options) }"
    await page.evaluate(begin % (FAKE, watcher), options)


async def told(page: Page, tag: str) -> list[Any]:
    """Payloads of the custom events called `tag` so far."""
    found = await page.evaluate(
        "(tag) => watching.events.filter((one) => one.type === 5 && one.data.tag === tag)"
        ".map((one) => one.data.payload)",
        tag,
    )
    assert await page.evaluate("() => watching.troubles") == []
    return list(found)


async def wait_until_told(page: Page, tag: str, count: int = 1) -> list[Any]:
    """The payloads once there are `count`."""
    payloads = await told(page, tag)
    for _ in range(ASKS):
        if len(payloads) >= count:
            return payloads
        await asyncio.sleep(ASK_S)
        payloads = await told(page, tag)
    raise AssertionError(f"{tag} was told {len(payloads)} times")
