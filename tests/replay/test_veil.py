"""Veiled texts cannot be read in pictures, and nothing moves for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from heatmap.gathering import gather
from heatmap.heatmap import make_heatmap
from heatmap.picture import decode
from heatmap.statuses import PRESSES
from recorder.devices import Device
from recorder.store import Store
from replay import Moment, Theatre
from tests.support.forging import Forge, keep, keep_events

WINDOW = Device(None, 800, 600)
STYLE = """body { margin: 20px; font: 24px/40px sans-serif; color: #111; background: #fff }
  #shadowed { text-shadow: 0 0 4px #f00 }
  #cut { background: linear-gradient(90deg, red, blue); -webkit-background-clip: text;
    color: transparent; width: 300px }
  #stroked { -webkit-text-stroke: 2px #080 }
  #important { color: #111 !important; -webkit-text-fill-color: #111 !important }"""
SECRET, OTHER = "Anna Holm", "Zoë Wick"
"""Two words of different shapes: where a picture is the same with either, neither can be read."""


def page(words: str) -> Any:
    forge = Forge()

    def p(id_: str, **more: Any) -> Any:
        return forge.element("p", {"id": id_}, words, **more)

    shadow = forge.element("b", {}, words) | {"isShadow": True}
    svg = {"isSVG": True}
    body = (
        *map(p, ("plain", "shadowed", "cut", "stroked", "important")),
        forge.element("div", {"id": "host"}, shadow, isShadowHost=True),
        forge.element(
            "svg",
            {"width": "300", "height": "60", "xmlns": "http://www.w3.org/2000/svg"},
            forge.element("text", {"x": "0", "y": "40", "font-size": "24"}, words, **svg),
            **svg,
        ),
        forge.element("select", {"style": "width: 200px"}, forge.element("option", {}, words)),
        forge.element("input", {"value": words, "style": "width: 200px"}),
        forge.element("textarea", {"value": words, "rows": "1", "style": "width: 200px"}),
        forge.element("p", {"id": "common"}, "Everybody reads this"),
    )
    return forge.document(*body, head=(forge.element("style", {}, STYLE),))


async def picture(theatre: Theatre, moment: Moment, veiled: bool) -> tuple[Any, list[Any]]:
    def rare(texts: Sequence[str]) -> list[int]:
        return [number for number, text in enumerate(texts) if text in (SECRET, OTHER)]

    async with theatre.stage(WINDOW) as stage:
        await stage.build(moment)
        await stage.settle("top")
        count = await stage.veil(rare) if veiled else 0
        assert count == (10 if veiled else 0)
        return decode(await stage.screenshot()), await stage.boxes()


def fixed(store: Store, words: str) -> Moment:
    """The page with `words`, each in a box as wide as the other's, so that only letters differ."""
    return keep(store, "http://shop.example/veil", page(words))


async def test_veiled_letters_are_gone_and_everything_stays_in_place(
    theatre: Theatre, store: Store
) -> None:
    moment = fixed(store, SECRET)
    open_, boxes = await picture(theatre, moment, veiled=False)
    veiled, same_boxes = await picture(theatre, moment, veiled=True)
    assert boxes == same_boxes
    by_id = {one["key"]: one for one in boxes}
    common = by_id["id:common"]
    rows = slice(int(common["y"]), int(common["y"] + common["height"]))
    assert (open_[rows] == veiled[rows]).all(), "what everybody saw stays as it was"
    by_id["id:svg"] = next(one for one in boxes if one["path"] == "1/6")
    for name in ("plain", "shadowed", "stroked", "important", "cut", "host", "svg"):
        box = by_id[f"id:{name}"]
        area = veiled[int(box["y"]) : int(box["y"] + box["height"]), 20:300]
        colours = np.unique(area.reshape(-1, 3), axis=0)
        if name == "cut":  # no letters in any column of the gradient
            assert np.ptp(area[12:28].astype(int), axis=0).max() < 8
            continue
        # A bar in one colour on the page's: letters would have edges in many.
        assert len(colours) == 2, name
        assert area.min() > 120, f"{name}: no ink is left"


async def test_no_picture_tells_what_is_written_in_a_field(theatre: Theatre, store: Store) -> None:
    """Cause: highlights do not reach what fields and lists hold."""
    pictures = []
    for words in (SECRET, OTHER):
        found, boxes = await picture(theatre, fixed(store, words), veiled=True)
        top = next(one["y"] for one in boxes if one["path"] == "1/7")
        pictures.append(found[int(top) :, 301:])
    first, second = pictures
    assert first.size > 0
    assert (first == second).all()


def visit(store: Store, of: int, visitor: int, name: str) -> None:
    forge = Forge()
    heading = forge.element("h1", {"id": "hello"}, f"Hello {name}")
    node = forge.document(heading, forge.element("p", {"id": "offer"}, "Tea at half the price"))
    start = int(time.time() * 1000) - 60_000 + visitor * 1_000
    url = f"http://shop.example/greeting-{of}"
    press = {"source": 2, "type": 2, "id": heading["id"], "x": 30, "y": 30, "pointerType": 0}
    keep_events(
        store,
        url,
        [
            {"type": 4, "data": {"href": url, "width": 800, "height": 600}, "timestamp": start},
            {
                "type": 2,
                "data": {"node": node, "initialOffset": {"left": 0, "top": 0}},
                "timestamp": start,
            },
            {"type": 3, "data": press, "timestamp": start + 500},
        ],
        visitor=f"visitor-{of}-{visitor}",
    )


@pytest.mark.parametrize("visitors", [4, 5])
async def test_a_heatmap_shows_nobodys_name_once_five_visitors_tell_what_is_common(
    theatre: Theatre, store: Store, visitors: int
) -> None:
    for number in range(visitors):
        visit(store, visitors, number, ["Anna", "Ben", "Cem", "Dora", "Emil"][number])
    found = await gather(theatre, f"/greeting-{visitors}")
    made = await make_heatmap(theatre, found, WINDOW, PRESSES)
    top = decode(made.backdrop.png)[:80]
    if visitors < 5:
        assert "text is shown as fewer than 5 visitors saw it" in made.remarks()
        assert top.min() < 60
    else:
        assert "a text that fewer than 5 visitors saw veiled" in made.remarks()
        assert top.min() > 120
        assert decode(made.backdrop.png)[80:160].min() < 60, "what is common can be read"
