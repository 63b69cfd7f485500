"""The comparison as one HTML file that requests nothing and can be sent by mail."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from heatmap.comparison import Comparison, Row, Verdict
from heatmap.comparison.comparing import Side
from heatmap.comparison.rows import FALSE_DISCOVERIES, Place
from heatmap.ledger import Account
from heatmap.picture import decode
from heatmap.statistics.power import POWER
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatmap.statuses import FRICTION, NAMES, Kind
from heatwright import __version__
from heatwright.comparing.findings import cautions, findings
from heatwright.comparing.pictures import Pictures
from heatwright.gates import Judgement
from heatwright.report.environment import environment, policy
from heatwright.report.views import Legend, room_of

__all__ = ["write_page"]

QUALITY = 82
"""Of WebP: text stays sharp, and a page of 1440 × 5000 px takes about 300 kB."""
WEBP_MOST = 16_383
"""Longer sides WebP cannot have; such pictures are JPEGs."""
MARKED = 40
"""Rows whose elements are outlined when they are pointed at."""

VERDICTS = {
    Verdict.HIGHER: "b more",
    Verdict.LOWER: "b less",
    Verdict.NOT_SHOWN: "no difference shown",
    Verdict.TOO_FEW: "too few sessions",
    Verdict.NOT_COMPARABLE: "on one side only",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with an element, and for which share of those who saw it on each side."""

    row: Row
    what: str
    a: Share
    b: Share


@dataclass(frozen=True, slots=True)
class Figure:
    """One side's pictures. `marks` are (row number, place) of elements to outline."""

    side: Side
    size: str
    heat: str
    difference: str
    width: int
    height: int
    marks: list[tuple[int, Place]]
    account: str


def write_page(
    comparison: Comparison,
    pictures: Pictures,
    file: Path,
    *,
    created_at: int,
    judgements: Sequence[Judgement] = (),
    command: str = "",
) -> None:
    """Writes the page to `file`. `created_at` is epoch ms, `command` makes the page again.

    Raises OSError where it cannot be written.
    """
    templates = environment()
    html = templates.get_template("compare.html.j2").render(
        comparison=comparison,
        findings=findings(comparison),
        cautions=cautions(comparison),
        judgements=judgements,
        figures=[
            _figure(comparison, pictures, number, side)
            for number, side in enumerate((comparison.a, comparison.b))
        ],
        legend=Legend.of(Kind.CLICK, pictures.heat_scale),
        ticks=pictures.difference_scale.ticks(),
        troubles=_troubles(comparison.rows),
        verdicts=VERDICTS,
        few=FEW_SESSIONS,
        false_discoveries=FALSE_DISCOVERIES,
        power=POWER,
        command=command,
        created_at=created_at,
        version=__version__,
        policy=policy(templates, "img-src data:"),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(html, encoding="utf-8")


def _figure(comparison: Comparison, pictures: Pictures, number: int, side: Side) -> Figure:
    heat = decode(pictures.heat[side.name])
    account = sum(side.ground.ledgers[number].accounts.values(), start=Account())
    return Figure(
        side,
        room_of(side.ground.device.width),
        _data(pictures.heat[side.name]),
        _data(pictures.difference[side.name]),
        heat.shape[1],
        heat.shape[0],
        _marks(comparison.rows, number),
        account.line(),
    )


def _troubles(rows: Sequence[Row]) -> list[Trouble]:
    """What went wrong on either side, with the most sessions affected first."""
    found = [
        Trouble(row, NAMES[kind].lower(), row.a.troubles[kind], row.b.troubles[kind])
        for row in rows
        for kind in FRICTION
        if row.a.troubles[kind].used or row.b.troubles[kind].used
    ]
    return sorted(found, key=lambda one: (-one.a.used - one.b.used, one.row.entry.name))[:MARKED]


def _marks(rows: Sequence[Row], number: int) -> list[tuple[int, Place]]:
    places = ((row.a, row.b)[number].place for row in rows[:MARKED])
    return [(at, place) for at, place in enumerate(places, start=1) if place is not None]


def _data(png: bytes) -> str:
    image = decode(png)
    name, setting = ("webp", cv2.IMWRITE_WEBP_QUALITY)
    if max(image.shape[:2]) > WEBP_MOST:
        name, setting = ("jpeg", cv2.IMWRITE_JPEG_QUALITY)
    done, body = cv2.imencode(f".{name}", image, [setting, QUALITY])
    if not done:
        raise ValueError("the picture could not be encoded")
    return f"data:image/{name};base64,{base64.b64encode(body.tobytes()).decode()}"
