"""The visitor's pointer on pictures: where it was, and on its element at other widths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recorder.devices import Device
from recorder.store import Store
from replay import Moment, Theatre, render
from replay.pointer import PRESS_SHOWN_MS, Pointer, Spot, draw_pointer, pointer_at
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, incremental, keep, mutation, remember
from tests.support.recording import SMALL

URL = "http://shop.example/pointer"

RED, BLUE = (60, 60, 235), (235, 130, 40)


def page(f: Forge) -> Any:
    """A button that is wide and low at 800, narrow and high at 400; a frame below it."""
    style = (
        "body{margin:0} #b{display:block;margin-left:25%;width:50%;height:100px;border:0}"
        "@media (max-width:500px){#b{margin-left:10%;width:80%;height:300px}}"
        "@media (max-width:300px){#b{display:none}}"
    )
    return f.document(
        f.element("button", {"id": "b"}),
        f.element("iframe", {"id": "frame", "style": "border:0;margin-left:100px;height:200px"}),
        f.element("div", {"id": "low", "style": "height:3000px"}),
        head=(f.element("style", {}, style),),
    )


def move(node: int, x: float, y: float) -> dict[str, Any]:
    position = {"x": x, "y": y, "id": node, "timeOffset": 0}
    return incremental(1, positions=[position])


def press(kind: int, node: int, x: float, y: float) -> dict[str, Any]:
    return incremental(2, type=kind, id=node, x=x, y=y)


def at_end(moment: Moment) -> float:
    return moment.session.started_at + moment.time_ms


async def spot_of(theatre: Theatre, moment: Moment, device: Device) -> tuple[Any, Any, str]:
    """Middle of what is drawn over the page, its size (CSS px), and what the report says."""
    plain = await render(theatre, moment, device, full_page=False)
    drawn = await render(theatre, moment, device, full_page=False, pointer=at_end(moment))
    changed = np.argwhere((pixels(plain.png) != pixels(drawn.png)).any(axis=2))
    if not len(changed):
        return None, None, drawn.fidelity.pointer
    low, high = changed.min(axis=0), changed.max(axis=0)
    return tuple((low + high)[::-1] / 2), tuple((high - low)[::-1]), drawn.fidelity.pointer


async def test_a_press_is_ringed_where_it_was_and_on_its_element_elsewhere(
    theatre: Theatre, store: Store
) -> None:
    f = Forge()
    node = page(f)
    button = remember(node)["b"]
    # A quarter from the left, half from the top of a box of 400 × 100 at (200, 0).
    moment = keep(store, URL, node, press(7, button, 300, 50))
    here, size, _ = await spot_of(theatre, moment, SMALL)
    assert here == pytest.approx((300, 50), abs=1)
    assert 30 <= size[0] <= 44, "a finger in a ring"
    # The box is 320 × 300 at (40, 0) there.
    there, _, told = await spot_of(theatre, moment, Device(None, 400, 700))
    assert there == pytest.approx((40 + 80, 150), abs=1) and told == "drawn"
    gone, _, told = await spot_of(theatre, moment, Device(None, 280, 700))
    assert gone is None and told == "its element is not shown here"


async def test_a_mouse_in_a_frame_and_one_out_of_view(theatre: Theatre, store: Store) -> None:
    f = Forge()
    node = page(f)
    ids = remember(node)
    inner = f.document(f.element("p", {"id": "in"}, "x"))
    fill = mutation(adds=[{"parentId": ids["frame"], "nextId": None, "node": inner}])
    moment = keep(store, URL, node, fill, move(remember(inner)["in"], 30, 20))
    here, size, _ = await spot_of(theatre, moment, SMALL)
    # An arrow's tip is its upper left corner; the frame begins at (100, 100).
    assert (here[0] - size[0] / 2, here[1] - size[1] / 2) == pytest.approx((130, 120), abs=2)
    small = Device(None, 400, 140)
    scroll = incremental(3, id=node["id"], x=0, y=20)
    scrolled = keep(store, URL, node, scroll, move(ids["b"], 400, 10))
    there, size, told = await spot_of(theatre, scrolled, small)
    # 30 of 100 px down its box: 90 of 300, of which 20 are scrolled away. The arrow's white edge,
    # three pixels, is seen on the button.
    assert (there[0] - size[0] / 2, there[1] - size[1] / 2) == pytest.approx((200, 70), abs=3)
    assert told == "drawn"
    on_and_off = (move(ids["b"], 400, 90), incremental(3, id=node["id"], x=0, y=90))
    for events, reason in (
        ((scroll, move(ids["b"], 400, 70)), "out of view"),
        (on_and_off, "the page moved under it"),
    ):
        gone, _, told = await spot_of(theatre, keep(store, URL, node, *events), small)
        assert (gone, told) == (None, reason)


def test_a_mouse_stays_and_a_finger_goes(store: Store) -> None:
    f = Forge()
    node = page(f)
    body = remember(node)["body"]
    mouse = keep(store, URL, node, move(body, 1, 2))
    finger = keep(
        store, URL, node, press(7, body, 3, 4), press(9, body, 3, 4), press(2, body, 3, 4)
    )
    held = keep(store, URL, node, press(7, body, 3, 4))
    nobody = keep(store, URL, node)
    long = 10 * PRESS_SHOWN_MS

    def seen(moment: Moment, later: float) -> Pointer | None:
        return pointer_at(store, moment.document, at_end(moment) + later)

    assert seen(mouse, long) == Pointer(body, 1, 2, touch=False, pressed=False)
    assert seen(mouse, -1) is None, "before it came"
    assert seen(finger, 0) == Pointer(body, 3, 4, touch=True, pressed=True)
    assert seen(finger, long) is None
    assert seen(held, long) == Pointer(body, 3, 4, touch=True, pressed=False)
    assert seen(nobody, 0) is None


@pytest.mark.parametrize("place", [(-50, -50), (1e9, -1e9), (5, 5)])
def test_any_place_can_be_drawn(place: tuple[float, float]) -> None:
    from replay.sheet import Cell, contact_sheet

    blank = contact_sheet([Cell(None, "0 s", "x" * 5000, "error")], "t", "s", SMALL)
    for touch in (False, True):
        drawn = draw_pointer(blank, Spot(*place, touch=touch, pressed=True), 2.0)
        assert pixels(drawn).shape == pixels(blank).shape
        assert (pixels(drawn) != pixels(blank)).any() == (place == (5, 5))
