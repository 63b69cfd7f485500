"""`store.audit`: who looked at what, and who changed who may.

Kept are names of tokens, sites, keys and sessions; never an address, and never
anything that was recorded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from recorder.store.engine import Database
from recorder.store.tables import audit

__all__ = ["AuditBook", "AuditEntry", "write_entry"]

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
    """The audit trail of a store: it grows, and nothing in it is changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, actor: str, action: str, object: str, detail: str = "") -> None:
        """Durable when it returns: call it before what it is about is given away."""
        with self._database.writing() as connection:
            write_entry(connection, actor, action, object, detail)

    def entries(self, since: int = 0, limit: int | None = None) -> list[AuditEntry]:
        """What was done from `since` (epoch ms) on, the latest `limit` of it, oldest first."""
        query = (
            audit.select()
            .where(audit.c.at >= since)
            .order_by(audit.c.at.desc(), audit.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [AuditEntry(r.at, r.actor, r.action, r.object, r.detail) for r in reversed(rows)]


def write_entry(
    connection: sa.Connection, actor: str, action: str, object: str, detail: str = ""
) -> None:
    """An entry within the caller's transaction: the change and its trace are one."""
    connection.execute(
        audit.insert(),
        {
            "at": int(time.time() * 1000),
            "actor": actor,
            "action": action,
            "object": object[:TEXT_CHARS],
            "detail": detail[:TEXT_CHARS],
        },
    )
