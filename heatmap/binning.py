"""From columns of points to cells: pack one key a point, sort, add up runs of equal keys.

A dense histogram is out of the question: 2,000 elements of 65,536 cells are a
gigabyte of zeros for each of the three sums. Sorting packed 64-bit integers is
what processors' vector units are best at, and everything around it is done in
chunks that fit into a cache, by as many threads as help: numpy lets go of the
interpreter in all of it. Chunks of sorted keys are cut between cells, so the result
is the same for any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from heatmap.points import FRACTION_SLACK, WEIGHT_QUANTUM, Columns
from heatmap.statuses import KINDS

__all__ = ["KIND_BITS", "MAX_CELL_MASS", "MAX_GRAPHEMES", "bin_points", "runs"]

MAX_CELL_MASS = 2.0**24
"""Weight one cell may hold; up to here its moments are exact in float64."""
MAX_GRAPHEMES = 2**20
"""Graphemes of one text run that keys have room for; a long novel's chapter has 10**5."""
KIND_BITS = 4
"""Room for sixteen kinds in a series' code."""

_CHUNK = 1 << 17
"""Points worked on at a time: their columns stay in a core's second cache."""
_MAX_THREADS = 4
"""Packing and adding are bound by memory: more threads than this only wait for it."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Keys = NDArray[np.uint64]

Binned = tuple["_Ints | int", _Keys, int, list[_Floats]]
"""Series (a table of target, text, kind; or how many runs a code counts by), the distinct
keys, how many of their low bits are the cell, and the three sums: mass, mass·u, mass·v."""


def bin_points(points: Columns, across: int, steps: int) -> Binned:
    """Cells of `across` × `across` places, each with its moments in `steps` steps a side.

    `points` is not empty. Raises ValueError as `grids.grids_of_columns` says.
    """
    n = len(points)
    series, table_index = _series(points)
    sub_bits = 2 * (steps.bit_length() - 1)
    cell_bits = 2 * (across.bit_length() - 1)
    cell_bits += 0 if points.grapheme is None else MAX_GRAPHEMES.bit_length() - 1
    keys = np.empty(n, np.uint64)
    code = partial(_code, points, series, table_index)
    pack = partial(_pack, keys, points, code, across, steps, cell_bits + sub_bits)
    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1, 1 + n // _CHUNK)) as pool:
        list(pool.map(pack, range(0, n, _CHUNK)))
        if points.weight is None:
            keys.sort()
            weight = None
        else:
            order = np.argsort(keys)
            keys, weight = keys[order], points.weight[order]
        parts = list(pool.map(partial(_fold, keys, weight, sub_bits), _cuts(keys, sub_bits)))
    cells = np.concatenate([part[0] for part in parts])
    sums = [np.concatenate([part[i] for part in parts]) for i in (1, 2, 3)]
    if not sums[0].max() <= MAX_CELL_MASS:
        raise ValueError(f"one cell would hold more than {MAX_CELL_MASS:,.0f} points' weight")
    return series, cells, cell_bits, sums


def runs(sorted_keys: _Keys) -> tuple[_Keys, _Ints]:
    """The distinct values of sorted keys, and where each one's run starts."""
    fresh = np.ones(len(sorted_keys), bool)
    np.not_equal(sorted_keys[1:], sorted_keys[:-1], out=fresh[1:])
    first = np.flatnonzero(fresh)
    return sorted_keys[first], first


def _series(points: Columns) -> tuple[_Ints | int, _Ints | None]:
    """How a point's (target, text, kind) becomes a number that sorts as they do.

    Where the numbers are small enough they go into the keys as they are, and all that must be
    known is how many text runs to count by; otherwise: a table, and each point's row in it.
    """
    for index in (points.target, points.text, points.grapheme):
        if index is not None and index.min() < 0:
            raise ValueError("targets, text runs and graphemes are numbered from 0")
    if points.grapheme is not None and points.grapheme.max() >= MAX_GRAPHEMES:
        raise ValueError(f"a text run has at most {MAX_GRAPHEMES:,} graphemes")
    text_runs = 1 if points.text is None else int(points.text.max()) + 1
    if (int(points.target.max()) + 1) * text_runs < 2 ** (30 - KIND_BITS):
        return text_runs, None
    text = np.zeros(len(points), np.int64) if points.text is None else points.text
    rows = np.stack([points.target.astype(np.int64), text, points.kind], axis=1)
    table, index = np.unique(rows, axis=0, return_inverse=True)
    return table, index.reshape(-1)


