"""Anchors of hard content, from the recording to their place at another width."""

from __future__ import annotations

from typing import Any

import pytest

from heatmap.anchors import document_anchors
from heatmap.placement import Placed, Sample, place
from heatmap.statuses import Chart, Kind, Status
from recorder.devices import Device
from recorder.events import ANCHOR_PLUGIN
from recorder.store import Store
from replay import Moment, Theatre
from tests.support.forging import Forge, keep, mutation, remember

WIDE, NARROW = Device(None, 800, 600), Device(None, 390, 600)

STYLE = """body { margin: 0; font: 20px/30px monospace }
  #card { width: 50%; height: 100px; margin: 150px 50px; transform: rotate(30deg) }
  #boxless { display: contents }"""


def pressed(**payload: Any) -> dict[str, Any]:
    return {"type": 6, "data": {"plugin": ANCHOR_PLUGIN, "payload": {"kind": "click"} | payload}}


def rested(**payload: Any) -> dict[str, Any]:
    return {"type": 5, "data": {"tag": "heatwright/rest", "payload": payload}}


def page(*body: Any) -> Any:
    forge = Forge()
    made = [forge.element(tag, {"id": id_}, *texts) for tag, id_, *texts in body]
    return forge.document(*made, head=(forge.element("style", {}, STYLE),))


async def placed(theatre: Theatre, moment: Moment, device: Device) -> Placed:
    found = await document_anchors(theatre, moment.session, moment.document)
    assert not found.refused
    samples = [
        Sample(moment.session, moment.document.id, anchor, found.elements)
        for anchor in found.anchors
    ]
    async with theatre.stage(device) as stage:
        await stage.build(moment)
        await stage.settle("top")
        return await place(stage, samples, width=device.width)


def turned(width: float, u: float, v: float) -> tuple[float, float]:
    """Where (u, v) of the card is on a page of this width: 30° around its middle."""
    side, height = width / 2, 100
    x, y = (u - 0.5) * side, (v - 0.5) * height
    cos, sin = 3**0.5 / 2, 0.5
    return 50 + side / 2 + x * cos - y * sin, 150 + height / 2 + x * sin + y * cos


async def test_a_place_in_a_turned_card_is_the_same_place_of_a_smaller_one(
    theatre: Theatre, store: Store
) -> None:
    """Cause: fractions of the upright box around it are other places once its shape differs."""
    root = page(("div", "card"))
    corners = [(turned(800, u, v), (u, v)) for u in (0.1, 0.5, 0.9) for v in (0.1, 0.9)]
    across, down = 400 * 3**0.5 / 2 + 50, 200 + 100 * 3**0.5 / 2
    box = [250 - across / 2, 200 - down / 2, across, down]
    id_ = remember(root)["card"]
    presses = [pressed(id=id_, x=x, y=y, box=box) for (x, y), _ in corners]
    moment = keep(store, "http://shop.example/turned", root, *presses)
    for device in (WIDE, NARROW):
        found = await placed(theatre, moment, device)
        assert [one.status for one in found.placements] == [Status.DRAWN] * len(corners)
        for one, (_, (u, v)) in zip(found.placements, corners, strict=True):
            x, y = turned(device.width, u, v)
            assert (one.x, one.y) == pytest.approx((x, y), abs=0.5)
            rect = found.geometry.targets[one.target].box
            painted = (rect.left + one.u * rect.width, rect.top + one.v * rect.height)
            assert painted == pytest.approx((x, y), abs=0.5), "the raster paints it elsewhere"


async def test_an_emoji_keeps_its_place_when_it_is_masked(theatre: Theatre, store: Store) -> None:
    """Cause: masked, a family is eleven asterisks; segmented again, it was the first of them."""
    family = "👨\u200d👩\u200d👧\u200d👦"
    units = len(family.encode("utf-16-le")) // 2
    root = page(("p", "words", "** " + "*" * units + " **"))
    ids = remember(root)
    text = {"id": ids["words"] - 1, "start": 3, "length": units, "fx": 0.5, "fy": 0.5}
    press = pressed(id=ids["words"], x=50, y=30, box=[0, 20, 800, 30], text=text)
    moment = keep(store, "http://shop.example/masked", root, press)
    # In a box of another size: where it is the same, masked text goes by its box.
    [one] = (await placed(theatre, moment, NARROW)).placements
    advance = 20 * 0.6  # of a monospace font, nearly
    assert (one.chart, one.status) == (Chart.TEXT, Status.DRAWN)
    assert one.x == pytest.approx((3 + units / 2) * advance, abs=2)


