"""What a visitor's browser had beside the device: scrollbars and looks come back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Playwright

from recorder.chromium import launch
from recorder.store import Store
from replay import Theatre
from replay.environment import preferences
from replay.staged import StagedMoment
from tests.support.recording import SMALL, record
from tests.support.serving import website

PAGE = """<!DOCTYPE html><html><head><style>
  body { margin: 0; background: white } main { width: 50%; margin: auto } p { height: 40px }
  #bar { position: fixed; right: 0; top: 0; width: 10%; height: 20px }
  #list { width: 200px; height: 90px; overflow: auto } #list p { height: 300px; margin: 0 }
  @media (prefers-color-scheme: dark) { body { background: rgb(10, 20, 30) } }
  @media (prefers-reduced-motion: reduce) { main { padding-top: 60px } }
</style></head><body><div id="bar">bar</div><main id="main"><p id="first">first</p>
<div id="list"><p id="listed">listed</p></div><input id="day" type="date"></main></body></html>"""

GROW = "() => { for (let i = 0; i < 60; i++) main.append(document.createElement('p')) }"

NAMES = ["bar", "main", "first", "listed"]

BOXES = """(names) => names.map((id) => {
  const { x, y, width, height } = document.getElementById(id).getBoundingClientRect();
  return [x, y + scrollY, width, height];
})"""

LOOKS = """() => [
  getComputedStyle(document.body).backgroundColor,
  parseFloat(getComputedStyle(document.querySelector("main")).paddingTop),
]"""

SCROLLBAR = 15
"""CSS px, of Chromium on Linux."""

TOLD_SECONDS = 0.8
"""The tag tells of another environment when it has been at rest for 0.3 s."""


class Visitor:
    """Lets the page grow; knows where everything was in the end."""

    live: Any = None

    async def visit(self, page: Page) -> None:
        await page.evaluate(GROW)
        await asyncio.sleep(TOLD_SECONDS)
        self.live = await page.evaluate(BOXES, NAMES)


async def test_scrollbars_take_the_room_that_they_took(
    playwright: Playwright, theatre: Theatre, store: Store
) -> None:
    """The page was short when recording began: its scrollbar came without a resize."""
    browser = await launch(playwright, scrollbars=True)
    visitor = Visitor()
    async with website({"/": PAGE}) as site:
        driven = await record(browser, store, f"{site.url}/", visitor.visit)
    await browser.close()
    moment = await theatre.moment(driven.session)
    assert moment.moment.preferences.scrollbar == SCROLLBAR
    boxes = await moment.boxes()
    for name, live in zip(NAMES, visitor.live, strict=True):
        ours = boxes.rects[boxes.keys.index(f"id:{name}")]
        assert ours.tolist() == pytest.approx(live, abs=0.01), name
    fidelity = await moment.fidelity()
    assert (fidelity.scrollbar, fidelity.recorded_scrollbar) == (SCROLLBAR, SCROLLBAR)
    assert not fidelity.remarks()
    assert (await moment.fidelity(device="phone")).scrollbar == 0


async def test_looks_follow_the_visitor_s(browser: Browser, theatre: Theatre, store: Store) -> None:
    """Light first, then dark and without motion: each moment is as it was, in any order."""

    async def visit(page: Page) -> None:
        await asyncio.sleep(TOLD_SECONDS)
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await asyncio.sleep(TOLD_SECONDS)

    async with website({"/": PAGE}) as site:
        driven = await record(browser, store, f"{site.url}/", visit)
    end = await theatre.moment(driven.session)
    start = await theatre.moment(driven.session, at=0)
    assert end.moment.preferences == replace(
        start.moment.preferences, dark=True, reduced_motion=True
    )
    for _ in range(2):
        assert await looks(theatre, start) == ("rgb(255, 255, 255)", 0)
        assert await looks(theatre, end) == ("rgb(10, 20, 30)", 60)


async def looks(theatre: Theatre, shown: StagedMoment) -> tuple[str, float]:
    """The page's background and the room above its first paragraph."""
    async with theatre.stage(SMALL, shown.moment) as stage:
        await stage.build(shown.moment)
        found = await stage._page.evaluate(LOOKS)
    return tuple(found)


LANGUAGES = [
    ("de-DE", "de-DE"),
    ("zh-Hant-TW", "zh-Hant-TW"),
    ("../en", None),
    ("", None),
    (7, None),
]


@pytest.mark.parametrize(
    ("inner", "client", "taken"),
    [
        ([1440, 900], [1425, 900], 15),
        ([1440, 900], [1440, 900], 0),
        ([1440, 900], [1000, 900], 0),
        ([1425, 900], [1440, 900], 0),
        ([1440], [1423.5], 16),
        ("1440", [1425], 0),
        (None, None, 0),
        ([], [], 0),
        ([float("nan")], [3], 0),
    ],
)
def test_a_scrollbar_is_taken_only_from_sizes_that_make_sense(
    inner: Any, client: Any, taken: int
) -> None:
    assert preferences({"inner": inner, "client": client}).scrollbar == taken
