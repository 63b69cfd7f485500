"""Inner scrollers in full-page pictures."""

from __future__ import annotations

import cv2
import numpy as np
from playwright.async_api import Browser, Page

from recorder.store import Store
from replay import Theatre, render
from replay.moments import cut
from tests.support.recording import SMALL, record
from tests.support.serving import website

PAGE = """<!DOCTYPE html><html><body style="margin: 0">
<div id="carousel" style="display: flex; overflow-x: auto; scrollbar-width: none; height: 100px">
<p style="flex: 0 0 100%; margin: 0; background: red"></p>
<p style="flex: 0 0 100%; margin: 0; background: blue"></p></div>
<div style="height: 2000px"></div></body></html>"""


async def test_a_carousel_is_in_the_picture_as_far_as_it_was_scrolled(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """Cause: Chromium makes the window very narrow for a moment to take the picture, and slides
    that are as wide as it leave little to scroll: the offset was lost."""

    async def scroll(page: Page) -> None:
        await page.evaluate("() => carousel.scrollTo(800, 0)")
        await page.wait_for_timeout(300)

    async with website({"/": PAGE}) as site:
        driven = await record(browser, store, f"{site.url}/", scroll)
    session = store.session(driven.session)
    [document] = store.documents(session.id)
    events = store.events(document.id)
    shown = await render(theatre, cut(store, session, document, events, len(events)), SMALL)

    picture = cv2.imdecode(np.frombuffer(shown.png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture[50, 10].tolist() == [255, 0, 0], "it shows the red beginning"
    assert [box["x"] for box in shown.boxes if box["path"].startswith("1/0/")] == [-800, 0]
