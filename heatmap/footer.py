"""The band below a picture: title, legend with numbers, ledger. It never covers the page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from heatmap.colour import ALPHA, RAMP, Scale
from heatmap.statuses import UNITS, Kind
from replay.lettering import SEMIBOLD, Style, clean, draw, measure, wrap

__all__ = ["footer"]

_TITLE = Style(19, (24, 26, 44), SEMIBOLD)
_SUBTITLE = Style(13, (86, 90, 112))
_SMALL = Style(12, (110, 114, 134))
_COUNT = Style(13, (24, 26, 44), SEMIBOLD)
_BADGE = Style(11, (130, 72, 10), SEMIBOLD)
_BADGE_FILL = (254, 240, 215)
_PAPER, _LINE = (252, 252, 254), (222, 224, 234)

_MARGIN = 24
_LEGEND_WIDTH = 220
_SIDE_BY_SIDE_FROM = 720
"""Picture width, px, from which the legend is beside the title rather than below it."""
_TITLE_LIMIT, _SUBTITLE_LIMIT, _LEDGER_LIMIT = 160, 240, 600
"""Characters; the longest ledger line has about 150 and is never cut."""
_BADGE_LIMIT, _MAX_BADGES = 40, 8
_LEADING = 1.4
"""Line height in text sizes."""

_Image = NDArray[np.uint8]


class _Band:
    """A canvas that grows downwards while blocks are set one below the other."""

    def __init__(self, width: int) -> None:
        self.canvas = np.full((2400, width, 3), _PAPER[::-1], np.uint8)
        self.canvas[0] = _LINE[::-1]
        self.y = 20

    def lines(self, text: str, style: Style, width: int, most: int) -> None:
        for line in wrap(text, style, width, most):
            draw(self.canvas, line, _MARGIN, self.y + style.size, style)
            self.y += round(style.size * _LEADING)

    def badges(self, badges: Sequence[str], width: int) -> None:
        x, height = _MARGIN, 20
        for badge in [clean(b, _BADGE_LIMIT) for b in badges][:_MAX_BADGES]:
            label = wrap(badge, _BADGE, width - 16, 1)
            if not label:
                continue
            length = measure(label[0], _BADGE) + 16
            if x > _MARGIN and x + length > _MARGIN + width:
                x, self.y = _MARGIN, self.y + height + 6
            corner = (x + length - 1, self.y + height - 1)
            cv2.rectangle(self.canvas, (x, self.y), corner, _BADGE_FILL[::-1], -1)
            draw(self.canvas, label[0], x + 8, self.y + 14, _BADGE)
            x += length + 6
        self.y += height + 8 if badges else 0


def footer(
    width: int,
    *,
    title: str,
    subtitle: str,
    ledger_line: str,
    drawn: float,
    kind: Kind,
    scale: Scale,
    badges: Sequence[str] = (),
) -> _Image:
    """A BGR band `width` px wide, as high as its words need.

    `drawn` is the weight in the picture, named beside the legend as n.
    """
    band = _Band(width)
    wide = width >= _SIDE_BY_SIDE_FROM
    inner = max(width - 2 * _MARGIN, 24)
    column = inner - _LEGEND_WIDTH - 2 * _MARGIN if wide else inner
    if wide:
        _legend(band.canvas, width - _MARGIN - _LEGEND_WIDTH, band.y, _LEGEND_WIDTH, scale)
    floor = band.y + 50 if wide else 0
    band.lines(clean(title, _TITLE_LIMIT), _TITLE, column, 2)
    band.y += 2
    band.lines(clean(subtitle, _SUBTITLE_LIMIT), _SUBTITLE, column, 3)
    band.y += 8
    band.badges(badges, column)
    if not wide:
        _legend(band.canvas, _MARGIN, band.y, min(_LEGEND_WIDTH, inner), scale)
        band.y += 60
    band.y = max(band.y, floor)
    count = f"n = {_number(drawn)} {UNITS[kind]}"
    band.lines(count, _COUNT, inner, 1)
    band.lines(clean(ledger_line, _LEDGER_LIMIT), _SMALL, inner, 40)
    return band.canvas[: band.y + 18]


def _legend(canvas: _Image, left: int, top: int, width: int, scale: Scale) -> None:
    """The ramp as it looks over paper, with ticks at the numbers that `scale` names."""
    heading = wrap(clean(scale.heading, 40), _SMALL, width, 1)
    for line in heading:
        draw(canvas, line, left, top + 11, _SMALL)
    y, height = top + 20, 10
    level = np.linspace(0, 255, width).round().astype(np.uint8)
    alpha = ALPHA[level][:, None] / 255.0
    bar = RAMP[level] * alpha + np.array(_PAPER) * (1 - alpha)
    room = canvas[y : y + height, left : left + width]
    room[:] = np.rint(bar[: room.shape[1], ::-1]).astype(np.uint8)
    taken = left
    draw(canvas, "0", left, y + height + 16, _SMALL)
    taken += measure("0", _SMALL)
    ticks = scale.ticks()
    for tick in ticks:
        x = left + round(scale.level(tick) * (width - 1))
        label = _number(tick) + ("+" if tick == ticks[-1] else "")
        length = measure(label, _SMALL)
        start = min(x - length // 2, left + width - length)
        if start < taken + 6:
            continue
        cv2.line(canvas, (x, y + height), (x, y + height + 3), _SMALL.colour[::-1], 1)
        draw(canvas, label, start, y + height + 16, _SMALL)
        taken = start + length


def _number(value: float) -> str:
    rounded = round(value, 1)
    return f"{rounded:,.0f}" if rounded == round(rounded) else f"{rounded:,.1f}"
