"""How the stage behaves: modes, pictures, boxes, warmth, deadlines."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import cv2
import numpy as np
import pytest

import replay.stage
from recorder.devices import Device
from recorder.drive import site_for
from recorder.errors import BrokenRecording, RenderFailed, WrongUse
from recorder.store import Outcome, Store
from replay import Moment, Stage, Theatre, render
from replay.render import boxes_document
from tests.replay.oracle import listed
from tests.support.forging import Forge, incremental, keep, mutation, remember
from tests.support.recording import SMALL

URL = "http://shop.example/page"

TRANSITIONAL = ("html", "-//W3C//DTD HTML 4.01 Transitional//EN", "http://www.w3.org/TR/html4/")


def pixels(png: bytes) -> Any:
    """Rows × columns × (blue, green, red)."""
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


async def boxes_of(theatre: Theatre, moment: Moment) -> tuple[dict[str, Any], str]:
    """Boxes by path, and the document's mode."""
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        mode = await stage._page.evaluate("document.compatMode")
        return {box["path"]: box for box in await stage.boxes()}, mode


@pytest.mark.parametrize(
    ("doctype", "mode", "unitless", "cell"),
    [
        ("html", "CSS1Compat", False, False),
        (TRANSITIONAL, "CSS1Compat", False, True),
        (None, "BackCompat", True, True),
        (("html", "-//W3C//DTD HTML 3.2//EN", ""), "BackCompat", True, True),
    ],
    ids=["standards", "limited quirks", "no doctype", "quirky doctype"],
)
async def test_the_recorded_doctype_decides_the_mode(
    doctype: Any, mode: str, unitless: bool, cell: bool, theatre: Theatre, store: Store
) -> None:
    f = Forge()
    image = f.element("img", {"width": "10", "height": "10", "style": "outline:1px solid"})
    row = f.element("tr", {}, f.element("td", {"style": "padding:0"}, image))
    node = f.document(
        f.element("div", {"style": "height:100"}),
        f.element("table", {"cellspacing": "0"}, f.element("tbody", {}, row)),
        doctype=doctype,
    )
    if mode == "BackCompat":
        node["compatMode"] = mode
    boxes, found = await boxes_of(theatre, keep(store, URL, node))
    assert found == mode
    assert (boxes["1/0"]["height"] == 100) is unitless, "lengths without a unit are a quirk"
    assert (boxes["1/1/0/0/0"]["height"] == 10) is cell, "cells as low as their image are one, too"


async def test_a_full_page_picture_keeps_viewport_heights(theatre: Theatre, store: Store) -> None:
    f = Forge()
    node = f.document(
        f.element("div", {"style": "height:100vh;background:#f00"}),
        f.element("div", {"style": "height:1500px;background:#00f"}),
        f.element("div", {"style": "position:fixed;top:0;width:100%;height:9px;background:#0f0"}),
        head=(f.element("style", {}, "body{margin:0}"),),
    )
    moment = keep(store, URL, node, incremental(3, id=node["id"], x=0, y=700))
    full = await render(theatre, moment, SMALL)
    picture = pixels(full.png)
    assert picture.shape == (SMALL.height + 1500, SMALL.width, 3)
    assert picture[4, 0].tolist() == [0, 255, 0]
    assert picture[SMALL.height - 1, 0].tolist() == [0, 0, 255]
    assert picture[SMALL.height, 0].tolist() == [255, 0, 0]
    assert boxes_document(full)["scroll"] == [0, 0]
    screen = await render(theatre, moment, SMALL, full_page=False)
    assert pixels(screen.png).shape == (SMALL.height, SMALL.width, 3)
    assert pixels(screen.png)[20, 0].tolist() == [255, 0, 0], "scrolled as recorded"
    assert boxes_document(screen)["scroll"] == [0, 700]
    assert [box["y"] for box in screen.boxes if box["path"] in ("1/0", "1/1")] == [0, 600]
    assert not full.fidelity.unstable and not screen.fidelity.unstable


async def test_lazy_images_far_below_are_in_the_picture(theatre: Theatre, store: Store) -> None:
    encoded, png = cv2.imencode(".png", np.full((30, 40, 3), (0, 200, 0), np.uint8))
    assert encoded
    address = "http://shop.example/far.png"
    store.keep_asset(
        site_for(store, URL).id, address, outcome=Outcome.KEPT, status=200,
        media_type="image/png", body=png.tobytes(), captured_at=1,
    )  # fmt: skip
    f = Forge()
    node = f.document(
        f.element("div", {"style": "height:9000px"}),
        f.element("img", {"src": address, "loading": "lazy"}),
        f.element("img", {"src": "http://shop.example/gone.png", "loading": "lazy"}),
    )
    result = await render(theatre, keep(store, URL, node), SMALL)
    box = next(box for box in result.boxes if box["path"] == "1/1")
    assert (box["width"], box["height"]) == (40, 30)
    assert pixels(result.png)[int(box["y"]) + 15, int(box["x"]) + 20].tolist() == [0, 200, 0]
    assert result.fidelity.missing_assets == {"http://shop.example/gone.png": "image"}


