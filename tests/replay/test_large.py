"""Pages that are large in every way: the picture is whole, or one clear refusal says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recorder.devices import Device
from recorder.errors import RenderFailed
from recorder.events import ENVIRONMENT_TAG
from recorder.store import Store
from replay import Theatre, render, shooting
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, custom, keep

ROW_PX = 100
ROWS = 200
"""Twenty thousand pixels."""

COLOURS = "html, body { margin: 0 } p { margin: 0; height: 100px; overflow: hidden }"


def tall(rows: int) -> Any:
    """A page whose every row has a colour that no other row has."""
    f = Forge()
    lines = [
        f.element("p", {"style": f"background: rgb({n % 250}, {n // 250 * 20}, 90)"}, str(n))
        for n in range(rows)
    ]
    return f.document(*lines, head=(f.element("style", {"_cssText": COLOURS}),))


async def row_colours(
    theatre: Theatre, store: Store, rows: int, device: Device, scale: str
) -> tuple[NDArray[Any], list[tuple[int, int, int]]]:
    """The picture, and the colour at the right end of the middle of each row (RGB)."""
    moment = keep(store, "http://shop.example/tall", tall(rows))
    made = await render(theatre, moment, device, scale=scale)
    picture = pixels(made.png)
    step = picture.shape[0] / rows
    places = [int((n + 0.5) * step) for n in range(rows)]
    found = [tuple(int(part) for part in picture[y, -20][::-1]) for y in places]
    assert not made.fidelity.remarks()
    return picture, found  # type: ignore[return-value]


def expected(rows: int) -> list[tuple[int, int, int]]:
    return [(n % 250, n // 250 * 20, 90) for n in range(rows)]


async def test_a_tall_page_is_whole(theatre: Theatre, store: Store) -> None:
    """Beyond 16,384 px some browsers repeat what is above."""
    device = Device(None, 1440, 900)
    picture, found = await row_colours(theatre, store, ROWS, device, "css")
    assert picture.shape[:2] == (ROWS * ROW_PX, 1440)
    assert found == expected(ROWS)


async def test_strips_make_the_same_picture(
    theatre: Theatre, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrollbars included, which Chromium takes away after each of them."""
    bars = custom(ENVIRONMENT_TAG, {"inner": [800, 600], "client": [785, 600]})
    moment = keep(store, "http://shop.example/tall", tall(30), bars)
    device = Device(None, 800, 600)
    whole = pixels((await render(theatre, moment, device)).png)
    monkeypatch.setattr(shooting, "PIXELS_AT_ONCE", 500_000)
    strips = pixels((await render(theatre, moment, device)).png)
    assert whole.shape == (3000, 785, 3)
    assert np.array_equal(whole, strips)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("device", "scale", "rows"),
    [
        (Device(None, 1440, 900), "css", 600),
        (Device(None, 980, 844, scale=3), "device", 170),
    ],
)
async def test_a_picture_that_chromium_would_leave_white_is_taken_in_strips(
    device: Device, scale: str, rows: int, theatre: Theatre, store: Store
) -> None:
    """Cause: beyond 512 MiB Chromium drew nothing, and two such pictures in a row agreed."""
    picture, found = await row_colours(theatre, store, rows, device, scale)
    density = int(device.scale)
    assert picture.shape[:2] == (rows * ROW_PX * density, device.width * density)
    assert found == expected(rows)


async def test_a_picture_beyond_memory_is_refused(theatre: Theatre, store: Store) -> None:
    moment = keep(store, "http://shop.example/tall", tall(900))
    with pytest.raises(RenderFailed, match="2,940 × 270,000 pixels") as refusal:
        await render(theatre, moment, Device(None, 980, 844, scale=3), scale="device")
    assert refusal.value.next_step
    assert (await render(theatre, moment, Device(None, 390, 844))).png


def many_nodes() -> Any:
    f = Forge()
    lines = [f.element("div", {}, *(f.element("i") for _ in range(100))) for _ in range(2_000)]
    return f.document(*lines)


def many_frames() -> Any:
    """Chromium gives the first thousand a document, of three elements each."""
    f = Forge()
    frames = (f.element("iframe", {"rr_src": "https://ads.example/"}) for _ in range(100_000))
    return f.document(*frames)


def large_sheet() -> Any:
    """Five million characters of CSS."""
    f = Forge()
    css = "".join(f".c{n} {{ color: #{n % 4096:03x}; margin: {n % 7}px }}" for n in range(120_000))
    words = (f.element("p", {"class": f"c{n}"}, "styled") for n in range(100))
    return f.document(*words, head=(f.element("style", {"_cssText": css}),))


@pytest.mark.prove
@pytest.mark.parametrize(
    ("page", "elements", "remarks"),
    [
        (many_nodes, 202_003, []),
        (many_frames, 103_003, ["100000 frames not recorded"]),
        (large_sheet, 104, []),
    ],
)
async def test_what_is_too_much_for_a_visitor_is_not_too_much_for_the_stage(
    page: Callable[[], Any], elements: int, remarks: list[str], theatre: Theatre, store: Store
) -> None:
    moment = keep(store, "http://shop.example/large", page())
    made = await render(theatre, moment, Device(None, 800, 600))
    assert len(made.boxes) == elements
    assert made.fidelity.remarks() == remarks
