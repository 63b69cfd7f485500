"""Grids to a raster: each element's weight, warped to where the element is, blurred inside it.

The raster is a density: weight a pixel. Every cell becomes a Gaussian whose mass is
kept inside the visible part of its element and renormalised there, so that
the raster adds up to the weight that was drawn, and no heat spills onto a neighbour.
Elements blend by addition. Colour is the next stage's business (`colour.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from heatmap.grids import Cells, Grids
from heatmap.statuses import KINDS, Kind

__all__ = ["MAX_PIXELS", "SIGMA_PX", "Geometry", "Rect", "Target", "raster_scale", "rasterise"]

MAX_PIXELS = 86_400_000
"""Pixels of one raster: a desktop page (1,440 px) that is 60,000 px tall. Larger pages are
painted at a reduced scale (`raster_scale`); a raster costs 4 bytes a pixel."""

SIGMA_PX: Mapping[Kind, float] = {
    Kind.CLICK: 14.0,
    Kind.TAP: 14.0,
    Kind.MOVE: 9.0,
    Kind.HOVER: 14.0,
    Kind.DOUBLE: 14.0,
    Kind.CONTEXT: 14.0,
    Kind.FOCUS: 14.0,
    Kind.RAGE: 14.0,
    Kind.DEAD: 14.0,
    Kind.ERROR: 14.0,
    Kind.NEAR_MISS: 14.0,
}
"""Width of the kernel, CSS px, of kinds that are points (`areas.py` has the others).

A click's spot is 33 px across at half its height: about a fingertip or a small button, so that
neighbouring controls stay apart and a lone click is still seen on a full-page picture; so is a
rest. Moves are many and drawn as a path: less."""

_REACH = 4.0
"""Kernel radius in sigmas: the Gaussian's mass beyond is 6e-5, and is renormalised."""
_STEP = 0.2
"""Lattice spacing in sigmas where points are many: the blur hides the lattice completely."""
_FEW_POINTS = 48
"""Points up to which exact kernels (a matrix product) are cheaper than a lattice."""

_Raster = NDArray[np.float32]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in page CSS px; `width` and `height` may be 0."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where one element is: border box, visible part, and the rects of its graphemes.

    `texts[run][grapheme]` are that grapheme's client rects, most often one, none or
    empty ones where white space collapsed.
    """

    box: Rect
    clip: Rect
    texts: Mapping[int, Sequence[Sequence[Rect]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page at one width, CSS px, and its elements by the number placements give them."""

    width: int
    height: int
    targets: Mapping[int, Target]

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a page has at least one pixel, not {self.width} × {self.height}")


def raster_scale(geometry: Geometry, scale: float = 1.0) -> float:
    """Raster pixels a CSS pixel: `scale`, or less where `MAX_PIXELS` would be exceeded."""
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"a scale is a finite number above 0, not {scale!r}")
    most = math.sqrt(MAX_PIXELS / (geometry.width * geometry.height))
    return min(scale, most)


def rasterise(
    grids: Grids,
    geometry: Geometry,
    kind: Kind,
    *,
    sigma_px: float | None = None,
    scale: float = 1.0,
) -> _Raster:
    """Density of `kind` over the page: float32 (H, W), weight a raster pixel.

    `sigma_px` in CSS px (None: `SIGMA_PX[kind]`), `scale` in raster pixels a CSS pixel.
    The sum equals `grids.mass(kind)` within 1e-6. Raises ValueError where the grids
    hold weight on an element, text run or grapheme that `geometry` does not have.
    """
    scale = raster_scale(geometry, scale)
    sigma = (SIGMA_PX[kind] if sigma_px is None else sigma_px) * scale
    if not (math.isfinite(sigma) and sigma > 0):
        raise ValueError(f"a sigma is a finite number above 0, not {sigma_px!r}")
    size = (max(1, int(geometry.height * scale)), max(1, int(geometry.width * scale)))
    raster = np.zeros(size, np.float32)
    for clip, x, y, mass in _elements(grids, geometry, kind):
        columns = _pixels(clip.left, clip.width, scale, size[1])
        rows = _pixels(clip.top, clip.height, scale, size[0])
        # Pixel i covers [i, i + 1): its middle has the coordinate i.
        across = np.clip(x * scale - 0.5, columns[0], columns[1] - 1)
        down = np.clip(y * scale - 0.5, rows[0], rows[1] - 1)
        for part in _bands(down, _REACH * sigma):
            _add(raster, (rows, columns), (down[part], across[part], mass[part]), sigma)
    return raster


