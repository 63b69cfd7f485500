"""Attention: how long each element was in view of somebody who was there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatmap.anchors import Anchor
from heatmap.exposure import Exposure
from heatmap.statuses import Kind

__all__ = ["attention_of"]


def attention_of(
    exposures: Sequence[Exposure], active: Sequence[tuple[float, float]]
) -> list[Anchor]:
    """One anchor for each element that was in view in a page view, in the order in which they
    came into it.

    `exposures` are the page view's, `active` the intervals (epoch ms, ascending) in which the
    visitor was there: its weight is the seconds of the first within the second. An element that
    only was in view of nobody has none.
    """
    edges = np.array([edge for interval in active for edge in interval], np.float64)
    if not len(edges):
        return []
    spent = np.append(0.0, np.cumsum(np.diff(edges) * (np.arange(len(edges) - 1) % 2 == 0)))
    begun = np.interp([one.since for one in exposures], edges, spent)
    ended = np.interp([one.until for one in exposures], edges, spent)
    seconds: dict[int, float] = {}
    since: dict[int, float] = {}
    for one, spell in zip(exposures, (ended - begun) / 1000, strict=True):
        seconds[one.number] = seconds.get(one.number, 0.0) + float(spell)
        since[one.number] = min(since.get(one.number, one.since), one.since)
    found = [
        _anchor(number, since[number], total) for number, total in seconds.items() if total > 0
    ]
    return sorted(found, key=lambda anchor: anchor.time)


def _anchor(element: int, time: float, seconds: float) -> Anchor:
    """Of the element as a whole: in its middle."""
    return Anchor(
        kind=Kind.ATTENTION,
        time=time,
        weight=seconds,
        x=0.0,
        y=0.0,
        element=element,
        control=element,
        u=0.5,
        v=0.5,
        size=(0.0, 0.0),
        drift=-1.0,
        masked=False,
        unstable=False,
        text=None,
    )
