"""How far the stage is from the recorded page, as each press tells that has a box of the tag's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from heatmap.placement import Sample
from heatmap.statuses import FRICTION

__all__ = ["TOLERATED_PX", "Drift", "drift_of"]

TOLERATED_PX: Final = 2.0
"""Half a stroke of a letter: less is not seen in heat that is blurred over tens of pixels."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Largest difference between the box that the tag measured and the stage's in the recorded
    environment, CSS px, over `points` presses: half of them have at most `median`, 95 in 100
    at most `p95`. `in_place` is the share of those that are off by no more than `TOLERATED_PX`."""

    points: int
    median: float
    p95: float
    in_place: float = 1.0

    def remark(self) -> str:
        """One sentence, empty where the stage is true enough."""
        if self.p95 <= TOLERATED_PX:
            return ""
        return (
            f"elements are off their recorded boxes: half of {self.points:,} presses by up to"
            f" {self.median:.0f} px, 95 in 100 by up to {self.p95:.0f} px"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def drift_of(samples: Iterable[Sample]) -> Drift | None:
    """The drift of those that the tag measured; None if it measured none."""
    # A press with which something was wrong is among the samples twice.
    known = [
        one.anchor.drift
        for one in samples
        if one.anchor.drift >= 0 and one.anchor.kind not in FRICTION
    ]
    if not known:
        return None
    median, p95 = np.percentile(known, [50, 95])
    in_place = sum(drift <= TOLERATED_PX for drift in known) / len(known)
    return Drift(len(known), round(float(median), 2), round(float(p95), 2), round(in_place, 4))
