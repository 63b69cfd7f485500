"""Errors grouped by fingerprint, with the sessions and visitors that each affected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from recorder.expressions import Expression, Lookup
from recorder.index.refreshing import Progress, refresh
from recorder.index.terms import TermKind
from recorder.store import Store
from recorder.store.sql import among
from recorder.store.tables import indexed_sessions, occurrences, terms

__all__ = ["ErrorGroup", "ErrorGroups", "group_errors"]


_errors = (
    sa.select(occurrences)
    .where(occurrences.c.term_id.in_(sa.select(terms.c.id).where(terms.c.kind == TermKind.ERROR)))
    .cte("errors")
    # Else both databases look up each of some hundred errors for each session that fits: ten
    # seconds for 70,000 of these.
    .prefix_with("MATERIALIZED")
)
_WITH_SESSIONS = _errors.join(terms, terms.c.id == _errors.c.term_id).join(
    indexed_sessions, indexed_sessions.c.number == _errors.c.session_number
)


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Errors of one site that count as one; `message` and `frame` are the latest one's.

    `count` is how often it happened, times are epoch ms by the visitors'
    clocks, `session` and `at_ms` (since its start) where to see the latest.
    """

    fingerprint: str
    site_id: str
    kind: str
    message: str
    frame: str
    count: int
    sessions: int
    visitors: int
    first_at: int
    last_at: int
    releases: list[str]
    session: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ErrorGroups:
    """`total` groups there are; those that affected most sessions are in `groups`."""

    total: int
    groups: list[ErrorGroup]


def group_errors(
    store: Store,
    expression: Expression | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> ErrorGroups:
    """Groups of the errors in the sessions that fit (None: all), the most affecting first.

    Whatever the index does not know yet is indexed first, with `progress`.
    """
    refresh(store, progress)
    with store.reading() as connection:
        fits = sa.true() if expression is None else expression.where(Lookup(connection))
        happened = (
            sa.select(
                terms.c.site_id,
                terms.c.name,
                sa.func.sum(_errors.c.amount).label("times"),
                sa.func.count(indexed_sessions.c.number.distinct()).label("sessions"),
                sa.func.count(indexed_sessions.c.visitor_id.distinct()).label("visitors"),
                sa.func.min(_errors.c.at).label("first_at"),
                sa.func.max(_errors.c.at).label("last_at"),
            )
            .select_from(_WITH_SESSIONS)
            .where(fits)
            .group_by(terms.c.site_id, terms.c.name)
        )
        rows = sorted(
            connection.execute(happened),
            key=lambda row: (-row.sessions, -row.times, row.site_id, row.name),
        )
        releases = _releases(connection, fits)
        latest = _latest(connection, fits, rows[:limit])
        groups = [
            _group(row, latest[row.site_id, row.name], releases.get((row.site_id, row.name), []))
            for row in rows[:limit]
        ]
        return ErrorGroups(len(rows), groups)


def _releases(
    connection: sa.Connection, fits: sa.ColumnElement[bool]
) -> dict[tuple[str, str], list[str]]:
    """In which releases each group was seen, by site and fingerprint."""
    query = (
        sa.select(terms.c.site_id, terms.c.name, indexed_sessions.c.release)
        .select_from(_WITH_SESSIONS)
        .where(fits & (indexed_sessions.c.release != ""))
        .distinct()
        .order_by(indexed_sessions.c.release)
    )
    releases: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in connection.execute(query):
        releases[row.site_id, row.name].append(row.release)
    return releases


def _latest(
    connection: sa.Connection, fits: sa.ColumnElement[bool], rows: Sequence[sa.Row[Any]]
) -> dict[tuple[str, str], Any]:
    """The latest error of each of `rows`, by site and fingerprint; of several, the first told."""
    query = (
        sa.select(
            terms.c.site_id,
            terms.c.name,
            terms.c.text,
            terms.c.detail,
            _errors.c.at,
            indexed_sessions.c.session_id,
            indexed_sessions.c.started_at,
        )
        .select_from(_WITH_SESSIONS)
        # The times of all groups, and not each its own: a few rows more, and one statement.
        .where(fits & among(_errors.c.at, sorted({row.last_at for row in rows})))
        .order_by(_errors.c.session_number, _errors.c.place)
    )
    last_at = {(row.site_id, row.name): row.last_at for row in rows}
    found: dict[tuple[str, str], Any] = {}
    for row in connection.execute(query):
        if last_at.get((row.site_id, row.name)) == row.at:
            found.setdefault((row.site_id, row.name), row)
    return found


def _group(row: sa.Row[Any], latest: Any, releases: list[str]) -> ErrorGroup:
    """The group of `row`, with the latest of its errors."""
    return ErrorGroup(
        row.name,
        row.site_id,
        latest.detail.get("kind", ""),
        latest.text,
        latest.detail.get("frame", ""),
        int(row.times),
        row.sessions,
        row.visitors,
        row.first_at,
        row.last_at,
        releases,
        latest.session_id,
        max(latest.at - latest.started_at, 0),
    )
