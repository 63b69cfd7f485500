"""The tables themselves, as nobody else is to touch them; SQLite's and PostgreSQL's alike."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa

from recorder.store import Store

__all__ = ["Rows"]


class Rows:
    """Reads and damages what is stored, past the store. `url` opens the same store once more."""

    def __init__(self, store: Store) -> None:
        url = store._database.engine.url
        self.url = url.render_as_string(hide_password=False)
        self._engine = sa.create_engine(url)

    def read(self, *columns: Any) -> list[Any]:
        """All rows of these columns."""
        return self.select(sa.select(*columns))

    def select(self, query: sa.Select[Any]) -> list[Any]:
        """The rows that a query gives; those of one column as plain values."""
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return [row[0] for row in found] if len(query.selected_columns) == 1 else list(found)

    def count(self, table: sa.Table) -> int:
        """How many rows a table has."""
        return int(self.select(sa.select(sa.func.count()).select_from(table))[0])

    def change(self, *statements: sa.Executable) -> None:
        """Changes rows, also so that references are broken: SQLite checks none unless told."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                connection.execute(statement)

    def check(self) -> None:
        """Nothing is broken: as SQLite finds it out; PostgreSQL would have refused it."""
        with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []

    def connected(self) -> AbstractContextManager[sa.Connection]:
        """A connection of its own."""
        return self._engine.connect()

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()