def _elements(
    grids: Grids, geometry: Geometry, kind: Kind
) -> Iterator[tuple[Rect, _Floats, _Floats, _Floats]]:
    """Clip rect, and page x, y and mass of the cells, of each element and chart with weight."""
    for chart, locate in ((grids.box, _in_box), (grids.text, _in_text)):
        for i in np.flatnonzero(chart.kind == KINDS.index(kind)):
            target = geometry.targets.get(int(chart.target[i]))
            if target is None:
                raise ValueError(f"there is weight on element {chart.target[i]}, which has no box")
            span = slice(int(chart.start[i]), int(chart.start[i + 1]))
            x, y = locate(target, chart, int(chart.text[i]), span)
            if not (np.isfinite(x).all() and np.isfinite(y).all()):
                raise ValueError(f"the box of element {chart.target[i]} is not finite")
            yield target.clip, x, y, chart.mass[span]


def _in_box(target: Target, chart: Cells, _run: int, span: slice) -> tuple[_Floats, _Floats]:
    _, u, v = chart.places(span)
    box = target.box
    return box.left + u * box.width, box.top + v * box.height


def _in_text(target: Target, chart: Cells, run: int, span: slice) -> tuple[_Floats, _Floats]:
    grapheme, fx, fy = chart.places(span)
    rects = target.texts.get(run)
    if rects is None or int(grapheme.max()) >= len(rects):
        raise ValueError(f"there is weight on text run {run} beyond the rects that are known")
    used, index = np.unique(grapheme, return_inverse=True)
    known = [_main_rect(rects[int(g)], target.box) for g in used]
    at = np.array([(r.left, r.top, r.width, r.height) for r in known])[index]
    return at[:, 0] + fx * at[:, 2], at[:, 1] + fy * at[:, 3]


def _main_rect(rects: Sequence[Rect], box: Rect) -> Rect:
    """The rect that is seen: the largest; of a grapheme that left none, its element's box."""
    return max(rects, key=lambda r: (r.width * r.height, r.width + r.height), default=box)


def _pixels(start: float, length: float, scale: float, limit: int) -> tuple[int, int]:
    """Pixels whose middles are within a rect's side; at least one, and inside the page."""
    if not (math.isfinite(start) and math.isfinite(length)):
        raise ValueError("the visible part of an element is not finite")
    low = min(max(math.ceil(start * scale - 0.5), 0), limit)
    high = min(max(math.ceil((start + length) * scale - 0.5), 0), limit)
    if low < high:
        return low, high
    nearest = min(max(math.floor((start + length / 2) * scale), 0), limit - 1)
    return nearest, nearest + 1


def _bands(down: _Floats, reach: float) -> list[NDArray[np.intp]]:
    """Points grouped so that kernels of different groups do not meet.

    Two clicks at both ends of a 20,000 px tall element then cost two spots, not the element.
    """
    order = np.argsort(down, kind="stable")
    gaps = np.flatnonzero(np.diff(down[order]) > 2 * reach) + 1
    return np.split(order, gaps)


def _add(
    raster: _Raster,
    bounds: tuple[tuple[int, int], tuple[int, int]],
    points: tuple[_Floats, _Floats, _Floats],
    sigma: float,
) -> None:
    """Add the kernels of `points` (rows, columns, masses) to the part of `bounds` they reach."""
    down, across, mass = points
    total = float(mass.sum())
    if total == 0:
        return
    r0, r1 = _reached(down, bounds[0], sigma)
    c0, c1 = _reached(across, bounds[1], sigma)
    shape = (r1 - r0, c1 - c0)
    spread = _exact if len(mass) <= _FEW_POINTS else _lattice
    heat = spread(down - r0, across - c0, mass, shape, sigma)
    # What float32 lost in the blur is put back element by element.
    heat *= total / float(heat.sum(dtype=np.float64))
    raster[r0:r1, c0:c1] += heat


