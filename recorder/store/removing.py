"""Removing sessions with all that is kept of them, within the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.store.asset_uses import release, sole_urls
from recorder.store.forgetting import forget
from recorder.store.tables import audit, derived, documents, metadata, sessions
from recorder.store.tombstones import digest_of, shown

__all__ = ["Removed", "let_go_of_assets", "remove_sessions", "slice_of"]

_OF_DOCUMENTS: Final = tuple(
    table
    for table in metadata.sorted_tables
    if any(key.column is documents.c.id for key in table.foreign_keys)
)
"""Tables of what belongs to a document: whatever refers to one is removed with it."""


@dataclass(slots=True)
class Removed:
    """What was removed. `size`: bytes of JSON in the batches; `assets`: files, and failures."""

    sessions: int = 0
    documents: int = 0
    size: int = 0
    derived: int = 0
    assets: int = 0

    def add(self, other: Removed) -> None:
        """Takes in what was removed after that."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        return (
            f"{self.sessions} sessions, {self.documents} documents, {self.size} bytes of events, "
            f"{self.derived} derived, {self.assets} assets"
        )


def slice_of(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Any]:
    """Rows of the next sessions to be removed in one transaction, locked until it ends."""
    query = (
        sa.select(sessions.c.id, sessions.c.size)
        .where(condition)
        .order_by(sessions.c.received_at)
        .limit(limits.REMOVE_SESSIONS)
    )
    chosen: list[str] = []
    room = limits.REMOVE_BYTES
    for id, size in connection.execute(query):
        if chosen and size > room:
            break
        chosen.append(id)
        room -= size
    # One order everywhere: who writes batches locks sessions in it, too. And once more the
    # condition: somebody else may have been quicker.
    locked = sessions.select().where(sessions.c.id.in_(chosen), condition).order_by(sessions.c.id)
    return list(connection.execute(locked.with_for_update()).all())


def remove_sessions(connection: sa.Connection, rows: Sequence[Any]) -> Removed:
    """Removes the sessions of `rows` (of `slice_of`; of one site) and all that is kept of them.

    With a visitor's last session go the assets that only he had. In the audit trail digests take
    the place of names.
    """
    ids = [row.id for row in rows]
    if not ids:
        return Removed()
    of_sessions = documents.c.session_id.in_(ids)
    lock = sa.select(documents.c.id, documents.c.session_id).where(of_sessions)
    found = connection.execute(lock.order_by(documents.c.id).with_for_update()).all()
    theirs = sa.select(documents.c.id).where(of_sessions)
    forget(connection, ids)
    for table in _OF_DOCUMENTS:
        connection.execute(table.delete().where(table.c.document_id.in_(theirs)))
    gone = connection.execute(derived.delete().where(derived.c.key.in_(theirs))).rowcount
    _hide_names(connection, rows, found)
    connection.execute(documents.delete().where(of_sessions))
    connection.execute(sessions.delete().where(sessions.c.id.in_(ids)))
    visitors = {row.visitor_id for row in rows}
    assets = let_go_of_assets(connection, rows[0].site_id, visitors)
    return Removed(len(ids), len(found), sum(row.size for row in rows), gone, assets)


def let_go_of_assets(connection: sa.Connection, site_id: str, visitors: Iterable[str]) -> int:
    """Removes the assets that only these visitors had, if no session of theirs is left; how many.

    Where there are any, the site's style sheets are read, which takes some tenths of a second.
    """
    wanted = sorted(set(visitors))
    query = sa.select(sessions.c.visitor_id).distinct()
    left = query.where(sessions.c.site_id == site_id, sessions.c.visitor_id.in_(wanted))
    gone = set(wanted) - set(connection.scalars(left))
    people = {digest_of("visitor", site_id, visitor) for visitor in gone}
    if not people:
        return 0
    return release(connection, site_id, people, sole_urls(connection, site_id, people))


def _hide_names(connection: sa.Connection, rows: Sequence[Any], found: Sequence[Any]) -> None:
    """Puts digests in the place of ids in the audit trail."""
    site_of = {row.id: row.site_id for row in rows}
    of_session: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for document_id, session_id in found:
        name = shown(digest_of("document", site_of[session_id], document_id))
        of_session[session_id][document_id] = name
    query = sa.select(audit.c.id, audit.c.object, audit.c.detail)
    for entry in connection.execute(query.where(audit.c.object.in_(list(site_of)))).all():
        digests = of_session[entry.object]
        detail = " ".join(digests.get(word, word) for word in entry.detail.split(" "))
        name = shown(digest_of("session", site_of[entry.object], entry.object))
        changed = {"object": name, "detail": detail}
        connection.execute(audit.update().where(audit.c.id == entry.id).values(changed))
