"""Differences between two shares of sessions: how large, how sure, and adjusted for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import false_discovery_control, fisher_exact

from heatmap.statistics.shares import Share

__all__ = ["Difference", "adjusted", "difference", "p_value"]

LEAST_EXPECTED = 1.0
"""Below an expected count of one the chi-squared test is not to be trusted (Campbell 2007)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`b`'s share less `a`'s. `low`, `high` bound it at 95 %; `p` is that of no difference."""

    value: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval has zero outside: one side is higher, as far as one test tells."""
        return self.low > 0 or self.high < 0


def difference(a: Share, b: Share) -> Difference:
    """How much higher the share is in `b` than in `a`, from -1 to 1.

    The interval is Newcombe's hybrid score interval, made of the two Wilson intervals (R. G.
    Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17, 1998, method 10). Without sessions on a side, it is all of [-1, 1].
    """
    value = b.value - a.value
    if not a.seen or not b.seen:
        return Difference(value, -1.0, 1.0, 1.0)
    below = math.hypot(b.value - b.low, a.high - a.value)
    above = math.hypot(b.high - b.value, a.value - a.low)
    return Difference(value, max(-1.0, value - below), min(1.0, value + above), p_value(a, b))


def p_value(a: Share, b: Share) -> float:
    """Probability of shares at least so far apart if both sides were alike, two-sided.

    The "N - 1" chi-squared test where every expected count is at least one, else Fisher's exact
    test (I. Campbell, "Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample
    recommendations", Statistics in Medicine 26, 2007). 1 where nobody or everybody did it.
    """
    seen, used = a.seen + b.seen, a.used + b.used
    if not a.seen or not b.seen or used in (0, seen):
        return 1.0
    least = min(a.seen, b.seen) * min(used, seen - used) / seen
    if least < LEAST_EXPECTED:
        table = [[a.used, a.seen - a.used], [b.used, b.seen - b.used]]
        return float(fisher_exact(table).pvalue)
    cross = a.used * (b.seen - b.used) - b.used * (a.seen - a.used)
    chi_squared = cross * cross * (seen - 1) / (used * (seen - used) * a.seen * b.seen)
    return math.erfc(math.sqrt(chi_squared / 2))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """P-values for many tests at once, in their order: below q, at most a share q is by chance.

    Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", 1995.
    """
    return [float(p) for p in false_discovery_control(p_values)] if p_values else []
