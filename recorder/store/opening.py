"""Opening the database at a URL: SQLite's file with its settings, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

from recorder.errors import StoreUnavailable
from recorder.store.engine import LOCK_SECONDS, Database
from recorder.store.faults import foreign_database, no_store, unavailable
from recorder.store.lock import FileLock

__all__ = ["open_database"]

_POOL: Final = 8
"""Connections kept open: a few readers beside the one writer."""


def open_database(url_text: str, lock_seconds: float = LOCK_SECONDS) -> Database:
    """Opens (SQLite: also creates) the database at `url_text`.

    Raises WrongUse for a URL that names no store, StoreUnavailable when it
    cannot be opened.
    """
    try:
        url = sa.make_url(url_text)
    except sa.exc.ArgumentError:
        raise no_store(url_text) from None
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise no_store(url_text)
        return _open_sqlite(Path(url.database).expanduser().resolve(), lock_seconds)
    if url.get_backend_name() != "postgresql":
        raise no_store(url_text)
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, pool_size=_POOL)
    except ImportError as error:
        raise StoreUnavailable(
            "The PostgreSQL driver is not installed.", 'Run: pip install "heatwright[postgres]"'
        ) from error
    database = Database(engine, None, None)
    event.listen(engine, "checkin", database.close_late)
    return database


def _open_sqlite(path: Path, lock_seconds: float) -> Database:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(path.name + ".lock"), lock_seconds)
    except OSError as error:
        raise StoreUnavailable(
            f"The store {path} cannot be opened: {error.strerror or error}.",
            "Check the permissions of the folder and the space on its disk, "
            "or name another with --store.",
        ) from error
    try:
        foreign = _is_foreign(path)
    except sqlite3.Error as error:
        lock.close()
        raise unavailable(str(path), error) from error
    if foreign:
        lock.close()
        raise foreign_database(str(path))
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": lock_seconds, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=_POOL,
        max_overflow=2 * _POOL,
        pool_timeout=lock_seconds,
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return Database(engine, path, lock)


def _is_foreign(path: Path) -> bool:
    """Whether `path` is another program's database: looked at before anything is changed."""
    if not path.exists() or not path.stat().st_size:
        return False
    connection = sqlite3.connect(path)
    try:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in connection.execute(query)}
    finally:
        connection.close()
    return bool(tables) and "alembic_version" not in tables


def _prepare_connection(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # `_begin` decides how transactions start
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if not pages:
        # Only before the first table; a file that was made without it cannot shrink.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
        # What is deleted is overwritten. Only the compactor and who erases delete anything.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own `lower` knows no letters but A to Z.
    connection.create_function("casefold", 1, _casefold, deterministic=True)


def _casefold(text: str | None) -> str | None:
    return text.casefold() if text else text


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("heatwright_migrates"):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    writes = options.get("heatwright_writes")
    # IMMEDIATE: a writer that starts as a reader can fail half-way with "busy".
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
