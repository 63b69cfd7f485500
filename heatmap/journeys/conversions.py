"""Conversions by element: of those who used it, and of those who only saw it, who came to a goal.

An association: people use what leads to what they came for. Clicks are neither conversions, nor
causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heatmap.anchors import ElementKeys
from heatmap.backdrop import View
from heatmap.controls import is_control
from heatmap.statistics.differences import Difference, adjusted, difference
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatmap.statuses import PRESSES

__all__ = ["Conversion", "conversions_of"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """One control: of the sessions that used it, and of those that had it in view and did not, the
    shares that came to the goal afterwards. `difference` is the first less the second; `q` its
    p-value, adjusted for all that are tested (None: a side has fewer than 30 sessions)."""

    name: str
    label: str
    users: Share
    viewers: Share
    difference: Difference
    q: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "key": self.name,
            "label": self.label,
            "users": self.users.to_json(),
            "viewers": self.viewers.to_json(),
            "difference": {
                "value": self.difference.value,
                "low": self.difference.low,
                "high": self.difference.high,
                "p": self.difference.p,
                "q": self.q,
            },
        }


@dataclass(slots=True)
class _Met:
    """When sessions first used an element, and first had it in view, epoch ms."""

    label: str
    used: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)


def conversions_of(views: Iterable[View], goals: Mapping[str, Sequence[float]]) -> list[Conversion]:
    """A row for each control in `views`, those first that most sessions used.

    `goals` has for each session the times (epoch ms by the visitor's clock) at which it came to
    the goal. A goal that was reached before the element was used, or seen, does not count for it.
    """
    met: dict[str, _Met] = {}
    for view in views:
        _meet(view, met)
    drafts = [(name, one, *_shares(one, goals)) for name, one in met.items()]
    tested = [
        name for name, _, users, viewers in drafts if min(users.seen, viewers.seen) >= FEW_SESSIONS
    ]
    gaps = {name: difference(viewers, users) for name, _, users, viewers in drafts}
    q_values = dict(zip(tested, adjusted([gaps[name].p for name in tested]), strict=True))
    rows = [
        Conversion(name, one.label, users, viewers, gaps[name], q_values.get(name))
        for name, one, users, viewers in drafts
    ]
    return sorted(rows, key=lambda row: (-row.users.seen, -row.viewers.seen, row.name))


def _meet(view: View, met: dict[str, _Met]) -> None:
    session = view.session.id

    def note(keys: ElementKeys, times: str, at: float) -> None:
        if is_control(keys):
            known: dict[str, float] = getattr(met.setdefault(keys.name, _Met(keys.label)), times)
            known[session] = min(known.get(session, at), at)

    for exposure in view.exposures:
        note(exposure.element, "seen", exposure.since)
    for sample in view.samples:
        anchor = sample.anchor
        if anchor.kind in PRESSES and anchor.control >= 0:
            note(sample.elements[anchor.control], "used", anchor.time)


def _shares(met: _Met, goals: Mapping[str, Sequence[float]]) -> tuple[Share, Share]:
    only_seen = {one: at for one, at in met.seen.items() if one not in met.used}
    return _converted(met.used, goals), _converted(only_seen, goals)


def _converted(since: Mapping[str, float], goals: Mapping[str, Sequence[float]]) -> Share:
    came = sum(any(at >= begun for at in goals.get(one, ())) for one, begun in since.items())
    return Share.of(came, len(since))
