"""Writing sessions to the index, in place of what it had of them; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from recorder.index.making import IndexedSession
from recorder.index.terms import Term, TermKind
from recorder.store.forgetting import drop_unused, take_out
from recorder.store.sql import in_parts
from recorder.store.tables import (
    documents,
    indexed_documents,
    indexed_sessions,
    occurrences,
    sessions,
    terms,
)

__all__ = ["VERSION", "keep"]

VERSION: Final = 1
"""Of what is made of a recording. It rises with every change; all sessions are then made again."""


def keep(
    connection: sa.Connection, made: Sequence[IndexedSession], seen: Mapping[str, int]
) -> None:
    """Writes `made`; `seen` is how many pending batches of each document are in it.

    Sessions that are not in the store any longer are left out. Raises
    IntegrityError if another process wrote, or dropped, the same terms
    meanwhile (PostgreSQL): the transaction is then to be tried again.
    """
    ids = sorted(one.session.id for one in made)
    query = sa.select(sessions.c.id).where(sessions.c.id.in_(ids)).order_by(sessions.c.id)
    present = set(connection.scalars(query.with_for_update()))
    made = [one for one in made if one.session.id in present]
    if not made:
        return
    numbers, before = _rows(connection, made)
    term_ids = _term_ids(connection, made)
    _happenings(connection, made, numbers, term_ids)
    for document_id in sorted(id for one in made for id in one.documents):
        connection.execute(
            documents.update()
            .where(documents.c.id == document_id)
            .values(pending=documents.c.pending - seen.get(document_id, 0))
        )
    drop_unused(connection, before - set(term_ids.values()))


def _rows(
    connection: sa.Connection, made: Sequence[IndexedSession]
) -> tuple[dict[str, int], set[int]]:
    """Numbers by session id, all rows being written; and the terms that were in them before."""
    ids = sorted(one.session.id for one in made)
    numbered = sa.select(indexed_sessions.c.session_id, indexed_sessions.c.number).where(
        indexed_sessions.c.session_id.in_(ids)
    )
    known = {row.session_id: row.number for row in connection.execute(numbered)}
    before = take_out(connection, list(known.values()))
    rows = {one.session.id: _row(one) for one in made}
    for id, number in known.items():
        connection.execute(
            indexed_sessions.update().where(indexed_sessions.c.number == number), rows[id]
        )
    if new := [rows[id] for id in ids if id not in known]:
        connection.execute(indexed_sessions.insert(), new)
    return {row.session_id: row.number for row in connection.execute(numbered)}, before


def _row(made: IndexedSession) -> dict[str, Any]:
    session = made.session
    return {
        "session_id": session.id,
        "version": VERSION,
        "site_id": session.site_id,
        "visitor_id": session.visitor_id,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "duration": (session.ended_at - session.started_at) / 1000,
        "device": made.device,
        "source": session.source,
        "variant": session.variant or "",
        "release": session.release or "",
        "clicks": made.count(TermKind.PRESS),
        "errors": made.count(TermKind.ERROR),
        "rage": made.count(TermKind.RAGE),
        "gaps": made.count(TermKind.GAP),
    }


def _happenings(
    connection: sa.Connection,
    made: Sequence[IndexedSession],
    numbers: Mapping[str, int],
    term_ids: Mapping[tuple[str, bytes], int],
) -> None:
    placed: list[dict[str, Any]] = []
    happened: list[dict[str, Any]] = []
    for one in made:
        number, site_id, place = numbers[one.session.id], one.session.site_id, 0
        for document_place, id in enumerate(one.documents):
            placed.append({"session_number": number, "place": document_place, "document_id": id})
            for found in one.occurrences[document_place]:
                happened.append(
                    {
                        "term_id": term_ids[site_id, found.term.digest],
                        "session_number": number,
                        "place": place,
                        "document_place": document_place,
                        "at": found.at,
                        "amount": found.amount,
                    }
                )
                place += 1
    if placed:
        connection.execute(indexed_documents.insert(), placed)
    if happened:
        connection.execute(occurrences.insert(), happened)


def _term_ids(
    connection: sa.Connection, made: Sequence[IndexedSession]
) -> dict[tuple[str, bytes], int]:
    """Ids of all terms of `made`, by site and digest; those that are new are written."""
    levels = _levels(made)
    wanted = [name for level in levels for name in level]
    ids = _known(connection, wanted)
    for level in levels:  # what is around others first, for they refer to it
        new = [name for name in level if name not in ids]
        if new:
            connection.execute(
                terms.insert(), [_term_row(name[0], level[name], ids) for name in sorted(new)]
            )
            ids |= _known(connection, new)
    return ids


def _levels(made: Sequence[IndexedSession]) -> list[dict[tuple[str, bytes], Term]]:
    """All terms by site and digest, in levels of how many are around them."""
    levels: list[dict[tuple[str, bytes], Term]] = []
    for one in made:
        for found in (entry for document in one.occurrences for entry in document):
            chain = [found.term]
            while parent := chain[-1].parent:
                chain.append(parent)
            levels += [{} for _ in range(len(chain) - len(levels))]
            for level, term in enumerate(reversed(chain)):
                levels[level][one.session.site_id, term.digest] = term
    return levels


def _known(
    connection: sa.Connection, names: Sequence[tuple[str, bytes]]
) -> dict[tuple[str, bytes], int]:
    by_site: dict[str, list[bytes]] = {}
    for site_id, digest in names:
        by_site.setdefault(site_id, []).append(digest)
    ids: dict[tuple[str, bytes], int] = {}
    for site_id, digests in by_site.items():
        for part in in_parts(digests):
            query = sa.select(terms.c.digest, terms.c.id).where(
                (terms.c.site_id == site_id) & terms.c.digest.in_(part)
            )
            ids |= {(site_id, row.digest): row.id for row in connection.execute(query)}
    return ids


def _term_row(site_id: str, term: Term, ids: Mapping[tuple[str, bytes], int]) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "kind": term.kind.value,
        "digest": term.digest,
        "parent_id": ids[site_id, term.parent.digest] if term.parent else None,
        "name": term.name,
        "text": term.text,
        "number": term.number,
        "detail": term.detail,
    }
