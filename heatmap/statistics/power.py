"""What a sample can show: the smallest difference it would find, and how many sessions it takes."""

from __future__ import annotations

import math

from heatmap.statistics.shares import Z_95

__all__ = ["POWER", "detectable", "sessions_needed"]

POWER = 0.8
"""The chance with which a real difference is found (J. Cohen, "Statistical power analysis for
the behavioral sciences", 1988: the convention of the field)."""

_Z_POWER = 0.8416212335729143
"""The 80 % quantile of the standard normal distribution."""


def detectable(base: float, sessions_a: int, sessions_b: int) -> float:
    """The smallest rise above `base` that such samples find with `POWER` at 5 %, two-sided.

    As an absolute difference of shares, at most 1 - `base`; 1 - `base` too where a side is empty.
    Cohen's h: equal steps of the arcsine of a share's root are equally hard to find.
    """
    if not sessions_a or not sessions_b:
        return 1.0 - base
    h = (Z_95 + _Z_POWER) * math.sqrt(1 / sessions_a + 1 / sessions_b)
    angle = math.asin(math.sqrt(base)) + h / 2
    return (1.0 if angle >= math.pi / 2 else math.sin(angle) ** 2) - base


def sessions_needed(a: float, b: float) -> int | None:
    """Sessions on each side to find a difference as between shares `a` and `b` with `POWER`.

    At 5 %, two-sided. None if they are equal: no number of sessions shows that.
    """
    h = 2 * abs(math.asin(math.sqrt(a)) - math.asin(math.sqrt(b)))
    return math.ceil(2 * ((Z_95 + _Z_POWER) / h) ** 2) if h > 1e-9 else None
