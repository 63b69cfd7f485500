"""Segments of which everything is known: who saw what, and who pressed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatmap.anchors import Anchor, ElementKeys
from heatmap.backdrop import Backdrop, View
from heatmap.comparison import Comparison
from heatmap.comparison.catalogue import Catalogue
from heatmap.comparison.comparing import Side
from heatmap.comparison.grounds import Ground
from heatmap.comparison.rows import make_rows
from heatmap.comparison.usage import Usage
from heatmap.exposure import Exposure
from heatmap.identity import Page
from heatmap.ledger import Ledger
from heatmap.placement import Placed, Sample
from heatmap.raster import Geometry
from heatmap.statistics.permutation import distance
from heatmap.statuses import Kind
from recorder.store import PageView
from replay import Fidelity, Moment
from tests.report.making import DESKTOP, NOW, document, session

PATTERN = "/shop"
BOX = (10.0, 20.0, 100.0, 40.0)


@dataclass(frozen=True)
class Known:
    """Of so many sessions, how many had an element in view, how many of those pressed it, and how
    many of those raged at it."""

    seen: int
    used: int
    raged: int = 0


def element(name: str, tag: str = "button") -> ElementKeys:
    return ElementKeys([("id", f"id:{name}", True)], f"id:{name}", name, tag)


def anchor(control: int, kind: Kind = Kind.CLICK) -> Anchor:
    return Anchor(
        kind=kind,
        time=NOW,
        weight=1.0,
        x=0,
        y=0,
        element=control,
        control=control,
        u=0.5,
        v=0.5,
        size=(100, 40),
        drift=0,
        masked=False,
        unstable=False,
        text=None,
    )


def views(side: str, sessions: int, known: Mapping[str, Known], presses: int = 1) -> list[View]:
    names = list(known)
    keys = [element(name) for name in names]
    made = []
    for number in range(sessions):
        row = session(f"{side}-{number}")
        seen = [i for i, name in enumerate(names) if number < known[name].seen]
        pressed = [i for i, name in enumerate(names) if number < known[name].used]
        raged = [i for i, name in enumerate(names) if number < known[name].raged]
        troubles = [Sample(row, "d", anchor(i, Kind.RAGE), keys) for i in raged]
        made.append(
            View(
                row,
                document(id=f"{side}-d{number}"),
                PageView(f"{side}-d{number}", row.id, 1, PATTERN, PATTERN, "", NOW, NOW + 2_000),
                [Sample(row, "d", anchor(i), keys) for i in pressed for _ in range(presses)]
                + troubles,
                [Exposure(i, keys[i], NOW, NOW + 2_000) for i in seen],
            )
        )
    return made


def ground(names: list[str], boxes: Mapping[str, Any]) -> Ground:
    placed = Placed([], Geometry(400, 300, {}), Page([element(name) for name in names]))
    placed.boxes = [boxes.get(name, BOX) for name in names]
    moment = Moment(session(), document(), [], 0, [])
    blank = np.zeros((300, 400), np.float32)
    backdrop = Backdrop(moment, b"", placed, Fidelity())
    return Ground(DESKTOP, backdrop, (blank, blank), (Ledger(), Ledger()))


def comparison(
    a: tuple[int, Mapping[str, Known]],
    b: tuple[int, Mapping[str, Known]],
    boxes: Mapping[str, Any] | None = None,
    presses: int = 1,
) -> Comparison:
    """Compares `(sessions, what is known of each element)` with another such side."""
    grounds = [ground(list(known), boxes or {}) for _, known in (a, b)]
    catalogue = Catalogue([one.backdrop.placed.page for one in grounds])
    sides = []
    for name, (count, known), mine in zip("ab", (a, b), grounds, strict=True):
        found = views(name, count, known, presses)
        sides.append(Side(name, f"side = {name}", found, Usage(found, catalogue), mine))
    rows = make_rows((sides[0].usage, sides[1].usage), [one.places() for one in grounds])
    entries = list(dict.fromkeys([*sides[0].usage.uses, *sides[1].usage.uses]))
    apart = distance(*(side.usage.matrix(entries) for side in sides))
    return Comparison(PATTERN, sides[0], sides[1], rows, apart)


__all__ = ["BOX", "PATTERN", "Known", "comparison", "element"]
