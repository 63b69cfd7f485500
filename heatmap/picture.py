"""Pictures: a backdrop with heat over it, and below it a footer that says what is seen.

Nothing but heat and, if asked for, numbered outlines covers the page. Words come from recordings:
they are cleaned before they are drawn (`lettering.clean`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from heatmap.colour import ALPHA, RAMP, Scale, colourise, levels
from heatmap.footer import footer
from heatmap.raster import Rect
from heatmap.statuses import Kind
from replay.lettering import SEMIBOLD, Style, clean, draw, measure

__all__ = ["compose", "decode", "encode", "mark", "overlay", "paint", "rule"]

PNG_LEVEL = 4
"""zlib level: a fifth smaller than level 1 at about the same time, 6 takes twice as long."""
DIM = 0.93
"""Brightness that is left of the backdrop: heat stands off white pages."""
COLOUR_LEFT = 0.4
"""Colour that is left of the backdrop: a red button must not pass for heat."""
MAX_MARKS = 99
"""Numbered outlines on one picture: more are clutter."""

_LUMA = (0.114, 0.587, 0.299)  # BGR, Rec. 601
_STRIP = 256
"""Rows composed at a time: a strip's intermediates stay in cache."""

_MAX_THREADS = 4
"""Strips composed at once; beyond four, threads wait for memory."""

_INK, _WHITE = (46, 26, 26), (255, 255, 255)  # BGR
_PILL_TEXT = Style(12, _WHITE, SEMIBOLD)

_Raster = NDArray[np.float32]
_Image = NDArray[np.uint8]

_BGR = np.ascontiguousarray(RAMP[:, ::-1])
_PREMULTIPLIED = np.rint(_BGR * (ALPHA[:, None] / 255.0)).astype(np.uint8)[None]
_REMAINDER = np.repeat(255 - ALPHA[:, None], 3, axis=1)[None]


def paint(
    backdrop_png: bytes,
    heat: _Raster,
    *,
    scale: Scale,
    title: str,
    subtitle: str,
    ledger_line: str,
    kind: Kind,
    drawn: float | None = None,
    badges: Sequence[str] = (),
    element_numbers: Sequence[tuple[Rect, str]] = (),
    rules: Sequence[tuple[float, str]] = (),
) -> bytes:
    """A PNG as wide as the backdrop: the page under its heat, and a footer below it.

    `heat` is a density raster of the page (H, W); where it has another size than the
    backdrop it is stretched over it. `drawn` is how much of `kind` it shows (None: its sum).
    `element_numbers` are boxes in backdrop pixels with short labels, outlined on the page, `rules`
    lines across it at a y in backdrop pixels. Raises ValueError for a backdrop that
    is no picture and for a raster that is not finite.
    """
    page = compose(decode(backdrop_png), heat, scale)
    for box, label in element_numbers[:MAX_MARKS]:
        mark(page, box, label)
    for y, label in rules[:MAX_MARKS]:
        rule(page, y, label)
    below = footer(
        page.shape[1],
        title=title,
        subtitle=subtitle,
        ledger_line=ledger_line,
        drawn=float(heat.sum(dtype=np.float64)) if drawn is None else drawn,
        kind=kind,
        scale=scale,
        badges=badges,
    )
    return encode(np.vstack([page, below]))


def overlay(heat: _Raster, scale: Scale) -> bytes:
    """The heat alone, as a PNG with straight alpha, for whoever lays it over a page."""
    rgba = colourise(heat, scale)
    return encode(np.ascontiguousarray(rgba[..., [2, 1, 0, 3]]))


def compose(backdrop: _Image, heat: _Raster, scale: Scale) -> _Image:
    """The toned-down backdrop (BGR, H × W × 3) under the heat; same size as the backdrop."""
    rows, columns = backdrop.shape[:2]
    stretched = None if heat.shape == (rows, columns) else _stretched(heat, scale, backdrop)
    grey = np.tile(np.array(_LUMA), (3, 1)) * (1 - COLOUR_LEFT)
    tone = ((np.eye(3) * COLOUR_LEFT + grey) * DIM).astype(np.float32)
    page = np.empty_like(backdrop)

    def strip(top: int) -> None:
        part = slice(top, min(top + _STRIP, rows))
        cv2.transform(backdrop[part], tone, dst=page[part])
        _heat(page[part], levels(heat[part], scale) if stretched is None else stretched[part])

    # Strips share nothing, and OpenCV and numpy let go of the interpreter.
    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1)) as pool:
        list(pool.map(strip, range(0, rows, _STRIP)))
    return page


