"""`store.audit`: who looked at what, and who changed who may.

Kept are names of tokens, sites, keys and sessions; never an address, and never
anything that was recorded. Of a visitor, and of what was erased, the digest
(`tombstones.digest_of`): whoever knows the id can prove what was done, nobody
can read it off.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from recorder.store.engine import Database
from recorder.store.tables import audit

__all__ = ["AuditBook", "AuditEntry", "amend_entry", "write_entry"]

TEXT_CHARS: Final = 1_000
"""Characters of an object or a detail: a site's origins, a session's id."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done. `at` is epoch ms; `actor` is `cli` or `token:ID`."""

    at: int
    actor: str
    action: str
    object: str
    detail: str


class AuditBook:
    """The audit trail of a store. What was erased gives its name for a digest in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, actor: str, action: str, object: str, detail: str = "") -> None:
        """Durable when it returns: call it before what it is about is given away."""
        with self._database.writing() as connection:
            write_entry(connection, actor, action, object, detail)

    def entries(
        self, since: int = 0, limit: int | None = None, objects: Collection[str] | None = None
    ) -> list[AuditEntry]:
        """What was done from `since` (epoch ms) on, the latest `limit` of it, oldest first.

        `objects`: only what was done to one of them.
        """
        query = (
            audit.select()
            .where(audit.c.at >= since)
            .order_by(audit.c.at.desc(), audit.c.id.desc())
            .limit(limit)
        )
        if objects is not None:
            query = query.where(audit.c.object.in_(sorted(objects)))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [AuditEntry(r.at, r.actor, r.action, r.object, r.detail) for r in reversed(rows)]

    def forget(self, before: int) -> int:
        """Removes what was done before `before` (epoch ms); how many entries. StoreUnavailable."""
        with self._database.writing() as connection:
            return connection.execute(audit.delete().where(audit.c.at < before)).rowcount


def write_entry(
    connection: sa.Connection, actor: str, action: str, object: str, detail: str = ""
) -> int:
    """An entry within the caller's transaction: the change and its trace are one. Its id."""
    row = {
        "at": int(time.time() * 1000),
        "actor": actor,
        "action": action,
        "object": object[:TEXT_CHARS],
        "detail": detail[:TEXT_CHARS],
    }
    query = audit.insert().values(row).returning(audit.c.id)
    return int(connection.execute(query).scalar_one())


def amend_entry(connection: sa.Connection, id: int, detail: str) -> None:
    """How far the change has come that entry `id` is about: it takes several transactions."""
    changed = {"detail": detail[:TEXT_CHARS]}
    connection.execute(audit.update().where(audit.c.id == id).values(changed))
