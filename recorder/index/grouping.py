"""Errors grouped by fingerprint, with the sessions and visitors that each affected."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from recorder.expressions import Expression, Lookup
from recorder.index.refreshing import Progress, refresh
from recorder.index.terms import TermKind
from recorder.store import Store
from recorder.store.tables import indexed_sessions, occurrences, terms

__all__ = ["ErrorGroup", "ErrorGroups", "group_errors"]


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
        ours = (terms.c.kind == TermKind.ERROR) & fits
        happened = (
            sa.select(
                terms.c.site_id,
                terms.c.name,
                sa.func.sum(occurrences.c.amount).label("times"),
                sa.func.count(indexed_sessions.c.number.distinct()).label("sessions"),
                sa.func.count(indexed_sessions.c.visitor_id.distinct()).label("visitors"),
                sa.func.min(occurrences.c.at).label("first_at"),
                sa.func.max(occurrences.c.at).label("last_at"),
            )
            .select_from(_errors())
            .where(ours)
            .group_by(terms.c.site_id, terms.c.name)
        )
        rows = sorted(
            connection.execute(happened),
            key=lambda row: (-row.sessions, -row.times, row.site_id, row.name),
        )
        releases = _releases(connection, ours)
        groups = [
            _group(connection, row, ours, releases.get((row.site_id, row.name), []))
            for row in rows[:limit]
        ]
        return ErrorGroups(len(rows), groups)


def _errors() -> sa.FromClause:
    return occurrences.join(terms, terms.c.id == occurrences.c.term_id).join(
        indexed_sessions, indexed_sessions.c.number == occurrences.c.session_number
    )


def _releases(
    connection: sa.Connection, ours: sa.ColumnElement[bool]
) -> dict[tuple[str, str], list[str]]:
    """In which releases each group was seen, by site and fingerprint."""
    query = (
        sa.select(terms.c.site_id, terms.c.name, indexed_sessions.c.release)
        .select_from(_errors())
        .where(ours & (indexed_sessions.c.release != ""))
        .distinct()
        .order_by(indexed_sessions.c.release)
    )
    releases: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in connection.execute(query):
        releases[row.site_id, row.name].append(row.release)
    return releases


def _group(
    connection: sa.Connection,
    row: sa.Row[Any],
    ours: sa.ColumnElement[bool],
    releases: list[str],
) -> ErrorGroup:
    """The group of `row`, with the latest of its errors."""
    same = (terms.c.site_id == row.site_id) & (terms.c.name == row.name)
    latest = connection.execute(
        sa.select(
            terms.c.text,
            terms.c.detail,
            occurrences.c.at,
            indexed_sessions.c.session_id,
            indexed_sessions.c.started_at,
        )
        .select_from(_errors())
        .where(ours & same & (occurrences.c.at == row.last_at))
        .order_by(occurrences.c.session_number, occurrences.c.place)
        .limit(1)
    ).one()
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
