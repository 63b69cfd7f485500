"""Who had an element in view, and who used it: sessions, not points."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from heatmap.backdrop import View
from heatmap.comparison.catalogue import Catalogue, Entry
from heatmap.statuses import FRICTION, PRESSES, Kind

__all__ = ["LOUD_SHARE", "Usage", "Use", "entries_of"]

LOUD_SHARE = 0.1
"""A session with more than this share of all presses is named: it may be one person's habit."""
LOUD_FROM = 20
"""Presses of a segment below which a tenth is a press or two, and says nothing."""


@dataclass(slots=True)
class Use:
    """What the sessions of a segment did with one element. `seconds` sums the time in view,
    `troubled` are the sessions for which something went wrong with it, by kind of press."""

    exposed: set[str] = field(default_factory=set)
    presses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    troubled: dict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def used(self) -> set[str]:
        """Sessions that pressed it at least once."""
        return set(self.presses)


class Usage:
    """Uses of every element by the sessions of one segment."""

    def __init__(self, views: Sequence[View], catalogue: Catalogue) -> None:
        self.sessions = sorted({view.session.id for view in views})
        self.uses: dict[Entry, Use] = defaultdict(Use)
        self.unknown = 0
        """Presses on elements that could not be told from others."""
        for view in views:
            self._count(view, catalogue)

    def _count(self, view: View, catalogue: Catalogue) -> None:
        session = view.session.id
        for exposure in view.exposures:
            entry = catalogue.find(exposure.element)
            if entry is not None:
                self.uses[entry].exposed.add(session)
                self.uses[entry].seconds += exposure.seconds
        for sample in view.samples:
            kind = sample.anchor.kind
            if kind not in PRESSES and kind not in FRICTION:
                continue
            number = sample.anchor.control
            entry = catalogue.find(sample.elements[number]) if number >= 0 else None
            if entry is None:
                self.unknown += kind in PRESSES
                continue
            if kind in FRICTION:
                self.uses[entry].troubled[kind].add(session)
            else:
                self.uses[entry].presses[session] += 1
            # Whoever pressed it had it before him, though it may have been there only briefly.
            self.uses[entry].exposed.add(session)

    def of(self, entry: Entry) -> Use:
        """What was done with `entry`; nothing, if nobody here met it."""
        return self.uses.get(entry) or Use()

    @property
    def presses(self) -> int:
        """All presses, those of unknown elements included."""
        return self.unknown + sum(use.presses.total() for use in self.uses.values())

    def loud(self) -> dict[str, float]:
        """Sessions that supply more than `LOUD_SHARE` of all presses, with their share."""
        by_session: Counter[str] = Counter()
        for use in self.uses.values():
            by_session.update(use.presses)
        total = by_session.total()
        if total < LOUD_FROM:
            return {}
        shares = {one: count / total for one, count in by_session.most_common()}
        return {one: share for one, share in shares.items() if share > LOUD_SHARE}

    def matrix(self, entries: Sequence[Entry]) -> NDArray[np.float64]:
        """Presses as (sessions, elements)."""
        rows = {session: number for number, session in enumerate(self.sessions)}
        found = np.zeros((len(rows), len(entries)))
        for column, entry in enumerate(entries):
            for session, count in self.of(entry).presses.items():
                found[rows[session], column] = count
        return found


def entries_of(usages: Iterable[Usage]) -> list[Entry]:
    """All elements that somebody met, each once."""
    return list(dict.fromkeys(entry for usage in usages for entry in usage.uses))
