"""Erasing a visitor or a session, and pruning what was kept long enough.

First a tombstone, in a transaction of its own: from then on nothing of him is taken. Then his
sessions, some at a time, so that others may write in between. Killed at any instant, each
session is there whole or not at all, and the same call again does the rest. Bodies outside of the
database go when the rows are gone that named them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa

from recorder import limits
from recorder.errors import StoreUnavailable
from recorder.store.audit_book import amend_entry, write_entry
from recorder.store.engine import Database
from recorder.store.outside.vault import Vault
from recorder.store.removing import Removed, let_go_of_assets, remove_sessions, slice_of
from recorder.store.tables import sessions, sites
from recorder.store.tombstones import bury, digest_of, forget_expired, hold_sites, shown

__all__ = ["Eraser", "Found", "Who"]

_PAUSE_SECONDS: Final = 0.5
"""The longest rest after a transaction; else it is as long as that took."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose data: a visitor's or one session's, by id; of one site, or (None) wherever it is."""

    kind: Literal["visitor", "session"]
    id: str
    site_id: str | None = None

    def at(self, site_id: str) -> sa.ColumnElement[bool]:
        """Which rows of `sessions` these are in a site."""
        column = sessions.c.visitor_id if self.kind == "visitor" else sessions.c.id
        return (sessions.c.site_id == site_id) & (column == self.id)


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of somebody in a site."""

    site_id: str
    sessions: int
    documents: int


class Eraser:
    """Removes for good. Afterwards call `rewrite`, or `fold`, which is quicker: see there."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def find(self, who: Who) -> list[Found]:
        """What an erasure would remove, by site; sites where nothing is are left out."""
        found: list[Found] = []
        counts = sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(sessions.c.document_count), 0)
        )
        with self._database.reading() as connection:
            for site_id in _sites(connection, who.site_id):
                number, documents = connection.execute(counts.where(who.at(site_id))).one()
                if number:
                    found.append(Found(site_id, int(number), int(documents)))
        return found

    def find_before(self, before: int, site_id: str | None = None) -> list[Found]:
        """What `prune` would remove, by site."""
        query = (
            sa.select(sessions.c.site_id, sa.func.count(), sa.func.sum(sessions.c.document_count))
            .where(sessions.c.received_at < before)
            .group_by(sessions.c.site_id)
            .order_by(sessions.c.site_id)
        )
        if site_id is not None:
            query = query.where(sessions.c.site_id == site_id)
        with self._database.reading() as connection:
            return [
                Found(site, number, int(sum_)) for site, number, sum_ in connection.execute(query)
            ]

    def erase(self, who: Who, *, actor: str = "cli", now: int | None = None) -> Removed:
        """Removes all that is stored of `who`; what still comes of him is refused by name.

        The audit trail has his digest, and what was removed. Can be repeated. Raises
        StoreUnavailable; what was removed by then stays removed.
        """
        at = _now() if now is None else now
        removed = Removed()
        with self._database.writing() as connection:
            where = _sites(connection, who.site_id)
            hold_sites(connection, where, alone=True)
            names = {site_id: digest_of(who.kind, site_id, who.id) for site_id in where}
            bury(connection, who.kind, names.values(), at, None)
            action = f"{who.kind}.erase"
            entries = {
                site_id: write_entry(connection, actor, action, shown(names[site_id]), "begun")
                for site_id in where
            }
        for site_id in where:
            removed.add(self._erase_at(who, site_id, entries[site_id], at))
        return removed

    def _erase_at(self, who: Who, site_id: str, entry: int, at: int) -> Removed:
        removed = Removed()

        def tell(connection: sa.Connection, rows: Sequence[Any], done: Removed) -> None:
            removed.add(done)
            # Whoever clears what a site has stored while a page of it is open goes on in the same
            # session as another visitor.
            names = [digest_of("session", site_id, row.id) for row in rows]
            bury(connection, "session", names, at, None)
            amend_entry(connection, entry, f"site {site_id}: {removed}")

        self._in_slices(who.at(site_id), tell, lambda: False)
        with self._database.writing() as connection:
            if who.kind == "visitor":  # whose sessions may have gone before
                removed.assets += let_go_of_assets(connection, site_id, [who.id])
            amend_entry(connection, entry, f"site {site_id}: {removed}")
        self._clear()
        return removed

    def prune(
        self,
        site_id: str,
        before: int,
        *,
        actor: str = "cli",
        now: int | None = None,
        stopped: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Removed:
        """Removes the site's closed sessions whose last batch came before `before` (epoch ms).

        Their batches are refused for as long as any could still come. `stopped` is asked
        between transactions, `progress` told how many sessions are gone. Raises StoreUnavailable.
        """
        at = _now() if now is None else now
        before = min(before, at - limits.CLOSED_AFTER_MS)
        condition = (sessions.c.site_id == site_id) & (sessions.c.received_at < before)
        removed, entry = Removed(), 0

        def tell(connection: sa.Connection, rows: Sequence[Any], done: Removed) -> None:
            nonlocal entry
            removed.add(done)
            for row in rows:
                until = row.started_at + limits.SESSION_MS + limits.CLOCK_BEHIND_MS
                if until > at:
                    bury(connection, "session", [digest_of("session", site_id, row.id)], at, until)
            entry = entry or write_entry(connection, actor, "sessions.prune", site_id)
            amend_entry(connection, entry, f"before {before}: {removed}")
            progress(removed.sessions)

        self._in_slices(condition, tell, stopped)
        with self._database.writing() as connection:
            forget_expired(connection, at)
        self._clear()
        return removed

    def _clear(self) -> None:
        try:
            self._vault.clear()
        except StoreUnavailable as error:
            raise StoreUnavailable(
                f"{error.message} What was removed has left the database, and waits there.",
                f"{error.next_step} Then run the command again.",
            ) from error

    def sweep(self) -> int:
        """Removes bodies outside of the database that no row names; how many.

        They are left by whoever was killed between putting one and writing its row; within an
        hour after that they stay. Raises StoreUnavailable.
        """
        return self._vault.sweep()

    def rewrite(self) -> bool:
        """Writes an SQLite file anew; False if a reader still uses what was before.

        See `Database.rewrite`. PostgreSQL does so by itself, in its time.
        """
        return self._database.rewrite()

    def fold(self) -> bool:
        """Writes an SQLite file's log into it and empties that; False if a reader still uses it."""
        return self._database.fold()

    def _in_slices(
        self,
        condition: sa.ColumnElement[bool],
        tell: Callable[[sa.Connection, Sequence[Any], Removed], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Removes what fits `condition`; `tell` adds to each transaction."""
        while not stopped():
            began = time.monotonic()
            with self._database.writing() as connection:
                rows = slice_of(connection, condition)
                if rows:
                    tell(connection, rows, remove_sessions(connection, rows))
            if not rows:
                return
            # Whoever waits for the lock looks for it only now and then.
            time.sleep(min(time.monotonic() - began, _PAUSE_SECONDS))


def _sites(connection: sa.Connection, site_id: str | None) -> list[str]:
    query = sa.select(sites.c.id).order_by(sites.c.id)
    return list(
        connection.scalars(query if site_id is None else query.where(sites.c.id == site_id))
    )


def _now() -> int:
    return int(time.time() * 1000)
