"""What no attribute holds: what the mouse is over, and the field that is in focus."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.async_api import Browser, Page

from recorder.devices import Device
from recorder.store import Store
from replay import Moment, Theatre, render
from replay.moments import moment_of
from tests.replay.test_pointer import at_end, move, press
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, custom, keep, remember
from tests.support.recording import SMALL, record
from tests.support.serving import website

URL = "http://shop.example/states"

CSS = """
  body { margin: 0 }
  nav { display: flow-root; width: 200px; height: 40px; background: rgb(0, 0, 200) }
  nav:hover { background: rgb(0, 200, 0) } ul { display: none; margin: 0; height: 60px }
  nav:hover ul { display: block; margin-top: 40px; background: rgb(200, 0, 0) }
  input { position: absolute; left: 400px; top: 10px; width: 100px; height: 30px; border: 0 }
  input:focus { background: rgb(0, 200, 200); outline: none }
"""

FOCUS, BLUR = 5, 6


def page() -> tuple[Any, dict[str, int]]:
    f = Forge()
    node = f.document(
        f.element("nav", {}, f.element("ul")),
        f.element("input", {"id": "field"}),
        f.element("button", {"id": "button"}, "send"),
        head=(f.element("style", {}, CSS),),
    )
    return node, remember(node)


async def shown(theatre: Theatre, moment: Moment, device: Device = SMALL) -> Any:
    made = await render(theatre, moment, device, full_page=False, pointer=at_end(moment))
    return pixels(made.png)


async def test_what_a_mouse_is_over_is_shown_as_css_has_it(theatre: Theatre, store: Store) -> None:
    """A menu that CSS opens; a finger opens none, and the next picture knows nothing of it."""
    node, ids = page()
    over = keep(store, URL, node, move(ids["nav"], 150, 20))
    picture = await shown(theatre, over)
    assert picture[5, 5].tolist() == [0, 200, 0]
    assert picture[70, 150].tolist() == [0, 0, 200], "the menu is open"
    full = pixels((await render(theatre, over, SMALL)).png)
    assert full[5, 5].tolist() == [200, 0, 0]
    assert full[70, 150].tolist() == [255, 255, 255]
    finger = keep(store, URL, node, move(ids["nav"], 150, 20), press(7, ids["nav"], 150, 20))
    assert (await shown(theatre, finger))[70, 150].tolist() == [255, 255, 255]


async def test_the_field_in_focus_is_in_focus(theatre: Theatre, store: Store) -> None:
    node, ids = page()
    before = keep(store, URL, node)
    inside = keep(store, URL, node, press(FOCUS, ids["field"], 0, 0))
    left = keep(store, URL, node, press(FOCUS, ids["field"], 0, 0), press(BLUR, ids["field"], 0, 0))
    button = keep(store, URL, node, press(FOCUS, ids["button"], 0, 0))
    for moment, colour in (
        (before, [255, 255, 255]),
        (inside, [200, 200, 0]),
        (left, [255, 255, 255]),
        (button, [255, 255, 255]),
        (inside, [200, 200, 0]),
    ):
        assert pixels((await render(theatre, moment, SMALL)).png)[25, 490].tolist() == colour
    plain = pixels((await render(theatre, before, SMALL)).png)
    assert np.array_equal(plain, pixels((await render(theatre, button, SMALL)).png))


async def test_a_popover_is_open_while_it_was(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """Driven: the picture is the page's own, open, and closed again."""
    html = """<!DOCTYPE html><style>body { margin: 0 }
      [popover] { inset: auto; left: 100px; top: 50px; width: 300px; height: 200px; margin: 0;
        border: 0; padding: 0; background: rgb(200, 0, 0) }</style>
      <button popovertarget="menu">menu</button><div id="menu" popover></div>"""

    async def open_and_close(page: Page) -> None:
        await page.click("button")
        await page.wait_for_timeout(300)
        live.append(pixels(await page.screenshot()))
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(300)

    live: list[Any] = []
    async with website({"/": html}) as site:
        driven = await record(browser, store, f"{site.url}/", open_and_close)
    found = [
        event
        for event in store.events(driven.documents[0])
        if b"heatwright/popover" in bytes(event.data)
    ]
    assert len(found) == 2
    session = store.session(driven.session)
    document = store.documents(session.id)[0]
    for event, colour in zip(found, ([0, 0, 200], [255, 255, 255]), strict=True):
        moment = moment_of(store, session, document, event.timestamp)
        assert (await shown(theatre, moment))[100, 200].tolist() == colour
    opened = moment_of(store, session, document, found[0].timestamp)
    assert (await shown(theatre, opened) == live[0]).mean() > 0.99


async def test_a_forged_popover_opens_nothing(theatre: Theatre, store: Store) -> None:
    node, ids = page()
    payloads: list[Any] = [
        {"id": ids["field"], "open": True},
        {"id": 9999, "open": True},
        {"id": "menu", "open": "yes"},
        None,
        [],
    ]
    forged = [custom("heatwright/popover", payload) for payload in payloads]
    made = await render(theatre, keep(store, URL, node, *forged), SMALL)
    plain = await render(theatre, keep(store, URL, node), SMALL)
    assert (pixels(made.png) == pixels(plain.png)).all()
