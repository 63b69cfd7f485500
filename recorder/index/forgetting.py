"""Taking sessions out of the index, with every text that nobody else has."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from recorder.index.keeping import drop_unused, take_out
from recorder.store.tables import indexed_sessions

__all__ = ["forget"]

_PARAMETERS = 500  # values in one IN list; SQLite takes 32,766, PostgreSQL 65,535


def forget(connection: sa.Connection, session_ids: Iterable[str]) -> None:
    """Removes these sessions from the index, within the caller's transaction.

    To be called before the sessions themselves are deleted. Terms that only
    happened in them go with them. A session that stays in the store comes back
    only with its next batch.
    """
    ids = sorted(set(session_ids))
    for start in range(0, len(ids), _PARAMETERS):
        here = indexed_sessions.c.session_id.in_(ids[start : start + _PARAMETERS])
        numbers = list(connection.scalars(sa.select(indexed_sessions.c.number).where(here)))
        before = take_out(connection, numbers)
        connection.execute(indexed_sessions.delete().where(here))
        drop_unused(connection, before)