def _code(
    points: Columns, text_runs: _Ints | int, table_index: _Ints | None, part: slice
) -> NDArray[np.uint32]:
    if table_index is not None:
        return table_index[part].astype(np.uint32)
    code = points.target[part].astype(np.uint32)
    if points.text is not None:
        code = code * np.uint32(text_runs) + points.text[part].astype(np.uint32)
    code <<= np.uint32(KIND_BITS)
    code |= points.kind[part].astype(np.uint32)
    return code


def _pack(
    keys: _Keys,
    points: Columns,
    code: Callable[[slice], NDArray[np.uint32]],
    across: int,
    steps: int,
    low_bits: int,
    at: int,
) -> None:
    """Check one chunk and fill its keys: series, grapheme, row, column, place in the cell."""
    part = slice(at, at + _CHUNK)
    _check(points, part)
    fine, cell, sub = across * steps, across.bit_length() - 1, steps.bit_length() - 1
    u = np.clip(points.u[part] * fine, 0, fine - 1).astype(np.uint32)
    v = np.clip(points.v[part] * fine, 0, fine - 1).astype(np.uint32)
    low = ((v >> sub) << cell | (u >> sub)) << 2 * sub
    low |= (v & (steps - 1)) << sub | (u & (steps - 1))
    high = code(part).astype(np.uint64)
    high <<= np.uint64(low_bits)
    if points.grapheme is not None:
        grapheme = points.grapheme[part].astype(np.uint64)
        high |= grapheme << np.uint64(2 * cell + 2 * sub)
    np.bitwise_or(high, low, out=keys[part])


def _check(points: Columns, part: slice) -> None:
    low, high = -FRACTION_SLACK, 1 + FRACTION_SLACK
    for fraction in (points.u[part], points.v[part]):
        # Put so that NaN, which compares false, is refused as well.
        if not (fraction.min() >= low and fraction.max() <= high):
            raise ValueError("a drawn point's place is within 0 and 1 of its element")
    kind = points.kind[part]
    if kind.min() < 0 or kind.max() >= len(KINDS):
        raise ValueError("a kind's code is an index into KINDS")
    if points.weight is not None:
        weight = points.weight[part]
        if not (weight.min() >= 0 and np.isfinite(weight.max())):
            raise ValueError("a weight is a finite number from 0 up")


def _cuts(sorted_keys: _Keys, sub_bits: int) -> list[slice]:
    """Chunks of sorted keys that never cut through a cell."""
    firsts = sorted_keys[::_CHUNK] >> np.uint64(sub_bits) << np.uint64(sub_bits)
    edges = [*np.unique(np.searchsorted(sorted_keys, firsts)).tolist(), len(sorted_keys)]
    return [slice(low, high) for low, high in pairwise(edges)]


def _fold(
    keys: _Keys, weight: _Floats | None, sub_bits: int, part: slice
) -> tuple[_Keys, _Floats, _Floats, _Floats]:
    """The distinct cells among sorted keys, with mass and both moments of each."""
    if weight is None:
        return _fold_ones(keys[part], sub_bits)
    return _fold_weights(keys[part], weight[part], sub_bits)


def _fold_ones(keys: _Keys, sub_bits: int) -> tuple[_Keys, _Floats, _Floats, _Floats]:
    cells, first = runs(keys >> np.uint64(sub_bits))
    mass = np.diff(first, append=len(keys)).astype(np.float64)
    half = sub_bits // 2
    mask = np.uint64((1 << half) - 1)
    # Both moments in one pass, 32 bits each: 255 * MAX_CELL_MASS still fits.
    pairs = keys & mask
    pairs |= (keys & (mask << np.uint64(half))) << np.uint64(32 - half)
    both = np.add.reduceat(pairs, first)
    mu, mv = np.bitwise_and(both, 0xFFFFFFFF), np.right_shift(both, 32)
    return cells, mass, mu.astype(np.float64), mv.astype(np.float64)


def _fold_weights(
    keys: _Keys, weight: _Floats, sub_bits: int
) -> tuple[_Keys, _Floats, _Floats, _Floats]:
    cells, first = runs(keys >> np.uint64(sub_bits))
    half = np.uint64(sub_bits // 2)
    mask = np.uint64((1 << sub_bits // 2) - 1)
    exact = np.rint(weight / WEIGHT_QUANTUM) * WEIGHT_QUANTUM
    u, v = (keys & mask).astype(np.float64), ((keys >> half) & mask).astype(np.float64)
    mass, mu, mv = (np.add.reduceat(part, first) for part in (exact, exact * u, exact * v))
    return cells, mass, mu, mv
