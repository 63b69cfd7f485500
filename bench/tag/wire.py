"""Bytes a minute that a visit sends, beside rrweb's JSON, packed and not, and Clarity's."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any

from playwright.async_api import Browser, Page

from bench.rows import Row
from bench.tag.contestants import Recorder, visiting

__all__ = ["run"]

PAGES = ("index.html", "tables.html", "buttons.html")
SECONDS = 20.0
"""On each page: together a minute's visit of three page views."""

RECORDERS = (Recorder.TAG, Recorder.RRWEB, Recorder.PACKED, Recorder.CLARITY)

AFTERWARDS_S = 2.5
"""For what is sent when a page is left."""


def run() -> list[Row]:
    """Bodies of all requests, as sent; takes a little more than a minute."""
    kilobytes = asyncio.run(_run())
    names = {
        Recorder.RRWEB: "rrweb's events as JSON",
        Recorder.PACKED: "rrweb's events, @rrweb/packer",
        Recorder.CLARITY: "clarity-js",
    }
    label = "a minute on sb-admin-2, three views: the tag, as sent"
    return [
        Row(label, kilobytes[Recorder.TAG], name, kilobytes[one], "kB")
        for one, name in names.items()
    ]


async def _run() -> dict[Recorder, float]:
    """kB by recorder."""
    async with visiting() as (browser, hosts):
        await asyncio.gather(*(_visit(browser, hosts.templates[one]) for one in RECORDERS))
        await asyncio.sleep(AFTERWARDS_S)
        taken = {one: await hosts.taken(one) for one in RECORDERS}
    for one, given in taken.items():
        if given.requests < len(PAGES):
            raise RuntimeError(f"{one} sent nothing for some page: nothing can be compared.")
    return {one: given.bytes / 1000 for one, given in taken.items()}


async def _visit(browser: Browser, origin: str) -> None:
    """One visitor, the same to the pixel for every recorder."""
    size: Any = {"width": 1280, "height": 800}
    context = await browser.new_context(viewport=size)
    page = await context.new_page()
    random = Random(4)  # noqa: S311 - the same path for all, no secret
    for path in PAGES:
        await page.goto(f"{origin}/{path}")
        await _look_around(page, random)
    await page.goto("about:blank")
    await context.close()


async def _look_around(page: Page, random: Random) -> None:
    """Reads, scrolls, opens a menu, types into the search field."""
    end = time.monotonic() + SECONDS
    await page.click("#userDropdown")
    await page.click(".navbar-search input >> nth=0")
    await page.keyboard.type("quarterly figures", delay=60)
    for turn in range(6):
        x, y = random.uniform(260, 1200), random.uniform(100, 700)
        await page.mouse.move(x, y, steps=30)
        await page.mouse.wheel(0, 160 if turn < 4 else -320)
        await asyncio.sleep(random.uniform(0.3, 1.2))
    await page.click("#sidebarToggle")
    await page.click("#sidebarToggle")
    await asyncio.sleep(max(0.0, end - time.monotonic()))
