"""The stage: warm screenshots beside a new page for each, and a build beside a live page load."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from playwright.async_api import async_playwright

from bench.rows import Row
from heatwright.demo.shop import fixture_site, serve_shop
from recorder.chromium import launch
from recorder.devices import DEVICES
from recorder.drive import Errand, record_visit
from recorder.store import Store
from replay import Moment, Theatre, find_moment, render

__all__ = ["run"]

REPEATS = 7
DEVICE = DEVICES["desktop"]


def run() -> list[Row]:
    """Medians over renders of the shop's home page; takes about half a minute."""
    return asyncio.run(_run())


async def _run() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'bench.db'}") as store,
    ):
        moment, live = await _record(store)
        async with Theatre(store) as theatre:
            warm = await _median(lambda: render(theatre, moment, DEVICE))
        cold = await _median(lambda: _cold(store, moment))
    return [
        Row(
            "a render, warm stage: two shots, boxes, report",
            warm,
            "the same with a new browser",
            cold,
        ),
        Row(
            "a render, warm stage: two shots, boxes, report",
            warm,
            "live page, load and one shot",
            live,
        ),
    ]


async def _record(store: Store) -> tuple[Moment, float]:
    """A recorded moment of the home page, and how long loading and shooting it live takes (ms)."""
    async with serve_shop(fixture_site()) as url, async_playwright() as playwright:
        browser = await launch(playwright)
        driven = await record_visit(browser, store, Errand(f"{url}/", DEVICE))
        page = await browser.new_page(**DEVICE.context_options())

        async def load() -> None:
            await page.goto(f"{url}/", wait_until="load")
            await page.screenshot(full_page=True, animations="disabled")

        live = await _median(load)
        await browser.close()
    return find_moment(store, driven.session), live


async def _cold(store: Store, moment: Moment) -> None:
    async with Theatre(store) as theatre:
        await render(theatre, moment, DEVICE)


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    """Median milliseconds of `work`, after one run that is not counted."""
    times = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1000)
    return median(times[1:])