def _reached(places: _Floats, bounds: tuple[int, int], sigma: float) -> tuple[int, int]:
    low = math.floor(float(places.min()) - _REACH * sigma)
    high = math.ceil(float(places.max()) + _REACH * sigma) + 1
    return max(bounds[0], low), min(bounds[1], high)


def _exact(
    down: _Floats, across: _Floats, mass: _Floats, shape: tuple[int, int], sigma: float
) -> _Raster:
    """Kernels at their exact places: a Gaussian is separable, so their sum is one product."""
    vertical = _profiles(down, shape[0], sigma) * mass[:, None].astype(np.float32)
    return np.asarray(vertical.T @ _profiles(across, shape[1], sigma), np.float32)


def _profiles(places: _Floats, length: int, sigma: float) -> _Raster:
    """A kernel along one side for each place, float32 (n, length), each row's sum 1."""
    offset = np.arange(length) - places[:, None]
    # The nearest pixel's own exponent is taken out first: a kernel much narrower
    # than a pixel would otherwise underflow to nothing.
    power = offset * offset
    power -= power.min(axis=1, keepdims=True)
    profile = np.exp(power * (-0.5 / sigma**2))
    return np.asarray(profile / profile.sum(axis=1, keepdims=True), np.float32)


def _lattice(
    down: _Floats, across: _Floats, mass: _Floats, shape: tuple[int, int], sigma: float
) -> _Raster:
    """Many points: add them up on a lattice finer than the kernel, blur it, and warp it up."""
    step = max(1.0, _STEP * sigma)
    size = (max(1, math.ceil(shape[0] / step)), max(1, math.ceil(shape[1] / step)))
    pitch = (shape[0] / size[0], shape[1] / size[1])
    lattice = _splat(down, across, mass, size, pitch)
    # Sharing between neighbours and, where it is needed, warping up blur a little themselves:
    # a triangle as wide as two lattice steps has on average a sixth of a step's square each.
    own = 1 / 6 if size == shape else 1 / 3
    kernels = [_kernel(math.sqrt(max((sigma / p) ** 2 - own, 0.01))) for p in pitch]
    # A source near the edge would lose what falls outside: it is enlarged by just that.
    for axis, kernel in enumerate(kernels):
        ones = np.ones((size[axis], 1), np.float32)
        kept = cv2.filter2D(ones, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        lattice /= kept if axis == 0 else kept.T
    cv2.sepFilter2D(lattice, -1, kernels[1], kernels[0], lattice, borderType=cv2.BORDER_CONSTANT)
    if size == shape:
        return lattice
    return np.asarray(cv2.resize(lattice, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _kernel(sigma: float) -> _Raster:
    radius = max(1, math.ceil(_REACH * sigma))
    return np.asarray(cv2.getGaussianKernel(2 * radius + 1, sigma, cv2.CV_32F), np.float32)


def _splat(
    down: _Floats,
    across: _Floats,
    mass: _Floats,
    size: tuple[int, int],
    pitch: tuple[float, float],
) -> _Raster:
    """Bilinear sums on a lattice: each mass is shared by its four neighbours, its mean kept."""
    row = np.clip((down + 0.5) / pitch[0] - 0.5, 0, size[0] - 1)
    column = np.clip((across + 0.5) / pitch[1] - 0.5, 0, size[1] - 1)
    top = np.minimum(row.astype(np.int64), max(0, size[0] - 2))
    left = np.minimum(column.astype(np.int64), max(0, size[1] - 2))
    low, right = (row - top) * mass, column - left
    first = top * size[1] + left
    below = size[1] if size[0] > 1 else 0
    beside = 1 if size[1] > 1 else 0
    corners = (
        (first, (mass - low) * (1 - right)),
        (first + beside, (mass - low) * right),
        (first + below, low * (1 - right)),
        (first + below + beside, low * right),
    )
    lattice = np.zeros(size[0] * size[1])
    for index, part in corners:
        lattice += np.bincount(index, part, minlength=len(lattice))
    return lattice.reshape(size).astype(np.float32)
