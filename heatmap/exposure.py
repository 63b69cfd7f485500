"""Exposure: which elements were in view, and for how long, by page view."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from heatmap.anchors import DocumentAnchors, ElementKeys

__all__ = ["Exposure", "exposures_by_view"]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The `number`-th element of its document was in view from `since` to `until` (epoch ms)
    without a break.

    In view is: at least half of it, or half the viewport full of it, for 150 ms or longer
    (`replay/stage/exposure.ts`).
    """

    number: int
    element: ElementKeys
    since: float
    until: float

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.until - self.since) / 1000


def exposures_by_view(document: DocumentAnchors, starts: Sequence[float]) -> list[list[Exposure]]:
    """The document's exposures in each of its page views, which begin at `starts` (ascending).

    One that lasts across a route belongs to both page views, to each with its part. The first
    page view begins with the document, whatever its time says.
    """
    views: list[list[Exposure]] = [[] for _ in starts]
    for number, since, until in document.exposures:
        element = document.elements[number]
        first = max(0, bisect_right(starts, since) - 1)
        for place in range(first, len(starts)):
            begun = since if place == first else max(since, starts[place])
            ended = min(until, starts[place + 1]) if place + 1 < len(starts) else until
            if ended > begun:
                views[place].append(Exposure(number, element, begun, ended))
            if until <= ended:
                break
    return views
