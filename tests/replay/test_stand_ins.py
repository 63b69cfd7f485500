"""What stands for things that were not recorded: blocked boxes, missing media, canvases."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import pytest

from recorder.devices import Device
from recorder.store import Store
from replay import Fidelity, Theatre
from tests.support.forging import Forge, custom, incremental, keep, remember
from tests.support.recording import SMALL

URL = "http://shop.example/stand-ins"
GONE = "http://shop.example/gone.png"
TAG = "heatwright/media"


async def sizes(
    theatre: Theatre, store: Store, node: Any, *events: Any, width: int = 800
) -> tuple[dict[str, Any], Fidelity, Any]:
    """Width and height by path, the account, and the picture."""
    async with theatre.stage(Device(None, width, SMALL.height)) as stage:
        await stage.build(keep(store, URL, node, *events))
        await stage.settle()
        rows = await stage.boxes()
        png = await stage.screenshot()
        fidelity = await stage.fidelity()
    boxes = {one["path"]: (one["width"], one["height"]) for one in rows}
    return boxes, fidelity, cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def blocked(f: Forge, tag: str, size: str, style: str = "", **pins: str) -> Any:
    attributes = {"class": "rr-block", "rr_block_size": size, **pins}
    return f.element(tag, attributes | ({"style": style} if style else {}))


async def test_a_blocked_box_has_its_size_and_is_counted(theatre: Theatre, store: Store) -> None:
    f = Forge()
    node = f.document(
        blocked(f, "div", "784 120", "padding:10px;border:1px solid"),
        blocked(f, "span", "200 50"),
        blocked(f, "div", "150 40", "float:left;padding:5px"),
        f.element("div", {"style": "display:flex"}, blocked(f, "section", "300 70")),
        blocked(f, "img", "90 60"),
        blocked(f, "canvas", "80 20"),
    )
    boxes, fidelity, picture = await sizes(theatre, store, node)
    assert [boxes[f"1/{i}"] for i in (0, 1, 2, 4, 5)] == [
        (784, 120), (200, 50), (150, 40), (90, 60), (80, 20)]  # fmt: skip
    assert boxes["1/3/0"] == (300, 70)
    assert fidelity.blocked == 6 and fidelity.canvases == 0 and fidelity.counts == {}
    assert "6 blocked elements: heights estimated" in fidelity.remarks()
    inside = picture[20:110, 20:200].reshape(-1, 3)
    assert inside.max() < 250 and inside.min() > 200, "a light hatch that a reader recognises"


async def test_a_blocked_box_follows_the_page_s_width(theatre: Theatre, store: Store) -> None:
    f = Forge()
    node = f.document(
        blocked(f, "div", "784 100"),
        blocked(f, "div", "392 100", "width:50%"),
        blocked(f, "span", "700 50"),
        blocked(f, "video", "600 300"),
        blocked(f, "div", "784 100", "height:33px"),
        blocked(f, "div", "15000 100"),
        head=(f.element("style", {}, "body{margin:8px}"),),
    )
    boxes, fidelity, _ = await sizes(theatre, store, node, width=408)
    assert boxes["1/0"] == (392, 200), "half as wide, twice as high"
    assert boxes["1/1"] == (196, 200)
    assert boxes["1/2"] == (392, pytest.approx(50 * 700 / 392, abs=0.1))
    assert boxes["1/3"] == (392, 196), "pictures keep their shape"
    assert boxes["1/4"] == (392, 200)
    assert boxes["1/5"] == (392, 400), "four times, at most"
    assert fidelity.overflow == 0


async def test_recordings_that_pin_a_box_are_read_the_same_way(
    theatre: Theatre, store: Store
) -> None:
    """Cause: rrweb pins blocked boxes to pixels, which stick out of a narrower page."""
    f = Forge()
    pins = {"class": "rr-block", "rr_width": "784px", "rr_height": "100px"}
    node = f.document(f.element("div", pins), f.element("iframe", pins))
    at_recorded, *_ = await sizes(theatre, store, node)
    narrow, fidelity, _ = await sizes(theatre, store, node, width=408)
    assert at_recorded["1/0"] == at_recorded["1/1"] == (784, 100)
    assert narrow["1/0"] == (392, 200) and narrow["1/1"] == (392, 50)
    assert (fidelity.overflow, fidelity.blocked) == (0, 2)


@pytest.mark.parametrize("size", ["", "wide", "1e9 5", "-1 5", "5", "NaN NaN", 7, None, True])
async def test_hostile_block_sizes_are_refused(size: Any, theatre: Theatre, store: Store) -> None:
    f = Forge()
    node = f.document(blocked(f, "div", size), f.element("p", {"style": "height:9px"}))
    boxes, fidelity, _ = await sizes(theatre, store, node)
    assert boxes["1/0"] == (784, 0) and boxes["1/1"] == (784, 9)
    assert fidelity.counts == {"block_size_refused": 1}


def media(f: Forge) -> tuple[Any, dict[str, int]]:
    source = f.element("source", {"srcset": GONE})
    node = f.document(
        f.element("img", {"id": "plain", "src": GONE, "alt": "gone"}),
        f.element("div", {"style": "width:100px"},
                  f.element("img", {"id": "css", "src": GONE, "style": "max-width:100%"})),
        f.element("picture", {},
                  source, f.element("img", {"id": "chosen", "srcset": f"{GONE} 2x", "src": GONE})),
        f.element("video", {"id": "film", "src": "http://shop.example/gone.mp4"}),
        f.element("img", {"id": "never", "src": GONE}),
    )  # fmt: skip
    return node, remember(node)


async def test_missing_media_leave_their_place(theatre: Theatre, store: Store) -> None:
    f = Forge()
    node, ids = media(f)
    told = [[ids[name], 400, 300] for name in ("plain", "css", "chosen", "film")]
    boxes, fidelity, picture = await sizes(theatre, store, node, custom(TAG, {"sizes": told}))
    without, *_ = await sizes(theatre, store, node)
    assert boxes["1/0"] == boxes["1/2/1"] == boxes["1/3"] == (400, 300)
    assert boxes["1/1/0"] == (100, 75), "the page's own CSS applies"
    assert boxes["1/4"] == without["1/4"], "what failed for the visitor, too, stays as it was"
    assert GONE in fidelity.missing_assets and fidelity.counts == {}
    assert picture[50:250, 50:350].min() > 200


@pytest.mark.parametrize(
    "size", [[0, 5], [-1, 5], [5, 1e9], ["5", 5], [5], [None, None], [5.5, 5], [5, True]]
)
async def test_hostile_media_sizes_are_refused(size: Any, theatre: Theatre, store: Store) -> None:
    f = Forge()
    node, ids = media(f)
    event = custom(TAG, {"sizes": [[ids["plain"], *size]]})
    boxes, fidelity, _ = await sizes(theatre, store, node, event)
    assert fidelity.counts == {"media_size_refused": 1}
    assert boxes["1/0"][0] < 100


def bitmap(canvas: int, colour: tuple[int, int, int], **changes: Any) -> dict[str, Any]:
    """A canvas event as rrweb samples it: one picture of 40 × 20 in `colour` (BGR)."""
    _, png = cv2.imencode(".png", np.full((20, 40, 3), colour, np.uint8))
    data = {"rr_type": "ArrayBuffer", "base64": base64.b64encode(png.tobytes()).decode()}
    blob = {"rr_type": "Blob", "data": [data], "type": "image/png"} | changes
    image = {"rr_type": "ImageBitmap", "args": [blob]}
    commands = [
        {"property": "clearRect", "args": [0, 0, 40, 20]},
        {"property": "drawImage", "args": [image, 0, 0]},
    ]
    return incremental(9, id=canvas, type=0, commands=commands)


def canvases(f: Forge) -> tuple[Any, int]:
    style = {"width": "40", "height": "20", "style": "position:absolute;left:0;top:0"}
    canvas = f.element("canvas", style)
    return f.document(canvas, f.element("canvas")), canvas["id"]


async def test_the_latest_bitmap_of_a_canvas_is_painted(theatre: Theatre, store: Store) -> None:
    node, canvas = canvases(Forge())
    events = [bitmap(canvas, (0, 0, 255)), bitmap(canvas, (0, 200, 0))]
    _, fidelity, picture = await sizes(theatre, store, node, *events)
    assert picture[10, 20].tolist() == [0, 200, 0]
    assert fidelity.canvases == 1, "the other one was never painted"
    assert fidelity.counts == {}


async def test_a_sample_of_a_large_canvas_fills_it(theatre: Theatre, store: Store) -> None:
    """Cause: samples were drawn in their own size, in the corner of a canvas that is larger."""
    f = Forge()
    style = "position:absolute;left:0;top:0;width:400px"
    canvas = f.element("canvas", {"width": "2400", "height": "1200", "style": style})
    drawn = bitmap(canvas["id"], (0, 200, 0))
    drawn["data"]["commands"][1]["args"] += [0, 0, 2400, 1200]
    _, fidelity, picture = await sizes(theatre, store, f.document(canvas), drawn)
    for x, y in ((2, 2), (397, 2), (200, 100), (397, 197)):
        assert picture[y, x].tolist() == [0, 200, 0]
    assert fidelity.canvases == 0


async def test_canvas_changes_that_are_not_replayed_are_counted(
    theatre: Theatre, store: Store
) -> None:
    node, canvas = canvases(Forge())
    sound = bitmap(canvas, (0, 0, 0))["data"]
    clear, draw = sound["commands"]

    def drawn(commands: list[Any]) -> dict[str, Any]:
        return {"type": 3, "data": sound | {"commands": commands}}

    events = [
        bitmap(canvas, (0, 0, 0), type="image/svg+xml"),
        bitmap(canvas, (0, 0, 0), type="image/png,<svg>"),
        bitmap(canvas, (0, 0, 0), data=[{"rr_type": "ArrayBuffer", "base64": "a b"}]),
        bitmap(canvas, (0, 0, 0), data=[None]),
        drawn([clear, draw | {"property": "fillText"}]),
        drawn([clear, draw | {"property": "createPattern"}]),
        incremental(9, id=canvas, type=1, property="clear", args=[16384]),
    ]
    _, fidelity, picture = await sizes(theatre, store, node, *events)
    assert fidelity.counts == {"canvas_change_not_replayed": len(events)}
    assert fidelity.canvases == 1 and picture[10, 20].tolist() == [255, 255, 255]