async def test_words_without_a_box_of_their_own_are_drawn(theatre: Theatre, store: Store) -> None:
    """Cause: an element with `display: contents` has an empty box and counted as hidden."""
    root = page(("span", "boxless", "words in no box"))
    ids = remember(root)
    text = {"id": ids["boxless"] - 1, "start": 0, "length": 1, "fx": 0.5, "fy": 0.5}
    press = pressed(id=ids["boxless"], x=6, y=15, box=[0, 0, 180, 30], text=text)
    moment = keep(store, "http://shop.example/boxless", root, press)
    [one] = (await placed(theatre, moment, NARROW)).placements
    assert (one.chart, one.status) == (Chart.TEXT, Status.DRAWN)


async def test_a_press_belongs_before_what_it_did_to_the_page(
    theatre: Theatre, store: Store
) -> None:
    """Cause: a press is told of at the click, when what was pressed may be gone."""
    root = page(("p", "gone", "press me"), ("p", "stays", "words"))
    ids = remember(root)
    box = [0, 20, 800, 30]
    removal = mutation(removes=[{"parentId": ids["body"], "id": ids["gone"]}])
    press = pressed(id=ids["gone"], x=6, y=30, box=box, ago=1)
    moment = keep(store, "http://shop.example/gone", root, removal, press)
    found = await document_anchors(theatre, moment.session, moment.document)
    assert [found.elements[one.element].name for one in found.anchors] == ["id:gone"]


async def test_rests_are_a_kind_of_their_own_and_weigh_their_seconds(
    theatre: Theatre, store: Store
) -> None:
    root = page(("p", "words", "some words"))
    id_ = remember(root)["words"]
    place_ = {"id": id_, "x": 6, "y": 30, "box": [0, 20, 800, 30]}
    senseless = [rested(**place_, rest=rest) for rest in (-5, 1e300, "long", None)]
    events = [rested(**place_, rest=1500), pressed(**place_), rested(**place_, rest=90_000)]
    moment = keep(store, "http://shop.example/rests", root, *events)
    found = (await placed(theatre, moment, WIDE)).placements
    weights = sorted((one.kind.value, one.weight) for one in found)
    assert weights == [(Kind.CLICK, 1.0), (Kind.HOVER, 1.5), (Kind.HOVER, 60.0)]
    assert all(one.status is Status.DRAWN for one in found)
    moment = keep(store, "http://shop.example/restless", root, *senseless)
    refused = await document_anchors(theatre, moment.session, moment.document)
    assert (refused.anchors, refused.refused) == ([], {"hover": 4})


async def test_double_clicks_context_menus_and_the_keyboards_focus_are_kinds_of_their_own(
    theatre: Theatre, store: Store
) -> None:
    def interaction(type_: int, id_: int, **more: Any) -> dict[str, Any]:
        return {"type": 3, "data": {"source": 2, "type": type_, "id": id_} | more}

    root = page(("button", "buy", "Buy"), ("button", "more", "More"))
    ids = remember(root)
    at = {"x": 6, "y": 30}
    events = [
        interaction(5, ids["more"]),  # by the keyboard: no pointer was down
        interaction(3, ids["buy"], **at),
        interaction(1, ids["buy"], **at),
        interaction(5, ids["buy"]),  # by the pointer that went down
        interaction(4, ids["buy"], **at),
        interaction(5, root["id"]),  # the window's
    ]
    moment = keep(store, "http://shop.example/kinds", root, *events)
    found = await document_anchors(theatre, moment.session, moment.document)
    assert [(one.kind, found.elements[one.element].name) for one in found.anchors] == [
        (Kind.FOCUS, "id:more"),
        (Kind.CONTEXT, "id:buy"),
        (Kind.DOUBLE, "id:buy"),
    ]
    assert found.refused == {}
    [focus, *_] = (await placed(theatre, moment, NARROW)).placements
    assert (focus.status, focus.u, focus.v) == (Status.DRAWN, 0.5, 0.5)


async def test_a_scroll_that_is_told_late_is_no_drift(theatre: Theatre, store: Store) -> None:
    """Cause: a script that scrolls and clicks at once was told that the page had moved."""
    tall = "body { margin: 0 } p { margin: 0; height: 1000px }"
    forge = Forge()
    words = forge.element("p", {"id": "words"}, "words")
    root = forge.document(words, head=(forge.element("style", {}, tall),))
    id_ = remember(root)["words"]
    press = pressed(id=id_, x=6, y=30, box=[0, -300, 800, 1000])
    scroll = {"type": 3, "data": {"source": 3, "id": root["id"], "x": 0, "y": 300}}
    other = {"type": 3, "data": {"source": 3, "id": id_, "x": 0, "y": 300}}

    async def drift(*events: dict[str, Any]) -> float:
        moment = keep(store, "http://shop.example/late-scroll", root, *events)
        [anchor] = (await document_anchors(theatre, moment.session, moment.document)).anchors
        return anchor.drift

    assert await drift(press, scroll) == 0
    assert await drift(scroll, press) == 0
    assert await drift(press) == 300
    assert await drift(press, other) == 300, "an inner scroller's"
