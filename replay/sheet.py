"""A contact sheet: small pictures in rows, each with its time and what happened below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.devices import Device
from replay.lettering import SEMIBOLD, Style, clean, draw, measure, wrap

__all__ = ["Cell", "contact_sheet"]

_Image = NDArray[np.uint8]

_PAPER, _EMPTY, _LINE = (252, 252, 254), (238, 238, 243), (206, 208, 220)
_TITLE = Style(22, (24, 26, 44), SEMIBOLD)
_SUBTITLE = Style(14, (86, 90, 112))
_TIME = Style(15, (24, 26, 44), SEMIBOLD)
_WHAT = Style(14, (60, 64, 84))
_COLOURS: Final = {
    "error": (200, 30, 40),
    "rage": (214, 96, 0),
    "report": (130, 50, 170),
    "goal": (20, 130, 70),
    "press": (40, 100, 210),
}
"""RGB of the bar above a picture, by what happened; grey for pages and the end."""

_OTHER = (150, 154, 170)
_BAR_PX, _GAP_PX, _HEAD_PX, _WORDS_PX = 5, 20, 84, 74
_WIDE: Final = (420, 4)
_TALL: Final = (240, 6)
"""Width of a picture (px) and pictures in a row, for screens that lie and that stand."""

_WHAT_LINES, _WHAT_CHARS = 2, 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture (None: there is none), its time, what happened, and the kind of that."""

    png: bytes | None
    time: str
    what: str
    kind: str


def contact_sheet(cells: Sequence[Cell], title: str, subtitle: str, device: Device) -> bytes:
    """A PNG with all `cells` in order; pictures have the shape of `device`."""
    across, columns = _TALL if device.height > device.width else _WIDE
    columns = min(columns, max(len(cells), 2))
    down = round(across * device.height / device.width)
    rows = -(-len(cells) // columns)
    pitch = (_BAR_PX + down + _WORDS_PX + _GAP_PX, across + _GAP_PX)
    sheet: _Image = np.full(
        (_HEAD_PX + rows * pitch[0], _GAP_PX + columns * pitch[1], 3), _PAPER[::-1], np.uint8
    )
    room = sheet.shape[1] - 2 * _GAP_PX
    for text, style, base in ((title, _TITLE, 38), (subtitle, _SUBTITLE, 62)):
        for line in wrap(clean(text, _WHAT_CHARS), style, room, 1):
            draw(sheet, line, _GAP_PX, base, style)
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        top, left = _HEAD_PX + row * pitch[0], _GAP_PX + column * pitch[1]
        _cell(sheet[top:, left : left + across], cell, (down, across))
    return cv2.imencode(".png", sheet)[1].tobytes()


def _cell(room: _Image, cell: Cell, size: tuple[int, int]) -> None:
    """Fills `room`, a part of the sheet, from its upper left corner on."""
    down, across = size
    colour = _COLOURS.get(cell.kind, _OTHER)
    room[:_BAR_PX] = colour[::-1]
    frame = room[_BAR_PX : _BAR_PX + down]
    frame[:] = _EMPTY[::-1] if cell.png is None else _thumbnail(cell.png, size)
    cv2.rectangle(room, (0, _BAR_PX), (across - 1, _BAR_PX + down - 1), _LINE[::-1], 1)
    base = _BAR_PX + down + 22
    draw(room, cell.time, 2, base, _TIME)
    if cell.png is None:
        draw(room, "no picture", 2 + measure(cell.time, _TIME) + 12, base, _WHAT)
    for line in wrap(clean(cell.what, _WHAT_CHARS), _WHAT, across - 4, _WHAT_LINES):
        base += 20
        draw(room, line, 2, base, _WHAT)


def _thumbnail(png: bytes, size: tuple[int, int]) -> _Image:
    """The picture's upper part in the frame's shape."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("this is no picture")
    small = cv2.resize(image, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
