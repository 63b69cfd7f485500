"""Heat grids: weights keyed to one element, in its own coordinates.

Two charts. A *box* grid has 256 × 256 cells over the element's border box; a
*text* grid has 4 × 4 cells over each grapheme's rect. Both are sparse, and both
keep, besides the weight of a cell, its first moments: where inside the cell
the weight is on average. So a lone point comes back to 1/65,536 of the box
(a bilinear splat would smear it over four cells, 78 px apart in an element
that is 20,000 px tall), while a cell costs the same for one point and a million.

Grids add up, and every sum is exact: weights are multiples of `WEIGHT_QUANTUM`,
places inside a cell are small integers, and a cell may not grow beyond
`binning.MAX_CELL_MASS`. Addition is therefore associative and commutative to the bit:
no order of points and no partition into jobs changes a grid.

How ten million points become cells is in `binning.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from heatmap.binning import KIND_BITS, bin_points, runs
from heatmap.points import Columns, Placement, drawn_columns
from heatmap.statuses import KINDS, Chart, Kind

__all__ = [
    "BOX_CELLS",
    "TEXT_CELLS",
    "BoxGrid",
    "Cells",
    "Grids",
    "TextGrid",
    "build_grids",
    "grids_of_columns",
]

BOX_CELLS = 256
"""Cells across and down an element's border box."""
TEXT_CELLS = 4
"""Cells across and down a grapheme's rect."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All grids of one chart: one row a series, one entry a cell that holds weight.

    A series is (target, text, kind); rows are sorted by it. Its cells are the entries
    `start[i]:start[i + 1]` of `cell`, `mass`, `mu` and `mv`, sorted by `cell`, which
    is (grapheme * across + row) * across + column. `mu`, `mv` are mass times place in
    the cell, in steps of `1 / steps` of the cell.
    """

    across: int
    steps: int
    target: NDArray[np.int32]
    text: NDArray[np.int32]
    kind: NDArray[np.int8]
    start: _Ints
    cell: NDArray[np.uint32]
    mass: _Floats
    mu: _Floats
    mv: _Floats

    def __add__(self, other: Cells) -> Cells:
        if (self.across, self.steps) != (other.across, other.steps):
            raise ValueError("grids of different charts do not add")
        rows = np.concatenate([_rows(self), _rows(other)])
        series, index = np.unique(rows, axis=0, return_inverse=True)
        spread = np.concatenate([np.diff(self.start), np.diff(other.start)])
        owner = np.repeat(index.reshape(-1), spread).astype(np.uint64)
        cell = np.concatenate([self.cell, other.cell])
        keys = (owner << np.uint64(32)) | cell.astype(np.uint64)
        order = np.argsort(keys, kind="stable")  # both halves are sorted: this merges
        keys, first = runs(keys[order])
        sums = [
            np.add.reduceat(np.concatenate(pair)[order], first) if len(first) else np.empty(0)
            for pair in ((self.mass, other.mass), (self.mu, other.mu), (self.mv, other.mv))
        ]
        return _cells(self.across, self.steps, series, keys, 32, sums)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        names = ("target", "text", "kind", "start", "cell", "mass", "mu", "mv")
        return self.across == other.across and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in names
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: equal, but not hashable

    def total(self, kind: Kind | None = None) -> float:
        """Exact sum of the weights of `kind` (None: of all kinds)."""
        if kind is None:
            return float(self.mass.sum())
        mine = np.repeat(self.kind == KINDS.index(kind), np.diff(self.start))
        return float(self.mass[mine].sum())

    def places(self, span: slice) -> tuple[_Ints, _Floats, _Floats]:
        """Grapheme, u and v of the entries in `span`: the mean place of each cell's weight."""
        cell, mass = self.cell[span].astype(np.int64), self.mass[span]
        half = 0.5 / self.steps  # a step stands for its middle
        share = np.divide(1.0, mass * self.steps, out=np.zeros_like(mass), where=mass > 0)
        u = (cell % self.across + self.mu[span] * share + half) / self.across
        v = (cell // self.across % self.across + self.mv[span] * share + half) / self.across
        return cell // self.across**2, u, v


@dataclass(frozen=True, slots=True, eq=False)
class BoxGrid:
    """One element's weight over its border box: n cells at their mean u, v in (0, 1)."""

    target: int
    kind: Kind
    u: _Floats
    v: _Floats
    mass: _Floats


@dataclass(frozen=True, slots=True, eq=False)
class TextGrid:
    """One text run's weight over its graphemes: n cells at their mean fx, fy in (0, 1)."""

    target: int
    text: int
    kind: Kind
    grapheme: _Ints
    fx: _Floats
    fy: _Floats
    mass: _Floats


def _no_cells(across: int, steps: int) -> Cells:
    none = np.empty((0, 3), np.int64)
    return _cells(across, steps, none, np.empty(0, np.uint64), 32, [np.empty(0)] * 3)


def _no_boxes() -> Cells:
    return _no_cells(BOX_CELLS, 256)


def _no_texts() -> Cells:
    return _no_cells(TEXT_CELLS, 32)


@dataclass(frozen=True, slots=True)
class Grids:
    """Box and text grids of all elements and kinds. `Grids()` is the neutral element of `+`."""

    box: Cells = field(default_factory=_no_boxes)
    text: Cells = field(default_factory=_no_texts)

    def __add__(self, other: Grids) -> Grids:
        return Grids(self.box + other.box, self.text + other.text)

    def mass(self, kind: Kind | None = None) -> float:
        """Exact sum of all weights of `kind` (None: of all kinds)."""
        return self.box.total(kind) + self.text.total(kind)

    def boxes(self, kind: Kind) -> Iterator[BoxGrid]:
        """Each element's box grid of `kind`, by target."""
        for i, span in _spans(self.box, kind):
            _, u, v = self.box.places(span)
            yield BoxGrid(int(self.box.target[i]), kind, u, v, self.box.mass[span])

    def texts(self, kind: Kind) -> Iterator[TextGrid]:
        """Each text run's grid of `kind`, by target and run."""
        for i, span in _spans(self.text, kind):
            grapheme, fx, fy = self.text.places(span)
            owner = (int(self.text.target[i]), int(self.text.text[i]))
            yield TextGrid(*owner, kind, grapheme, fx, fy, self.text.mass[span])


def build_grids(placements: Iterable[Placement]) -> Grids:
    """Grids of the drawn points among `placements`; all others are left to the ledger."""
    kept = list(placements)
    return grids_of_columns(drawn_columns(kept, Chart.BOX), drawn_columns(kept, Chart.TEXT))


def grids_of_columns(box: Columns | None = None, text: Columns | None = None) -> Grids:
    """Grids of drawn points given as columns, ten million in a fraction of a second.

    Raises ValueError for fractions beyond [0, 1] or not finite, for weights that are
    negative or not finite, for negative indexes, and where a cell would hold
    more than `binning.MAX_CELL_MASS`.
    """
    return Grids(
        _bin(box, BOX_CELLS, 256) if box is not None and len(box) else _no_boxes(),
        _bin(text, TEXT_CELLS, 32) if text is not None and len(text) else _no_texts(),
    )


def _bin(points: Columns, across: int, steps: int) -> Cells:
    return _cells(across, steps, *bin_points(points, across, steps))


def _cells(
    across: int,
    steps: int,
    series: _Ints | int,
    keys: _Keys,
    cell_bits: int,
    sums: list[_Floats],
) -> Cells:
    """Split distinct sorted keys (series code, cell) into the table of series and its cells."""
    owner, first = runs(keys >> np.uint64(cell_bits))
    codes = owner.astype(np.int64)
    if isinstance(series, int):
        target, text = np.divmod(codes >> KIND_BITS, series)
        kind = codes & ((1 << KIND_BITS) - 1)
    else:
        target, text, kind = series[codes].T
    return Cells(
        across,
        steps,
        target.astype(np.int32),
        text.astype(np.int32),
        kind.astype(np.int8),
        np.append(first, len(keys)),
        (keys & np.uint64((1 << cell_bits) - 1)).astype(np.uint32),
        *sums,
    )


def _rows(cells: Cells) -> _Ints:
    return np.stack([cells.target, cells.text, cells.kind], axis=1).astype(np.int64)


def _spans(cells: Cells, kind: Kind) -> Iterator[tuple[int, slice]]:
    for i in np.flatnonzero(cells.kind == KINDS.index(kind)):
        yield int(i), slice(int(cells.start[i]), int(cells.start[i + 1]))
