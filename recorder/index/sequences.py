"""When things happened in sessions: for funnels and paths, from the index alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from recorder.expressions import Comparison, Expression, Lookup
from recorder.index.refreshing import Progress, refresh
from recorder.index.terms import TermKind
from recorder.store import Store
from recorder.store.tables import indexed_sessions, occurrences, terms

__all__ = ["Moment", "Sequences", "Viewed", "sequences_of"]

Moment = tuple[int, int]
"""When: epoch ms by the visitor's clock, then the place in the session among all that happened."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A page view: which page (`recorder.pages.page_key`), and when it began."""

    at: Moment
    path: str


@dataclass(frozen=True, slots=True)
class Sequences:
    """Sessions by number, each with its id. `steps` has for each step that was asked for its
    moments by session, `views` the page views by session, both in order of time."""

    sessions: Mapping[int, str]
    steps: Sequence[Mapping[int, Sequence[Moment]]]
    views: Mapping[int, Sequence[Viewed]]

    def asked(self, first: int, count: int) -> Sequences:
        """With the steps from `first` on alone: several funnels are asked for at once."""
        return Sequences(self.sessions, self.steps[first : first + count], self.views)

    def only(self, ids: Collection[str]) -> Sequences:
        """Those of the sessions with these ids."""
        kept = {number: id_ for number, id_ in self.sessions.items() if id_ in ids}
        steps = [{one: step[one] for one in step if one in kept} for step in self.steps]
        return Sequences(kept, steps, {one: self.views[one] for one in self.views if one in kept})


def sequences_of(
    store: Store,
    steps: Sequence[Comparison],
    where: Expression | None = None,
    progress: Progress | None = None,
) -> Sequences:
    """When each of `steps` happened in the sessions that fit `where` (None: all).

    Whatever the index does not know yet is indexed first, with `progress`. A comparison that says
    nothing of a moment (a device, a trait) never happens.
    """
    refresh(store, progress)
    with store.reading() as connection:
        lookup = Lookup(connection)
        fits = sa.true() if where is None else where.where(lookup)
        query = sa.select(indexed_sessions.c.number, indexed_sessions.c.session_id).where(fits)
        sessions = {row.number: row.session_id for row in connection.execute(query)}
        found = [_moments(connection, step.condition.shown(lookup), sessions) for step in steps]
        return Sequences(sessions, found, _views(connection, sessions))


def _moments(
    connection: sa.Connection,
    shown: sa.ColumnElement[bool] | None,
    sessions: Mapping[int, str],
) -> dict[int, list[Moment]]:
    found: defaultdict[int, list[Moment]] = defaultdict(list)
    if shown is None:
        return found
    query = sa.select(occurrences.c.session_number, occurrences.c.at, occurrences.c.place).where(
        occurrences.c.term_id.in_(sa.select(terms.c.id).where(shown))
    )
    for number, at, place in connection.execute(query):
        if number in sessions:
            found[number].append((at, place))
    for moments in found.values():
        moments.sort()
    return found


def _views(connection: sa.Connection, sessions: Mapping[int, str]) -> dict[int, list[Viewed]]:
    query = (
        sa.select(occurrences.c.session_number, occurrences.c.at, occurrences.c.place, terms.c.name)
        .join(terms, terms.c.id == occurrences.c.term_id)
        .where(terms.c.kind == TermKind.VISIT)
    )
    found: defaultdict[int, list[Viewed]] = defaultdict(list)
    for number, at, place, path in connection.execute(query):
        if number in sessions:
            found[number].append(Viewed((at, place), path))
    for views in found.values():
        views.sort(key=lambda view: view.at)
    return found
