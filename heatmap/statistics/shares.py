"""Shares of sessions, with the uncertainty that so many sessions leave."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["FEW_SESSIONS", "Share", "wilson"]

FEW_SESSIONS = 30
"""Sessions below which a share is greyed: its 95 % interval is then up to 34 points wide."""

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """`used` of `seen` sessions. `low`, `high` bound the true share, 0 to 1."""

    used: int
    seen: int
    low: float
    high: float

    @classmethod
    def of(cls, used: int, seen: int) -> Share:
        """The share with its Wilson interval. Raises ValueError unless 0 ≤ used ≤ seen."""
        return cls(used, seen, *wilson(used, seen))

    @property
    def value(self) -> float:
        """The observed share; 0 where nobody was there."""
        return self.used / self.seen if self.seen else 0.0

    def to_json(self) -> dict[str, float | int]:
        """Plain data."""
        return {
            "used": self.used,
            "seen": self.seen,
            "value": self.value,
            "low": self.low,
            "high": self.high,
        }

    @property
    def few(self) -> bool:
        """Whether there are too few sessions to read much into it."""
        return self.seen < FEW_SESSIONS


def wilson(used: int, seen: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for `used` successes in `seen` trials, within 0 and 1.

    Unlike the normal approximation it stays within 0 and 1 and is not empty at 0 or
    `seen` (E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", 1927). Without trials it is all of [0, 1]. Raises ValueError unless
    0 ≤ used ≤ seen.
    """
    if not 0 <= used <= seen:
        raise ValueError(f"{used} of {seen} is no share")
    if seen == 0:
        return 0.0, 1.0
    share, square = used / seen, z * z
    middle = (share + square / (2 * seen)) / (1 + square / seen)
    reach = (
        z / (1 + square / seen) * math.sqrt(share * (1 - share) / seen + square / (4 * seen * seen))
    )
    low = 0.0 if used == 0 else max(0.0, middle - reach)
    high = 1.0 if used == seen else min(1.0, middle + reach)
    return low, high
