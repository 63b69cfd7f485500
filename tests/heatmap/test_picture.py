"""Pictures: honest colours, the page intact, words that cannot break anything."""

from __future__ import annotations

from typing import TypedDict

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from heatmap.colour import ALPHA, RAMP, Scale, colourise, levels
from heatmap.picture import overlay, paint
from heatmap.raster import Rect
from heatmap.statuses import Kind
from replay.lettering import Style, clean, measure, wrap

SCALE = Scale(10, "clicks", Scale.area_of(14))
Pixels = NDArray[np.uint8]


def png(width: int, height: int) -> bytes:
    """A plain white page."""
    done, data = cv2.imencode(".png", np.full((height, width, 3), 255, np.uint8))
    assert done
    return data.tobytes()


def pixels(data: bytes) -> Pixels:
    """A decoded PNG as it is, alpha included."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image, np.uint8)


class Words(TypedDict):
    """The words a footer cannot do without."""

    title: str
    subtitle: str
    ledger_line: str


PLAIN: Words = {"title": "Home", "subtitle": "3 sessions", "ledger_line": "1 recorded = 1 drawn"}


def _paint(width: int, height: int, heat: NDArray[np.float32]) -> Pixels:
    picture = paint(png(width, height), heat, scale=SCALE, kind=Kind.CLICK, **PLAIN)
    return pixels(picture)


def test_hotter_is_lighter_and_more_opaque_all_the_way() -> None:
    light = ((RAMP / 255 + 0.055) / 1.055) ** 2.4 @ np.array([0.2126, 0.7152, 0.0722])
    # Three levels apart: 8 bits a channel leave single steps a unit of rounding.
    assert (light[3:] > light[:-3]).all()
    assert ALPHA[0] == 0 and (np.diff(ALPHA.astype(int)) >= 0).all()


def test_the_scale_is_absolute_and_monotone() -> None:
    heat = np.asarray([np.linspace(0, 12 / SCALE.area, 500)], np.float32)
    level = levels(heat, SCALE).ravel().astype(int)
    assert level[0] == 0 and level[-1] == 255 and (np.diff(level) >= 0).all()
    at_maximum = np.full((1, 1), 10 / SCALE.area, np.float32)
    assert levels(at_maximum, SCALE)[0, 0] == 255
    assert (
        abs(levels((at_maximum / 4).astype(np.float32), SCALE)[0, 0] - 255 * SCALE.level(2.5)) <= 1
    )


def test_a_fitted_scale_serves_several_pictures_and_ignores_one_frantic_icon() -> None:
    calm = np.zeros((400, 400), np.float32)
    calm[100:200, 100:200] = 40 / SCALE.area
    frantic = calm.copy()
    frantic[0:3, 0:3] = 1000 / SCALE.area
    assert Scale.of([calm], "clicks", SCALE.area).maximum == 40
    assert Scale.of([frantic, calm], "clicks", SCALE.area).maximum == 40
    assert Scale.of([calm, calm * 2], "clicks", SCALE.area).maximum == 80
    assert Scale.of([np.zeros((9, 9), np.float32)], "clicks", SCALE.area).maximum == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_rasters_that_are_none_are_refused(bad: float) -> None:
    heat = np.full((4, 4), bad, np.float32)
    with pytest.raises(ValueError, match="finite"):
        colourise(heat, SCALE)
    with pytest.raises(ValueError, match="finite"):
        _paint(4, 4, heat)
    with pytest.raises(ValueError, match="above 0"):
        Scale(bad, "clicks", 1)


@pytest.mark.parametrize(("width", "height"), [(390, 700), (1440, 900), (60, 40), (1, 1)])
def test_the_page_keeps_its_size_and_the_footer_is_below(width: int, height: int) -> None:
    heat = np.zeros((height, width), np.float32)
    image = _paint(width, height, heat)
    assert image.shape[1] == width and image.shape[0] > height + 60
    page = image[:height]
    assert (page == page[0, 0]).all() and 230 < page[0, 0, 0] < 255


def test_heat_is_painted_where_it_is_and_nowhere_else() -> None:
    heat = np.zeros((300, 400), np.float32)
    heat[100:120, 200:240] = 10 / SCALE.area
    page = _paint(400, 300, heat)[:300].astype(int)
    changed = np.abs(page - page[0, 0]).sum(axis=2) > 0
    rows, columns = np.nonzero(changed)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (100, 119, 200, 239)


def test_a_reduced_raster_is_stretched_over_the_page() -> None:
    heat = np.zeros((150, 200), np.float32)
    heat[70:80, 90:110] = 10 / SCALE.area
    page = _paint(400, 300, heat)[:300].astype(int)
    assert np.abs(page[150, 200] - page[0, 0]).sum() > 60


def test_the_overlay_is_transparent_without_heat() -> None:
    heat = np.zeros((30, 40), np.float32)
    heat[10, 20] = 10 / SCALE.area
    image = pixels(overlay(heat, SCALE))
    assert image.shape == (30, 40, 4)
    assert image[10, 20].tolist() == [*RAMP[255][::-1].tolist(), ALPHA[255]]
    image[10, 20, 3] = 0
    assert not image[..., 3].any()


HOSTILE = [
    "W" * 10_000,
    "\x00\x1b[31m\n\r\t",
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\ud800🎉",
    "e" + "\u0301" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [30, 390, 1440])
def test_hostile_words_break_nothing(text: str, width: int) -> None:
    heat = np.zeros((50, width), np.float32)
    picture = paint(
        png(width, 50),
        heat,
        scale=Scale(10, text, SCALE.area),
        kind=Kind.CLICK,
        badges=[text] * 50,
        element_numbers=[(Rect(-9, 1e9, 5, 5), text)] * 500,
        title=text,
        subtitle=text,
        ledger_line=text,
    )
    image = pixels(picture)
    assert image.shape[1] == width and 50 < image.shape[0] <= 2450


@given(st.text(max_size=60), st.integers(10, 300))
@settings(max_examples=40)
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    style = Style(13, (0, 0, 0))
    line = clean(text, 200)
    lines = wrap(line, style, width, 100)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")
    assert all(measure(part, style) <= width or len(part) == 1 for part in lines)


def test_clean_is_one_short_line() -> None:
    assert clean("a\n\tb\u2028c\u202ed", 20) == "a b cd"
    assert len(clean("x" * 10**6, 50)) == 50 and clean("x" * 10**6, 50).endswith("…")


@pytest.mark.parametrize("data", [b"", b"not a picture"])
def test_a_backdrop_that_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="backdrop"):
        paint(data, np.zeros((1, 1), np.float32), scale=SCALE, kind=Kind.CLICK, **PLAIN)
