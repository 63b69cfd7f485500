"""Journeys for the report: the project's funnels, and the ways from page to page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from heatmap.journeys import Funnel, Paths, funnels_of, parse_step, paths_of
from heatmap.journeys.paths import Way
from heatmap.statistics.shares import Share
from heatwright.project import FunnelPlan
from recorder.index.sequences import sequences_of
from recorder.store import Store

__all__ = ["ROWS", "Journeys", "find_journeys"]

ROWS: Final = 10
"""Rows of a table of ways; `heatwright paths` lists all."""


@dataclass(frozen=True, slots=True)
class Journeys:
    """Funnels by name, and paths."""

    funnels: Sequence[tuple[str, Funnel]]
    paths: Paths

    def tables(self) -> list[tuple[str, list[tuple[Way, Share]]]]:
        """Titles, and the commonest ways with their share of all sessions; without empty ones."""
        lists = (
            ("First pages", self.paths.entries),
            ("Last pages", self.paths.exits),
            ("From page to page", self.paths.transitions),
        )
        every = self.paths.sessions
        return [
            (title, [(way, Share.of(way.sessions, every)) for way in ways[:ROWS]])
            for title, ways in lists
            if ways
        ]


def find_journeys(store: Store, plans: Sequence[FunnelPlan], sessions: Collection[str]) -> Journeys:
    """The journeys of these sessions, by id."""
    steps = [parse_step(step) for plan in plans for step in plan.steps]
    found = sequences_of(store, steps).only(sessions)
    funnels = funnels_of(found, [plan.steps for plan in plans])
    names = [plan.name for plan in plans]
    return Journeys(list(zip(names, funnels, strict=True)), paths_of(found))
