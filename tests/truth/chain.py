"""Heatwright from outside: recorded by its driver or its pasted tag, read by its command line."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, Page

from recorder.devices import bare_width
from recorder.drive import Errand, record_visit
from recorder.store import Store
from tests.truth.live import ready, stay_home
from tests.truth.sites import ROOT, Sheet, serving_site
from tests.truth.tagging import command, record_tagged

Way = Literal["driven", "tagged"]
Mask = Literal["inputs", "text", "strict"]
Visit = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Manner:
    """How a page is recorded; a driver masks inputs and records canvases."""

    way: Way = "driven"
    mask: Mask = "inputs"

    @property
    def name(self) -> str:
        return f"{self.way}-{self.mask}"

    @property
    def attributes(self) -> str:
        """Of the tag."""
        return f'data-mask="{self.mask}" data-canvas'


DRIVEN = Manner()
TAGGED = Manner("tagged")
MASKED = Manner("tagged", "text")
STRICT = Manner("tagged", "strict")


async def look_around(page: Page) -> None:
    """A visitor who waits until the page is at rest."""
    await ready(page)


def store_url(folder: Path) -> str:
    return f"sqlite:///{folder}/heatwright.db"


async def record(
    manner: Manner,
    browser: Browser,
    folder: Path,
    sheet: Sheet,
    width: int,
    visit: Visit = look_around,
) -> None:
    """One session in the store at `folder`; the site is down when this returns."""
    url = store_url(folder)
    if manner.way == "driven":
        with Store.open(url) as store:
            await _drive(browser, store, sheet, width, visit)
    else:
        await record_tagged(browser, url, sheet, width, visit, manner.attributes)


async def _drive(browser: Browser, store: Store, sheet: Sheet, width: int, visit: Visit) -> None:
    async with serving_site(sheet.source) as origin:
        errand = Errand(f"{origin}/{sheet.path}", bare_width(width), visit, prepare=stay_home)
        driven = await record_visit(browser, store, errand)
    if driven.problem:
        raise driven.problem


async def heatwright(*arguments: str) -> str:
    """Runs the command line; what it printed on stdout."""
    process = await asyncio.create_subprocess_exec(
        *command(*arguments),
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
