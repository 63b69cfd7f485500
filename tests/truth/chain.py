"""Heatwright from outside: recorded by its driver or its pasted tag, read by its command line."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, Page

from recorder.collector import serving
from recorder.devices import bare_width
from recorder.drive import Errand, record_visit
from recorder.store import Store
from tests.truth.live import HEIGHTS, ready, stay_home
from tests.truth.sites import ROOT, Sheet, serving_site, tag_for

Way = Literal["driven", "tagged"]
Visit = Callable[[Page], Awaitable[None]]


async def look_around(page: Page) -> None:
    """A visitor who waits until the page is at rest."""
    await ready(page)


def store_url(folder: Path) -> str:
    return f"sqlite:///{folder}/heatwright.db"


async def record(
    way: Way, browser: Browser, folder: Path, sheet: Sheet, width: int, visit: Visit = look_around
) -> None:
    """One session in the store at `folder`; the site is down when this returns."""
    with Store.open(store_url(folder)) as store:
        if way == "driven":
            await _drive(browser, store, sheet, width, visit)
        else:
            await _tag(browser, store, sheet, width, visit)


async def _drive(browser: Browser, store: Store, sheet: Sheet, width: int, visit: Visit) -> None:
    async with serving_site(sheet.source) as origin:
        errand = Errand(f"{origin}/{sheet.path}", bare_width(width), visit, prepare=stay_home)
        driven = await record_visit(browser, store, errand)
    if driven.problem:
        raise driven.problem


async def _tag(browser: Browser, store: Store, sheet: Sheet, width: int, visit: Visit) -> None:
    """As a site owner has it: collector up, tag pasted, nothing else of ours in the browser."""
    tag: list[str] = [""]
    async with serving_site(sheet.source, tag) as origin:
        site = store.sites.add("measured", [origin], consent="not-required", allow_private=True)
        # Closing the collector finishes what it still fetches, so the site goes down after it.
        async with serving(store) as collector:
            tag[0] = tag_for(collector, site.write_key)
            size: Any = {"width": width, "height": HEIGHTS[width]}
            context = await browser.new_context(viewport=size)
            await stay_home(context)
            page = await context.new_page()
            await page.goto(f"{origin}/{sheet.path}")
            await visit(page)
            await page.wait_for_timeout(600)
            await page.evaluate("() => window.heatwright.flush()")
            await context.close()


async def heatwright(*arguments: str) -> str:
    """Runs the command line; what it printed on stdout."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from heatwright.cli import main; main()", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, f"heatwright {' '.join(arguments)}: {errors.decode()}"
    return out.decode()


def _widths(widths: list[int]) -> list[str]:
    return [word for width in widths for word in ("--width", str(width))]


async def replayed(folder: Path, widths: list[int]) -> dict[int, tuple[dict[str, Any], bytes]]:
    """The recorded session's end at each width: the boxes document and the picture."""
    out = folder / "replay"
    await heatwright(
        *("replay", "latest", "--boxes", *_widths(widths)),
        *("--store", store_url(folder), "--out", str(out)),
    )
    return {
        width: (
            json.loads((out / f"boxes-{width}.json").read_bytes()),
            (out / f"replay-{width}.png").read_bytes(),
        )
        for width in widths
    }


async def heatmapped(
    folder: Path, path: str, widths: list[int]
) -> tuple[list[dict[str, Any]], dict[int, list[dict[str, str]]]]:
    """The summaries that `--json` prints, and the rows of `--points` by width, in time order."""
    points = folder / "points.csv"
    printed = await heatwright(
        *("heatmap", path, "--points", str(points), "--json", *_widths(widths)),
        *("--store", store_url(folder), "--out", str(folder / "heat")),
    )
    with points.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    by_width = {
        width: sorted(
            (row for row in rows if int(row["width"]) == width),
            key=lambda row: int(row["time_ms"]),
        )
        for width in widths
    }
    return json.loads(printed), by_width
