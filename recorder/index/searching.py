"""Asking the index: which sessions fit an expression, and where in each it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from recorder.expressions import Expression, Lookup
from recorder.index.refreshing import Progress, refresh
from recorder.index.terms import TermKind
from recorder.store import SessionRow, Store
from recorder.store.reading import session_of
from recorder.store.sql import among
from recorder.store.tables import (
    indexed_documents,
    indexed_sessions,
    occurrences,
    sessions,
    terms,
)

__all__ = ["HITS", "Answer", "Found", "Hit", "matching", "search"]

HITS: Final = 20
"""Hits of one comparison in one session that are given: the first; whoever wants all, replays."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a comparison holds: `at_ms` since the session's start; `value` is what was found.

    `field` is the comparison's, `kind` what happened.
    """

    field: str
    kind: TermKind
    value: str
    at_ms: int
    document: str


@dataclass(frozen=True, slots=True)
class Found:
    """A session that fits, as the index has it; hits by time."""

    session: SessionRow
    device: str
    clicks: int
    errors: int
    rage: int
    gaps: int
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` sessions fit; the newest of them are in `found`."""

    total: int
    found: list[Found]


def search(
    store: Store,
    expression: Expression | None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Answer:
    """The sessions that fit (None: all), the newest first, at most `limit` of them.

    Whatever the index does not know yet is indexed first, with `progress`.
    """
    refresh(store, progress)
    with store.reading() as connection:
        lookup = Lookup(connection)
        fits = sa.true() if expression is None else expression.where(lookup)
        fitting = (
            sa.select(indexed_sessions.c.number, indexed_sessions.c.started_at)
            .where(fits)
            .cte("fitting")
        )
        counted = sa.select(sa.func.count()).select_from(fitting).scalar_subquery()
        query = (
            sa.select(fitting.c.number, counted.label("total"))
            .order_by(fitting.c.started_at.desc(), fitting.c.number.desc())
            .limit(limit)
        )
        rows = connection.execute(query).all()
        if not rows:
            return Answer(0, [])
        numbers = [row.number for row in rows]
        hits = _hits(connection, lookup, expression, numbers) if expression else {}
        return Answer(rows[0].total, list(_found(connection, numbers, hits)))


def matching(
    store: Store, expression: Expression, progress: Progress | None = None
) -> frozenset[str]:
    """Ids of all sessions that fit. Whatever the index does not know yet is indexed first."""
    refresh(store, progress)
    with store.reading() as connection:
        query = sa.select(indexed_sessions.c.session_id).where(expression.where(Lookup(connection)))
        return frozenset(connection.scalars(query))


def _found(
    connection: sa.Connection, numbers: list[int], hits: Mapping[int, list[Hit]]
) -> Iterator[Found]:
    query = (
        sa.select(
            sessions,
            indexed_sessions.c.number,
            indexed_sessions.c.device.label("shown"),
            indexed_sessions.c.clicks,
            indexed_sessions.c.errors,
            indexed_sessions.c.rage,
            indexed_sessions.c.gaps,
        )
        .join(indexed_sessions, indexed_sessions.c.session_id == sessions.c.id)
        .where(among(indexed_sessions.c.number, numbers))
    )
    rows = {row.number: row for row in connection.execute(query)}
    for number in numbers:
        row = rows[number]
        yield Found(
            session_of(row),
            row.shown,
            row.clicks,
            row.errors,
            row.rage,
            row.gaps,
            hits.get(number, []),
        )


def _hits(
    connection: sa.Connection, lookup: Lookup, expression: Expression, numbers: list[int]
) -> dict[int, list[Hit]]:
    """Hits by session number, by time; of each comparison the first `HITS` in a session."""
    found: defaultdict[int, list[Hit]] = defaultdict(list)
    for comparison in dict.fromkeys(expression.affirmed()):
        shown = comparison.condition.shown(lookup)
        if shown is None:
            continue
        taken: defaultdict[int, int] = defaultdict(int)
        for row in _happened(connection, shown, numbers):
            taken[row.session_number] += 1
            if taken[row.session_number] > HITS:
                continue
            at_ms = max(row.at - row.started_at, 0)
            hit = Hit(comparison.field, TermKind(row.kind), _value(row), at_ms, row.document_id)
            if hit not in found[row.session_number]:  # two comparisons may mean one press
                found[row.session_number].append(hit)
    for hits in found.values():
        hits.sort(key=lambda hit: hit.at_ms)
    return found


def _happened(
    connection: sa.Connection, shown: sa.ColumnElement[bool], numbers: list[int]
) -> Iterable[sa.Row[Any]]:
    here = indexed_documents.c.session_number == occurrences.c.session_number
    element = terms.alias("element")
    query = (
        sa.select(
            occurrences.c.session_number,
            occurrences.c.at,
            occurrences.c.amount,
            indexed_sessions.c.started_at,
            indexed_documents.c.document_id,
            terms.c.kind,
            terms.c.name,
            terms.c.text,
            terms.c.number,
            element.c.name.label("tag"),
            element.c.detail.label("attributes"),
        )
        .join(terms, terms.c.id == occurrences.c.term_id)
        .join(indexed_sessions, indexed_sessions.c.number == occurrences.c.session_number)
        .join(indexed_documents, here & (indexed_documents.c.place == occurrences.c.document_place))
        .outerjoin(element, element.c.id == terms.c.parent_id)
        .where(among(occurrences.c.session_number, numbers) & shown)
        .order_by(occurrences.c.session_number, occurrences.c.at, occurrences.c.place)
    )
    return connection.execute(query)


def _value(row: sa.Row[Any]) -> str:
    """What a reader calls it: its text, else the element as a selector."""
    if row.kind == TermKind.GAP:
        return f"{row.amount} {'batch' if row.amount == 1 else 'batches'}"
    if row.text:
        return str(row.text)
    if not row.tag:
        return ""
    attributes = row.attributes or {}
    id, classes = attributes.get("id"), str(attributes.get("class", "")).split()
    return str(row.tag) + (f"#{id}" if id else "".join(f".{name}" for name in classes[:2]))
