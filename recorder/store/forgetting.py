"""Taking sessions out of the index, with every text that nobody else has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from recorder.store.sql import among, in_parts
from recorder.store.tables import indexed_documents, indexed_sessions, occurrences, terms

__all__ = ["drop_unused", "forget", "take_out"]


def forget(connection: sa.Connection, session_ids: Iterable[str]) -> None:
    """Removes these sessions from the index, within the caller's transaction.

    To be called before the sessions themselves are deleted. Terms that only
    happened in them go with them. A session that stays in the store comes back
    only with its next batch.
    """
    for part in in_parts(session_ids):
        here = indexed_sessions.c.session_id.in_(part)
        numbers = list(connection.scalars(sa.select(indexed_sessions.c.number).where(here)))
        before = take_out(connection, numbers)
        connection.execute(indexed_sessions.delete().where(here))
        drop_unused(connection, before)


def take_out(connection: sa.Connection, numbers: Sequence[int]) -> set[int]:
    """Removes all that happened in the sessions of these numbers; ids of the terms it was."""
    here = among(occurrences.c.session_number, numbers)
    before = set(connection.scalars(sa.select(occurrences.c.term_id).where(here).distinct()))
    connection.execute(occurrences.delete().where(here))
    connection.execute(
        indexed_documents.delete().where(among(indexed_documents.c.session_number, numbers))
    )
    return before


def drop_unused(connection: sa.Connection, term_ids: Iterable[int]) -> None:
    """Removes those of the terms that nothing needs, then those around them likewise.

    What a term says may be a person's own; only what somebody else has too may stay.
    """
    happened = sa.select(occurrences.c.term_id).where(occurrences.c.term_id == terms.c.id)
    inner = terms.alias()
    holds = sa.select(inner.c.id).where(inner.c.parent_id == terms.c.id)
    left = set(term_ids)
    while left:
        query = sa.select(terms.c.id, terms.c.parent_id).where(
            among(terms.c.id, left) & ~happened.exists() & ~holds.exists()
        )
        unused = {row.id: row.parent_id for row in connection.execute(query)}
        connection.execute(terms.delete().where(among(terms.c.id, unused)))
        left = {parent for parent in unused.values() if parent is not None}