def everything(f: Forge, store: Store) -> Moment:
    """A page with a shadow tree, a scrolled frame in a border, a table, hidden parts."""
    shadow = f.element("b", {"id": "deep"}, "deep") | {"isShadow": True}
    node = f.document(
        f.element("header", {"id": "top"}, "head"),
        f.element("div", {"id": "host"}, shadow, f.element("i", {}, "light"), isShadowHost=True),
        f.element("iframe", {"id": "frame", "style": "border:7px solid;padding:5px;width:200px"}),
        f.element("p", {"style": "display:none"}, f.element("u", {}, "hidden")),
        f.element("svg", {"width": "9", "height": "9"},
                  f.element("rect", {"width": "9", "height": "9"}, isSVG=True), isSVG=True),
        f.element("template", {}, "never"),
        f.element("div", {"style": "height:3000px"}),
        head=(f.element("style", {}, "body{margin:0} #top{height:50px}"),),
    )  # fmt: skip
    ids = remember(node)
    inner = f.document(
        f.element("div", {"style": "height:40px"}),
        f.element("button", {"id": "in"}, "inside"),
        f.element("div", {"style": "height:900px"}),
        head=(f.element("style", {}, "body{margin:0}"),),
    )
    return keep(
        store,
        URL,
        node,
        mutation(adds=[{"parentId": ids["frame"], "nextId": None, "node": inner}]),
        incremental(3, id=inner["id"], x=0, y=15),
        incremental(3, id=node["id"], x=0, y=120),
    )


COUNT_ELEMENTS = """() => {
  const count = (root) => [...root.querySelectorAll("*")].reduce((sum, one) => sum + 1 +
    (one.shadowRoot ? count(one.shadowRoot) : 0) +
    (one.contentDocument ? count(one.contentDocument) : 0), 0);
  return count(document);
}"""


@pytest.mark.parametrize("scroll", ["recorded", "top"])
async def test_boxes_name_every_element_once(scroll: Any, theatre: Theatre, store: Store) -> None:
    async with theatre.stage(SMALL) as stage:
        await stage.build(everything(Forge(), store))
        await stage.settle(scroll)
        rows = await stage.boxes()
        elements = await stage._page.evaluate(COUNT_ELEMENTS)
        keys = await stage.elements()
    assert set(rows[0]) == {"path", "key", "x", "y", "width", "height", "visible"}
    assert [row["path"] for row in rows] == [row["path"] for row in keys]
    boxes = {row["path"]: row for row in rows}
    assert len(boxes) == len(rows) == elements
    assert list(boxes)[:4] == ["", "0", "0/0", "1"]
    assert boxes["1"]["width"] == SMALL.width
    assert boxes["1/0"]["y"] == 0 and boxes["1/0"]["height"] == 50
    assert "1/1/#shadow/0" in boxes and boxes["1/1/0"]["key"]
    frame, button = boxes["1/2"], boxes["1/2/#frame/1/1"]
    assert button["x"] == pytest.approx(frame["x"] + 7 + 5)
    assert button["y"] == pytest.approx(frame["y"] + 7 + 5 + 40 - 15)
    assert not boxes["1/3"]["visible"] and not boxes["1/3/0"]["visible"]
    assert boxes["1/4/0"]["visible"] and boxes["1/4/0"]["width"] == 9
    assert not boxes["1/1/0"]["visible"], "a light child without a slot is not rendered"


async def read_off(stage: Stage, moment: Moment) -> tuple[Any, Any, bytes, Any]:
    await stage.build(moment)
    await stage.settle("recorded")
    listing = await listed(stage._page)
    fidelity = (await stage.fidelity()).to_json()
    return listing, await stage.boxes(), await stage.screenshot(full_page=False), fidelity


