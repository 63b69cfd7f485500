"""Incidents: one thing that went wrong in one session, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from heatmap.anchors import ElementKeys
from heatmap.backdrop import View
from heatmap.placement import Sample
from heatmap.statuses import FRICTION, PRESSES, Kind
from heatmap.thresholds import QUICK_BACK_MS, RAGE_GAP_MS, RESTLESS_TURNS
from recorder.store import PageView

__all__ = ["Incident", "Trouble", "incidents_of"]


class Trouble(StrEnum):
    """What went wrong; the thresholds are in `heatmap/thresholds.py`."""

    RAGE = "rage"
    DEAD = "dead"
    ERROR = "error"
    NEAR_MISS = "near_miss"
    QUICK_BACK = "quick_back"
    """Left for another page, and soon came back; on what was pressed last before that."""
    RESTLESS = "restless"
    """Scrolled up and down and up again."""


@dataclass(frozen=True, slots=True)
class Incident:
    """`at_ms` since the session's start. `element` is the control meant (of a near miss, the one
    that was missed); None where it is the page as a whole."""

    trouble: Trouble
    path: str
    session: str
    document: str
    at_ms: int
    element: ElementKeys | None


def incidents_of(views: Sequence[View], every: Iterable[PageView]) -> list[Incident]:
    """All incidents in `views`, by session and time.

    `every` are all page views there are: what a session saw after a view of this page says
    whether it came back.
    """
    sequences: dict[str, list[PageView]] = defaultdict(list)
    for page_view in every:
        sequences[page_view.session_id].append(page_view)
    for sequence in sequences.values():
        sequence.sort(key=lambda one: (one.started_at, one.ordinal))
    found: list[Incident] = []
    for view in views:
        found += _presses(view)
        found += _quick_back(view, sequences[view.session.id])
        found += _restless(view)
    return sorted(found, key=lambda one: (one.session, one.at_ms, one.trouble))


def _presses(view: View) -> Iterator[Incident]:
    """One for each press with something wrong, but one for a whole burst of rage."""
    raged = float("-inf")
    for sample in view.samples:
        kind, time = sample.anchor.kind, sample.anchor.time
        if kind not in FRICTION:
            continue
        if kind is Kind.RAGE:
            goes_on = time - raged < RAGE_GAP_MS
            raged = time
            if goes_on:
                continue
        yield _incident(view, Trouble(kind.value), time, _control(sample))


def _quick_back(view: View, sequence: Sequence[PageView]) -> Iterator[Incident]:
    # By its number: a view that goes on has another end by now.
    numbers = [one.ordinal for one in sequence]
    place = numbers.index(view.page_view.ordinal) if view.page_view.ordinal in numbers else -1
    if place < 0 or len(sequence) < place + 3:
        return
    away, back = sequence[place + 1 : place + 3]
    if away.path == view.page_view.path:
        return
    if back.path == view.page_view.path and back.started_at - away.started_at <= QUICK_BACK_MS:
        presses = [
            one
            for one in view.samples
            if one.anchor.kind in PRESSES and one.anchor.time <= away.started_at
        ]
        last = max(presses, key=lambda one: one.anchor.time, default=None)
        element = _control(last) if last else None
        yield _incident(view, Trouble.QUICK_BACK, away.started_at, element)


def _restless(view: View) -> Iterator[Incident]:
    if len(view.turns) >= RESTLESS_TURNS:
        yield _incident(view, Trouble.RESTLESS, view.turns[RESTLESS_TURNS - 1], None)


def _control(sample: Sample) -> ElementKeys | None:
    number = sample.anchor.control
    return sample.elements[number] if number >= 0 else None


def _incident(view: View, trouble: Trouble, time: float, element: ElementKeys | None) -> Incident:
    at = max(0, round(time - view.session.started_at))
    return Incident(trouble, view.page_view.path, view.session.id, view.document.id, at, element)
