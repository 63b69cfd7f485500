"""Placements: where each recorded point was put at one width, or why it was not put anywhere.

A placement is the joint between the half that finds places (anchors, identity,
the stage) and the half that counts and paints them. Everything after it is
arithmetic on columns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from heatmap.spreadsheet import text_cell
from heatmap.statuses import KINDS, Chart, Kind, Status

__all__ = [
    "COLUMNS",
    "FRACTION_SLACK",
    "WEIGHT_QUANTUM",
    "Columns",
    "Placement",
    "drawn_columns",
    "write_points",
]

WEIGHT_QUANTUM = 2.0**-20
"""Weights are kept to about a millionth. As multiples of a power of two their sums are
exact in float64 up to 2**33, so that no order and no partition changes a total."""

FRACTION_SLACK = 1e-6
"""How far a fraction may be beyond [0, 1]: what layout arithmetic in float leaves over."""

COLUMNS = (
    "session",
    "document",
    "time_ms",
    "kind",
    "element",
    "chart",
    "width",
    "x",
    "y",
    "weight",
    "state",
    "confidence",
    "status",
)
"""Columns of the points file, in order: a contract that others build on."""

_TEXT_COLUMNS = frozenset({"session", "document", "element", "state"})


@dataclass(frozen=True, slots=True)
class Placement:
    """One recorded point at one width.

    `time_ms` counts from the session's start. `width` is the viewport's, CSS px.
    `x`, `y` are page CSS px, None unless drawn. `target` numbers the element in
    the backdrop's geometry (-1: none). `u`, `v` are fractions of its border box.
    `control` is the name of the link, button or field that the element is part of (empty: of none
    but itself), `control_target` its number as `target` is the element's.
    `text` and `grapheme` number a text run of the target and a grapheme in it
    (-1: none), `fx`, `fy` are fractions of that grapheme's rect. `confidence`
    is the identity's, 0 to 1, or None where nothing had to be matched.
    `weight` is rounded to `WEIGHT_QUANTUM` as it comes in.

    Raises ValueError for a weight or confidence that is no such number, and for
    a drawn point whose place is not finite, not in [0, 1] of its element, or
    without a target: such a point is `outside` or `no_target`, and its maker
    must say so.
    """

    session: str
    document: str
    time_ms: int
    kind: Kind
    element: str
    chart: Chart
    width: int
    status: Status
    x: float | None = None
    y: float | None = None
    weight: float = 1.0
    state: str = "main"
    confidence: float | None = None
    target: int = -1
    u: float = 0.0
    v: float = 0.0
    text: int = -1
    grapheme: int = -1
    fx: float = 0.0
    fy: float = 0.0
    control: str = ""
    control_target: int = -1

    @property
    def meant(self) -> str:
        """The name of what was meant: a button, whatever in it was under the pointer."""
        return self.control or self.element

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"a weight is a finite number from 0 up, not {self.weight!r}")
        rounded = round(self.weight / WEIGHT_QUANTUM) * WEIGHT_QUANTUM
        object.__setattr__(self, "weight", rounded)
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError(f"a confidence is within 0 and 1, not {self.confidence!r}")
        if self.status is Status.DRAWN:
            self._check_drawn()
        elif self.x is not None or self.y is not None:
            raise ValueError(f"a point that is {self.status} has no x and y")

    def _check_drawn(self) -> None:
        if self.x is None or self.y is None or not math.isfinite(self.x + self.y):
            raise ValueError(f"a drawn point has a finite x and y, not {self.x!r}, {self.y!r}")
        if self.target < 0:
            raise ValueError("a drawn point has a target")
        if self.chart is Chart.TEXT and (self.text < 0 or self.grapheme < 0):
            raise ValueError("a point drawn in text has a text run and a grapheme")
        across, down = (self.u, self.v) if self.chart is Chart.BOX else (self.fx, self.fy)
        low, high = -FRACTION_SLACK, 1 + FRACTION_SLACK
        if not (low <= across <= high and low <= down <= high):
            raise ValueError(f"fractions are within 0 and 1, not {across!r}, {down!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Drawn points of one chart as arrays of one length n.

    `target` and `text` int32 (`text` and `grapheme` None in the box chart),
    `kind` int8 codes into `KINDS`, `u`, `v` floats in [0, 1] of the box or of the
    grapheme's rect, `weight` float64, or None where every weight is 1.
    """

    target: NDArray[np.int32]
    kind: NDArray[np.int8]
    u: NDArray[np.floating[Any]]
    v: NDArray[np.floating[Any]]
    text: NDArray[np.int32] | None = None
    grapheme: NDArray[np.int32] | None = None
    weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.target)


def drawn_columns(placements: Iterable[Placement], chart: Chart) -> Columns:
    """The drawn points of `placements` in `chart`, in their order, as columns."""
    kept = [p for p in placements if p.status is Status.DRAWN and p.chart is chart]
    codes = {kind: code for code, kind in enumerate(KINDS)}
    in_text = chart is Chart.TEXT
    weight = np.array([p.weight for p in kept], np.float64)
    return Columns(
        target=np.array([p.target for p in kept], np.int32),
        kind=np.array([codes[p.kind] for p in kept], np.int8),
        u=np.array([p.fx if in_text else p.u for p in kept], np.float64),
        v=np.array([p.fy if in_text else p.v for p in kept], np.float64),
        text=np.array([p.text for p in kept], np.int32) if in_text else None,
        grapheme=np.array([p.grapheme for p in kept], np.int32) if in_text else None,
        weight=None if bool((weight == 1).all()) else weight,
    )


def write_points(file: Path | IO[str], placements: Iterable[Placement]) -> int:
    """Write one CSV row a placement to a path or an open text file; returns the rows written.

    Rows are ordered by width, session, document, time, kind and element, whatever the
    order they come in; `x`, `y` have two decimals. Text that a spreadsheet would
    take for a formula gets a leading apostrophe; numbers stay numbers.
    """
    rows = sorted(placements, key=_order)
    if isinstance(file, Path):
        with file.open("w", encoding="utf-8", newline="") as opened:
            _write_rows(opened, rows)
    else:
        _write_rows(file, rows)
    return len(rows)


def _write_rows(file: IO[str], rows: Sequence[Placement]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(name, getattr(row, name)) for name in COLUMNS] for row in rows)


def _order(p: Placement) -> tuple[Any, ...]:
    place = (p.x is None, p.x or 0.0, p.y is None, p.y or 0.0)
    return (
        *(p.width, p.session, p.document, p.time_ms, p.kind, p.element, p.chart, p.state),
        *(p.status, *place, p.weight, p.confidence is None, p.confidence or 0.0),
    )


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in _TEXT_COLUMNS:
        return text_cell(str(value))
    if name in {"x", "y"}:
        return f"{round(float(value), 2) + 0.0:.2f}"  # + 0.0: no "-0.00"
    if name in {"weight", "confidence"}:
        # Six decimals: the quantum of weights; no exponent, whatever reads it.
        return f"{float(value):.6f}".rstrip("0").rstrip(".")
    return str(value)
