"""Heat: points to grids beside plain `np.bincount`, and a tall page's picture beside one blur."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from bench.rows import Row
from heatmap.colour import Scale
from heatmap.grids import Grids, grids_of_columns
from heatmap.picture import compose
from heatmap.points import Columns
from heatmap.raster import SIGMA_PX, Geometry, Rect, Target, rasterise
from heatmap.statuses import Kind

__all__ = ["run"]

POINTS = 10_000_000
ELEMENTS = 2_000
HEATED = 200
"""Elements of the page that get clicks: what a busy page of 2,000 elements has."""
WIDTH, HEIGHT = 1440, 6000
REPEATS = 5
"""Runs of which the fastest counts: the least disturbed by other work on the machine."""


def run() -> list[Row]:
    """Measure; takes about twenty seconds and 2 GB."""
    return [*_grids(), _picture()]


def _grids() -> list[Row]:
    rng = np.random.default_rng(1)
    target = np.minimum(rng.zipf(1.3, POINTS) - 1, ELEMENTS - 1).astype(np.int32)
    kind = np.zeros(POINTS, np.int8)
    rows = []
    for name, u, v in (
        ("spread evenly", rng.random(POINTS, np.float32), rng.random(POINTS, np.float32)),
        ("around a middle", _around(rng, POINTS), _around(rng, POINTS)),
    ):
        points = Columns(target, kind, u, v)
        ours, theirs = _fastest(partial(grids_of_columns, points), partial(_plain, points))
        label = f"{POINTS / 1e6:.0f} M points, {name}, to grids of 256 × 256"
        rows.append(Row(label, ours * 1000, "np.bincount end to end, 32 × 32", theirs * 1000))
    return rows


def _plain(points: Columns) -> object:
    """What numpy alone does: coarse cells, counts only."""
    index = points.target.astype(np.int64) << 10
    index += (points.v * 32).astype(np.int64) << 5
    index += (points.u * 32).astype(np.int64)
    return np.bincount(index, minlength=ELEMENTS * 1024)


def _picture() -> Row:
    rng = np.random.default_rng(2)
    grids, geometry = _page(rng)
    backdrop = rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    canvas = rng.random((HEIGHT, WIDTH), np.float32)
    sigma = SIGMA_PX[Kind.CLICK]
    heat = rasterise(grids, geometry, Kind.CLICK)
    scale = Scale.of([heat], "clicks", Scale.area_of(sigma))
    ours, theirs = _fastest(
        lambda: compose(backdrop, rasterise(grids, geometry, Kind.CLICK), scale),
        lambda: cv2.GaussianBlur(canvas, (0, 0), sigma),
    )
    label = f"heat picture {WIDTH} × {HEIGHT}, {HEATED} elements, not encoded"
    return Row(label, ours * 1000, f"one cv2.GaussianBlur of it, sigma {sigma:.0f}", theirs * 1000)


def _page(rng: np.random.Generator) -> tuple[Grids, Geometry]:
    """20,000 clicks on the page's body and on elements from icons to paragraphs."""
    whole = Rect(0, 0, WIDTH, HEIGHT)
    targets = {0: Target(whole, whole)}
    for i in range(1, HEATED):
        width, height = rng.uniform(24, 400), rng.uniform(16, 120)
        left, top = rng.uniform(0, WIDTH - width), rng.uniform(0, HEIGHT - height)
        box = Rect(left, top, width, height)
        targets[i] = Target(box, box)
    n = 20_000
    target = np.minimum(rng.zipf(1.3, n) - 1, HEATED - 1).astype(np.int32)
    points = Columns(target, np.zeros(n, np.int8), _around(rng, n), _around(rng, n))
    return grids_of_columns(points), Geometry(WIDTH, HEIGHT, targets)


def _around(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.clip(rng.normal(0.5, 0.12, n), 0, 1).astype(np.float32)


def _fastest(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """The fastest of several runs of both, taken in turn so that both meet the same machine."""
    best = [float("inf"), float("inf")]
    for _ in range(REPEATS):
        for i, work in enumerate((first, second)):
            started = time.perf_counter()
            work()
            best[i] = min(best[i], time.perf_counter() - started)
    return best[0], best[1]
