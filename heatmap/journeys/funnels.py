"""Funnels: of the sessions that came to a step, how many came to the next, and how fast."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from heatmap.statistics.shares import Share
from recorder.index.sequences import Moment, Sequences, Viewed

__all__ = ["DroppedTo", "Funnel", "Step", "funnel_of", "funnels_of"]

MOST_DROPS: Final = 5
"""Pages that are named of those to which people went instead."""


@dataclass(frozen=True, slots=True)
class DroppedTo:
    """The page that `sessions` which got no further viewed next; None: none, they left."""

    path: str | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `share` is of the sessions at the step before (of all, for the first), `overall`
    of those at the first.

    `seconds` are the quartiles of the time since the step before, None where nobody came, and for
    the first. `dropped` says where those went who came here and no further.
    """

    text: str
    sessions: int
    share: Share
    overall: Share
    seconds: tuple[float, float, float] | None
    dropped: list[DroppedTo]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "step": self.text,
            "sessions": self.sessions,
            "share": self.share.to_json(),
            "overall": self.overall.to_json(),
            "seconds_since_step_before": self.seconds,
            "dropped_to": [{"page": one.path, "sessions": one.sessions} for one in self.dropped],
        }


@dataclass(frozen=True, slots=True)
class Funnel:
    """All steps, of `sessions` sessions; `lost` are some that got to each step and no further,
    by id, to be looked at."""

    sessions: int
    steps: list[Step]
    lost: list[list[str]]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        steps = [
            step.to_json() | {"sessions_that_got_no_further": lost}
            for step, lost in zip(self.steps, self.lost, strict=True)
        ]
        return {"sessions": self.sessions, "steps": steps}


def funnel_of(found: Sequences, texts: Sequence[str], *, lost: int = 20) -> Funnel:
    """The funnel of the steps that `found` was asked for, called `texts`.

    A session comes to a step at the first time that it happens after the step before; other
    things may happen in between. At most `lost` ids of sessions are kept a step.
    """
    reached: dict[int, Moment] = dict.fromkeys(found.sessions, (-1, -1))
    first: int | None = None
    steps: list[Step] = []
    left: list[list[str]] = []
    for place, text in enumerate(texts):
        before = reached
        reached = _next(before, found.steps[place])
        first = len(reached) if first is None else first
        waits = [(reached[one][0] - before[one][0]) / 1000 for one in reached] if place else []
        ahead = _next(reached, found.steps[place + 1]) if place + 1 < len(texts) else reached
        gone = {one: moment for one, moment in reached.items() if one not in ahead}
        steps.append(
            Step(
                text,
                len(reached),
                Share.of(len(reached), len(before)),
                Share.of(len(reached), first),
                _quartiles(waits),
                _dropped(gone, found.views),
            )
        )
        left.append([found.sessions[one] for one in sorted(gone, reverse=True)[:lost]])
    return Funnel(len(found.sessions), steps, left)


def funnels_of(found: Sequences, plans: Iterable[Sequence[str]]) -> list[Funnel]:
    """A funnel of each of `plans`, of whose steps `found` has all, one plan behind the other."""
    funnels, first = [], 0
    for texts in plans:
        funnels.append(funnel_of(found.asked(first, len(texts)), texts))
        first += len(texts)
    return funnels


def _next(reached: Mapping[int, Moment], step: Mapping[int, Sequence[Moment]]) -> dict[int, Moment]:
    """Those that come to the step after where they are, with when they do."""
    found = {}
    for number, moment in reached.items():
        moments = step.get(number, ())
        place = bisect_right(moments, moment)
        if place < len(moments):
            found[number] = moments[place]
    return found


def _quartiles(waits: Sequence[float]) -> tuple[float, float, float] | None:
    if not waits:
        return None
    low, middle, high = np.percentile(waits, [25, 50, 75])
    return float(low), float(middle), float(high)


def _dropped(gone: Mapping[int, Moment], views: Mapping[int, Sequence[Viewed]]) -> list[DroppedTo]:
    """Where they went next, the commonest first."""
    counts: Counter[str | None] = Counter()
    for number, moment in gone.items():
        later = (view.path for view in views.get(number, ()) if view.at > moment)
        counts[next(later, None)] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
    return [DroppedTo(path, sessions) for path, sessions in ordered[:MOST_DROPS]]
