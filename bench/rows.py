"""A measurement beside its yardstick."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Row", "show"]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement beside its yardstick, in one `unit` (`ms`, `kB`)."""

    name: str
    value: float
    yardstick: str
    yardstick_value: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """How many times the yardstick; infinite where that is nothing, as no long task is."""
        return self.value / self.yardstick_value if self.yardstick_value else math.inf


def show(rows: list[Row]) -> None:
    """Print one line a measurement."""
    for row in rows:
        print(
            f"{row.name:<58} {row.value:9.1f} {row.unit}   {row.ratio:5.2f} × {row.yardstick}"
            f" ({row.yardstick_value:.1f} {row.unit})"
        )