def _heat(page: _Image, level: _Image) -> None:
    """Lay the colours of `level` over a BGR page of the same size, in place."""
    warm = np.flatnonzero(level.any(axis=0))
    if not len(warm):
        return
    across = slice(int(warm[0]), int(warm[-1]) + 1)
    heated = cv2.cvtColor(level[:, across], cv2.COLOR_GRAY2BGR)
    under = cv2.multiply(page[:, across], cv2.LUT(heated, _REMAINDER), scale=1 / 255)
    page[:, across] = cv2.add(under, cv2.LUT(heated, _PREMULTIPLIED))


def _stretched(heat: _Raster, scale: Scale, backdrop: _Image) -> _Image:
    size = (backdrop.shape[1], backdrop.shape[0])
    level = cv2.resize(levels(heat, scale), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(level, np.uint8)


def mark(page: _Image, box: Rect, label: str) -> None:
    """Outline `box` on a BGR page, in place, with a pill that holds `label` at its corner."""
    sides = (box.left, box.top, box.left + box.width, box.top + box.height)
    if not all(math.isfinite(side) for side in sides):
        raise ValueError("an outlined box is finite")
    rows, columns = page.shape[:2]
    left, right = (round(min(max(side, 1), columns - 2)) for side in sides[::2])
    top, bottom = (round(min(max(side, 1), rows - 2)) for side in sides[1::2])
    cv2.rectangle(page, (left, top), (right, bottom), _WHITE, 3, cv2.LINE_AA)
    cv2.rectangle(page, (left, top), (right, bottom), _INK, 1, cv2.LINE_AA)
    _label(page, clean(label, 12), left - 6, top)


def rule(page: _Image, y: float, label: str) -> None:
    """A line across a BGR page at `y`, in place, with a pill that holds `label` at its right end.

    At the page's edge it is drawn just within. Raises ValueError for a y that is not finite.
    """
    if not math.isfinite(y):
        raise ValueError("a rule is at a finite place")
    rows, columns = page.shape[:2]
    middle = round(min(max(y, 1), max(1, rows - 2)))
    cv2.line(page, (0, middle), (columns, middle), _WHITE, 3)
    cv2.line(page, (0, middle), (columns, middle), _INK, 1)
    _label(page, clean(label, 40), columns, middle)


def _label(page: _Image, text: str, left: int, middle: int) -> None:
    """A pill with `text` from `left` on, as far as there is room, around the row `middle`."""
    if not text:
        return
    rows, columns = page.shape[:2]
    height = 20
    width = max(height, measure(text, _PILL_TEXT) + 12)
    x = min(max(left, 1), max(1, columns - width - 2))
    y = min(max(middle - height // 2, 1), max(1, rows - height - 2))
    _pill(page, (x - 1, y - 1, width + 2, height + 2), _WHITE)
    _pill(page, (x, y, width, height), _INK)
    draw(page, text, x + (width - measure(text, _PILL_TEXT)) // 2, y + 14, _PILL_TEXT)


def _pill(image: _Image, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """A filled capsule; drawn at 1/16 of a pixel, so that its ends are round."""
    x, y, width, height = box
    shift, radius = 4, height / 2
    ends = [
        (round((cx - 0.5) * 16), round((y + radius - 0.5) * 16))
        for cx in (x + radius, x + width - radius)
    ]
    for end in ends:
        cv2.circle(image, end, round(radius * 16), colour, -1, cv2.LINE_AA, shift)
    cv2.rectangle(
        image, (round(x + radius), y), (round(x + width - radius) - 1, y + height - 1), colour, -1
    )


def decode(png: bytes) -> _Image:
    """A PNG as BGR (H, W, 3). Raises ValueError for what is no picture."""
    if not png:
        raise ValueError("the backdrop is empty")
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("the backdrop is not a picture that can be read")
    return np.asarray(image, np.uint8)


def encode(image: _Image) -> bytes:
    """BGR or BGRA as a PNG."""
    done, png = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    if not done:
        raise ValueError("the picture could not be encoded")
    return png.tobytes()