async def test_a_moment_is_the_same_whatever_was_shown_before(
    theatre: Theatre, store: Store
) -> None:
    """Same address, other fragment, other page: nothing of one build is left in the next."""
    f = Forge()
    plain = everything(f, store)
    disturbing = f.document(
        f.element("x-late", {}, "custom", isCustom=True),
        f.element("div", {"style": "width:2000px;height:5000px"}),
        f.element("dialog", {"open": "", "rr_open_mode": "modal"}, "modal"),
        f.element("input", {"autofocus": True, "value": "typed"}),
        head=(f.element("style", {}, "*{color:red;font-family:evil}"),),
        doctype=None,
    ) | {"compatMode": "BackCompat"}
    changes = [
        incremental(15, id=disturbing["id"], styleIds=[1], styles=[
            {"styleId": 1, "rules": [{"rule": "body{background:blue;margin:50px}"}]}]),
        incremental(10, family="evil", fontSource="url(data:font/woff2,x)", buffer=False),
        incremental(3, id=disturbing["id"], x=500, y=900),
    ]  # fmt: skip
    others = [
        keep(store, address, disturbing, *changes)
        for address in (URL, f"{URL}#one", f"{URL}#two", f"{URL}#two", "http://other.example/")
    ]
    async with theatre.stage(SMALL) as stage:
        first = await read_off(stage, plain)
        for other in others:
            await stage.build(other)
            await stage.hide(["div", "header"])
            await stage.settle("recorded")
            assert stage._page.url == other.document.url
            assert await stage._page.evaluate("document.compatMode") == "BackCompat"
        again = await read_off(stage, plain)
    async with theatre.stage(SMALL) as same:
        assert same is stage, "the stage was warm"
    assert again[0] == first[0]
    assert again[1:2] == first[1:2]
    assert again[2] == first[2]
    assert again[3] == first[3]


async def test_hide_refuses_what_is_no_selector(theatre: Theatre, store: Store) -> None:
    async with theatre.stage(SMALL) as stage:
        await stage.build(everything(Forge(), store))
        for text in ("{", "a{}b", ":nope(", "*) , (x"):
            with pytest.raises(WrongUse):
                await stage.hide([text])
        await stage.hide(["header, footer"])
        await stage.settle()
        boxes = {box["path"]: box for box in await stage.boxes()}
    assert not boxes["1/0"]["visible"] and boxes["1/0"]["height"] == 50
    assert boxes["1/1/#shadow/0"]["visible"]


async def test_a_device_is_emulated(theatre: Theatre, store: Store) -> None:
    f = Forge()
    wide = "@media (max-width: 500px) and (hover: none) { p { height: 77px } }"
    node = f.document(
        f.element("p", {}, "text"),
        head=(
            f.element("meta", {"name": "viewport", "content": "width=device-width"}),
            f.element("style", {}, wide),
        ),
    )
    result = await render(theatre, keep(store, URL, node), theatre.device("phone"))
    assert next(box for box in result.boxes if box["path"] == "1/0")["height"] == 77
    assert pixels(result.png).shape[1] == 390
    assert result.fidelity.breakpoints == [501]
    assert result.fidelity.extrapolated and result.fidelity.recorded_width == 800


def hanging(store: Store) -> Moment:
    """A page that is laid out anew for each of thousands of scrolls: minutes of work."""
    f = Forge()
    node = f.document(*(f.element("p", {}, f"paragraph {i}") for i in range(3000)))
    ids = remember(node)
    sizes = [{"id": ids["body"], "attributes": {"style": f"font-size:{size}px"}} for size in (9, 8)]
    scrolls = [incremental(3, id=node["id"], x=0, y=y) for y in (10, 20)]
    pairs = [(mutation(attributes=[sizes[i % 2]]), scrolls[i % 2]) for i in range(6000)]
    return keep(store, URL, node, *(event for pair in pairs for event in pair))


def chromium_processes() -> set[int]:
    """Ids of all Chromium processes below this one (sandboxed ones have a middleman)."""
    table = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in table.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, _ in rows}

    def is_ours(pid: int) -> bool:
        while pid > 1 and pid != os.getpid():
            pid = parents.get(pid, 0)
        return pid == os.getpid()

    return {int(pid) for pid, _, name in rows if "chrom" in name.lower() and is_ours(int(pid))}


async def test_a_stage_that_hangs_is_given_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(None, 801, 600)
    before = chromium_processes()
    fine = everything(Forge(), store)
    async with Theatre(store) as theatre:
        async with theatre.stage(device) as first:
            await first.build(fine)
            await first.settle()
        endless = hanging(store)
        monkeypatch.setattr(replay.stage, "DEADLINE_S", 1.0)
        async with theatre.stage(device) as hung:
            assert hung is first
            with pytest.raises(RenderFailed, match="did not answer within 1 s"):
                await hung.build(endless)
        assert hung.broken
        monkeypatch.setattr(replay.stage, "DEADLINE_S", 30.0)
        async with theatre.stage(device) as fresh:
            assert fresh is not hung
            await fresh.build(fine)
            await fresh.settle()
            assert await fresh.boxes()
            during = chromium_processes() - before
            assert during
    assert chromium_processes() & during == set()


async def test_a_recording_that_is_no_page_is_refused(theatre: Theatre, store: Store) -> None:
    f = Forge()
    moment = keep(store, URL, f.document("fine"))
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        with pytest.raises(BrokenRecording, match="cannot be rebuilt"):
            await stage.locate([{"element": 99}])
    async with theatre.stage(SMALL) as fresh:
        assert fresh is not stage, "a stage that failed is not used again"
