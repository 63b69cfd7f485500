"""The report's pictures: backdrops as they were, and painted ones, on one scale for each kind."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from heatmap.colour import Scale
from heatmap.heatmap import Heatmap
from heatmap.paintings import paint_kind, shared_scale
from heatmap.states import State
from heatmap.statuses import Kind
from heatwright.report.accounts import kinds_of
from heatwright.report.friction import FrictionRow
from heatwright.report.model import PageReport
from heatwright.report.words import slug

__all__ = ["FOLDER", "PagePictures", "Shot", "clear", "draw_page"]

FOLDER = "pictures"
"""Beside `index.html`; links are relative to that."""

_OURS = re.compile(r"\d{2,}-[a-z0-9-]+\.png")
_PAINTERS = 2
"""Pictures painted at once: each holds a page in memory several times, about 150 MB."""


@dataclass(slots=True)
class Shot:
    """The pictures of one heatmap, as links relative to the report.

    `width`, `height` are those of the backdrop in pixels. `painted` has a picture for each
    kind with points at this device: as wide as the backdrop, with a footer below the page.
    """

    heatmap: Heatmap
    backdrop: str
    width: int
    height: int
    painted: dict[Kind, str] = field(default_factory=dict)


@dataclass(slots=True)
class PagePictures:
    """All pictures of a page, and the scale that those of one kind share."""

    shots: list[Shot]
    scales: dict[Kind, Scale]
    stills: list[str | None]
    """Links to the pictures of the page's troubles, in their order."""
    states: list[StateShot]


@dataclass(frozen=True, slots=True)
class StateShot:
    """A further state of a heatmap: the kind of which it has most points, and the picture."""

    state: State
    kind: Kind
    picture: str


def clear(out: Path) -> None:
    """Removes pictures of an earlier report in the same folder: nothing stale may stay."""
    for file in (out / FOLDER).glob("*.png"):
        if _OURS.fullmatch(file.name):
            file.unlink()


def draw_page(
    page: PageReport, number: int, out: Path, done: Callable[[], object] = lambda: None
) -> PagePictures:
    """Writes the pictures of the `number`-th page into `out`; calls `done` after each heatmap."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    scales = {kind: shared_scale(page.heatmaps, kind) for kind in kinds_of(page)}
    stem = f"{number:02}-{slug(page.pattern, 'home')}"

    def draw(place: int) -> Shot:
        heatmap = page.heatmaps[place]
        name = f"{stem}-{place + 1}-{slug(heatmap.device.label, 'device')}"
        shot = _draw(heatmap, scales, out, name)
        done()
        return shot

    with ThreadPoolExecutor(_PAINTERS) as pool:
        shots = list(pool.map(draw, range(len(page.heatmaps))))
    stills = [_still(row, out, f"{stem}-trouble-{at}") for at, row in enumerate(page.friction, 1)]
    states = [
        _state(state, scales, out, f"{stem}-{place}-{slug(state.heatmap.device.label, 'device')}")
        for place, found in enumerate(page.states, 1)
        for state in found
    ]
    return PagePictures(shots, scales, stills, states)


def _state(state: State, scales: dict[Kind, Scale], out: Path, name: str) -> StateShot:
    shown = state.heatmap
    kind = max(shown.kinds, key=lambda one: shown.ledger.total(one).recorded)
    link = f"{FOLDER}/{name}-state-{state.name}.png"
    (out / link).write_bytes(paint_kind(shown, kind, scales[kind]))
    return StateShot(state, kind, link)


def _still(row: FrictionRow, out: Path, name: str) -> str | None:
    if row.png is None:
        return None
    link = f"{FOLDER}/{name}.png"
    (out / link).write_bytes(row.png)
    return link


def _draw(heatmap: Heatmap, scales: dict[Kind, Scale], out: Path, name: str) -> Shot:
    png = heatmap.backdrop.png
    shot = Shot(heatmap, f"{FOLDER}/{name}.png", *_size(png))
    (out / shot.backdrop).write_bytes(png)
    for kind, scale in scales.items():
        if heatmap.ledger.total(kind).recorded:
            shot.painted[kind] = f"{FOLDER}/{name}-{kind.value}.png"
            (out / shot.painted[kind]).write_bytes(paint_kind(heatmap, kind, scale))
    return shot


def _size(png: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG. Raises ValueError for anything else."""
    if len(png) < 24 or png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR":
        raise ValueError("the backdrop is not a PNG")
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)
