"""How far two distributions of heat are apart, and whether chance would do the same.

Sessions are shuffled between the sides, never single points: points of one session are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Distance", "distance"]

SHUFFLES = 1000
"""Permutations; the smallest p-value that so many can give is about 0.001."""

_ROWS_AT_ONCE = 64
"""Shuffles multiplied at once: bounds the memory to so many bytes a session and four."""


@dataclass(frozen=True, slots=True)
class Distance:
    """Total variation distance, 0 (alike) to 1 (nothing in common), and its p-value.

    `by_chance` is the distance that shuffled sessions have in the mean: with few sessions it is
    far above 0.
    """

    value: float
    p: float
    by_chance: float


def distance(
    a: NDArray[np.float64], b: NDArray[np.float64], *, seed: int = 0, shuffles: int = SHUFFLES
) -> Distance | None:
    """The distance between where the sessions of `a` and of `b` put their points.

    `a` and `b` have a row for each session and a column for each element: (sessions, elements),
    counts. Each session weighs the same, whatever it clicked; sessions without points weigh
    nothing. None if no session of a side has any. The p-value counts the shuffles that are at
    least as far apart, the observed one included (B. Phipson, G. K. Smyth, "Permutation p-values
    should never be zero", 2010).
    """
    first, second = _shares(a), _shares(b)
    if not len(first) or not len(second):
        return None
    pooled = np.concatenate([first, second])
    total, n, m = pooled.sum(axis=0), len(first), len(second)
    observed = _apart(first.sum(axis=0)[None, :], total, n, m)[0]
    random = np.random.default_rng(seed)
    found = np.concatenate(
        [
            _apart(_chosen(random, min(_ROWS_AT_ONCE, shuffles - done), n, m) @ pooled, total, n, m)
            for done in range(0, shuffles, _ROWS_AT_ONCE)
        ]
    )
    # Equal but for the order of additions is equal.
    reached = int((found >= observed - 1e-9).sum())
    return Distance(float(observed), (reached + 1) / (shuffles + 1), float(found.mean()))


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float32]:
    totals = counts.sum(axis=1)
    kept = counts[totals > 0] / totals[totals > 0, None]
    return np.asarray(kept, np.float32)


def _chosen(random: np.random.Generator, rows: int, n: int, m: int) -> NDArray[np.float32]:
    """(rows, n + m) of zeros and ones, n ones in each row, at random."""
    mask = np.zeros((rows, n + m), np.float32)
    mask[:, :n] = 1
    return random.permuted(mask, axis=1)


def _apart(
    sums: NDArray[np.float32], total: NDArray[np.float32], n: int, m: int
) -> NDArray[np.float64]:
    """Total variation distance of each row of `sums` (of n sessions) from the rest (of m)."""
    apart = np.abs(sums / n - (total[None, :] - sums) / m).sum(axis=1) / 2
    return np.asarray(apart, np.float64)
