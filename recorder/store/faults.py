"""What can be wrong with a store, as one sentence and a next step each."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from recorder.errors import StoreUnavailable, WrongUse

__all__ = ["foreign_database", "no_store", "unavailable"]

_SENTENCES: Final = (
    ("SQLITE_FULL", "the disk is full", "Free some space and try again; nothing stored is lost."),
    (
        "SQLITE_READONLY",
        "it cannot be written",
        "Check the permissions of the file and its folder, or name another with --store.",
    ),
    (
        "SQLITE_BUSY",
        "another program has locked it",
        "Close the program that holds it and try again.",
    ),
    (
        "SQLITE_CANTOPEN",
        "the file cannot be opened",
        "Check that the folder exists and may be written, or name another with --store.",
    ),
    (
        "SQLITE_NOTADB",
        "the file is not a database",
        "Name another file with --store, or move this one away.",
    ),
    (
        "SQLITE_CORRUPT",
        "the file is damaged",
        "Keep it, restore a backup, or recover it with `sqlite3 FILE .recover`.",
    ),
    (
        "SQLITE_IOERR",
        "the disk reports an error",
        "Check the disk and the space left on it; nothing stored is lost.",
    ),
)


def no_store(url: str) -> WrongUse:
    """The error for text that is not the URL of a store."""
    return WrongUse(
        f"{url[:200]!r} is not the URL of a store.",
        "Write sqlite:///FOLDER/FILE.db or postgresql://USER@HOST/DATABASE.",
    )


def foreign_database(name: str) -> StoreUnavailable:
    """The error for a database in which another program keeps its tables."""
    return StoreUnavailable(
        f"The database {name} belongs to another program.",
        "Name another file or database with --store.",
    )


def unavailable(name: str, error: Exception) -> StoreUnavailable:
    """The error for what a driver raised; `name` is how messages call the store."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = str(getattr(cause, "sqlite_errorname", "") or "")
    for prefix, sentence, next_step in _SENTENCES:
        if code.startswith(prefix):
            return StoreUnavailable(f"The store {name} is not available: {sentence}.", next_step)
    first_line = (str(cause).strip().splitlines() or ["the database does not answer"])[0]
    return StoreUnavailable(
        f"The store {name} is not available: {first_line}.",
        "Check that the database runs and may be used, then try again.",
    )
