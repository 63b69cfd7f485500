"""The database, and the only two ways into it: reading and writing. `opening` opens it.

SQLite runs in WAL mode with every commit synced. Automatic checkpoints are
off; checkpoints happen here, under the store-wide lock that also excludes the
writers of all processes (see `lock`). PostgreSQL needs none of that.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from recorder.errors import StoreUnavailable
from recorder.store.faults import unavailable
from recorder.store.lock import FileLock, LockTimeout

__all__ = ["CHECKPOINT_WAL_BYTES", "LOCK_SECONDS", "Database"]

LOCK_SECONDS: Final = 20.0
"""Seconds a write waits for other writers: many times the longest group commit."""

CHECKPOINT_WAL_BYTES: Final = 16 * 1024 * 1024
"""Size of the write-ahead log at which it is folded into the database."""

CHECKPOINT_COMMITS: Final = 32
"""Commits between two attempts to fold, when a long reader stands in the way."""

CHECKPOINT_WAIT_MS: Final = 200
"""Milliseconds a checkpoint waits for readers; whatever is left is folded next time."""

FOLD_SECONDS: Final = 5.0
"""Seconds that who wants the log empty waits for readers."""

SHRINK_PAGES: Final = 1_000
"""Pages given back in one transaction: 4 MB, a tenth of a second on a busy machine."""

_log = logging.getLogger(__name__)


class Database:
    """An open database. Thread-safe; `close` when done."""

    def __init__(self, engine: sa.Engine, path: Path | None, lock: FileLock | None) -> None:
        self.engine = engine
        self._path = path
        self._lock = lock
        self._commits = 0
        self._closed = False

    @property
    def name(self) -> str:
        """How messages call it: the file, or the URL without its password."""
        return str(self._path or self.engine.url.render_as_string(hide_password=True))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one consistent state. Raises StoreUnavailable."""
        # PostgreSQL's default would show each statement another state: a document's blocks
        # before the compactor has put them there, and its batches after they are gone.
        options: dict[str, Any] = {} if self._path else {"isolation_level": "REPEATABLE READ"}
        with (
            self._translated(),
            self.engine.connect().execution_options(**options) as connection,
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction, durable when the block has ended. Raises StoreUnavailable."""
        with self._translated(), self._exclusive():
            with (
                self.engine.connect().execution_options(heatwright_writes=True) as connection,
                connection.begin(),
            ):
                yield connection
            self._checkpoint_if_due()

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Like `writing`, for changes of the schema.

        SQLite changes a column by making the table anew; dropping the old one would break every
        row that refers to it, so references are judged at the end instead. A connection of its
        own: whether they are enforced cannot be changed within a transaction.
        """
        options = {"heatwright_writes": True, "heatwright_migrates": True}
        with self._translated(), self._exclusive():
            with self.engine.connect().execution_options(**options) as connection:
                try:
                    with connection.begin():
                        yield connection
                        if self._path is not None:
                            _refuse_broken_references(connection)
                finally:
                    connection.invalidate()
            self._checkpoint_if_due()

    def shrink(self) -> None:
        """Gives room that is free in the file back to the disk; nothing where there is no file.

        In short transactions, between which others may write. Raises StoreUnavailable.
        """
        if self._path is None:
            return
        before = -1
        while True:
            with self.writing() as connection:
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA freelist_count")
                (free,) = cursor.fetchone() or (0,)
                if free in (0, before):  # all is given back, or this file cannot shrink
                    break
                before = free
                # Python steps once through a statement without columns: that is one page, however
                # many are asked for.
                for _ in range(min(free, SHRINK_PAGES)):
                    cursor.execute("PRAGMA incremental_vacuum(1)").fetchall()
        self.fold()

    def fold(self) -> bool:
        """Writes the log into the database file and empties it; True if there is none.

        False if a reader still needs it, for as long as a write would wait. Raises
        StoreUnavailable.
        """
        if self._path is None:
            return True
        wal = self._path.with_name(self._path.name + "-wal")
        deadline = time.monotonic() + FOLD_SECONDS
        while True:
            with self._translated(), self._exclusive():
                self._checkpoint()
                if not wal.exists() or not wal.stat().st_size:
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(CHECKPOINT_WAIT_MS / 1000)

    def rewrite(self) -> bool:
        """Writes an SQLite file anew, with nothing in it but what is stored; True if that is all.

        What is deleted is overwritten anyway. But when rows move from one page of the file to
        another, SQLite leaves copies in unused parts of the first, and does not overwrite those
        when the row is deleted later. Nobody else can write meanwhile: about a second for each
        100 MB. It takes as much room again, twice, until it has ended. False if a reader still
        needs what was before: then it is in the log until it has ended. Raises StoreUnavailable.
        """
        if self._path is None:
            return True
        with self._translated(), self._exclusive():
            pooled = self.engine.raw_connection()
            try:
                pooled.cursor().execute("VACUUM")
            finally:
                pooled.close()
        return self.fold()

    def close(self) -> None:
        """Folds the log into the database and closes every connection. Can be repeated."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._translated(), self._exclusive():
                # The last connection to close checkpoints too: it is inside the lock.
                try:
                    self._checkpoint()
                finally:
                    self.engine.dispose()
        finally:
            self.engine.dispose()
            if self._lock:
                self._lock.close()

    def close_late(self, connection: Any, _record: Any) -> None:
        """Closes a connection that a thread gives back after the pool has been closed."""
        if self._closed and connection is not None:
            connection.close()

    def abandon(self) -> None:
        """Gives everything back without touching the file: it may not be ours."""
        self._closed = True
        self.engine.dispose()
        if self._lock:
            self._lock.close()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        with self._lock.held():
            yield

    def _checkpoint_if_due(self) -> None:
        if self._path is None:
            return
        self._commits += 1
        if self._commits < CHECKPOINT_COMMITS:
            return
        wal = self._path.with_name(self._path.name + "-wal")
        if wal.exists() and wal.stat().st_size > CHECKPOINT_WAL_BYTES:
            self._commits = 0
            try:
                self._checkpoint()
            except (sqlite3.Error, sa.exc.DBAPIError) as error:
                # The commit before it is durable; the log only stays longer than it should.
                _log.warning("The store %s could not fold its log: %s", self.name, error)

    def _checkpoint(self) -> None:
        """Folds what no reader still needs. Only under the lock."""
        if self._path is None:
            return
        pooled = self.engine.raw_connection()
        try:
            # The raw cursor: SQLAlchemy would begin a transaction, in which none can be folded.
            cursor = pooled.cursor()
            cursor.execute("PRAGMA busy_timeout")
            usual = (cursor.fetchone() or (0,))[0]
            cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_WAIT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
            cursor.execute(f"PRAGMA busy_timeout={usual}")
            cursor.close()
        finally:
            pooled.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of driver, lock and disk as StoreUnavailable; broken constraints pass."""
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            raise unavailable(self.name, error) from error
        except sa.exc.TimeoutError as error:
            raise StoreUnavailable(
                f"The store {self.name} is not available: all its connections are in use.",
                "Wait until less is asked of it, and try again.",
            ) from error
        except LockTimeout as error:
            raise StoreUnavailable(
                f"The store {self.name} is not available: another process is writing to it.",
                "Wait until it has finished, or stop it, and try again.",
            ) from error


def _refuse_broken_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise sqlite3.DatabaseError(f"after the upgrade, {broken[0]} refers to nothing")
