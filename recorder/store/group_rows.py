"""The rows that a group of batches stands on: read in a few statements, and written back.

The statements are made once. For the short ones of a group commit, to put one together takes
longer than to run it.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from recorder.store import tables
from recorder.store.sql import in_parts, listed, one_of

__all__ = ["read_keys", "read_rows", "write_rows"]

_KEYS: Final = (
    sa.select(
        tables.write_keys.c.key,
        tables.write_keys.c.revoked_at,
        tables.write_keys.c.site_id,
        tables.sites.c.retention_ms,
        tables.sites.c.quota,
    )
    .join(tables.sites, tables.sites.c.id == tables.write_keys.c.site_id)
    .where(one_of(tables.write_keys.c.key))
    .order_by(tables.sites.c.id)
    # As `tombstones.hold_sites` does: nobody buries anything of these sites meanwhile.
    .with_for_update(read=True, key_share=True, of=tables.sites)
)

_ROWS: Final = {
    # In one order everywhere: two processes cannot deadlock.
    table: table.select().where(one_of(table.c.id)).order_by(table.c.id).with_for_update()
    for table in (tables.sessions, tables.documents)
}

Row = dict[str, Any]


def read_keys(connection: sa.Connection, keys: Iterable[str]) -> dict[str, Row]:
    """By write key: revoked when, of which site, and that site's retention and quota.

    Until the transaction ends, nobody buries anything of the sites (PostgreSQL).
    """
    return {
        row["key"]: dict(row)
        for part in in_parts(keys)
        for row in connection.execute(_KEYS, listed(part)).mappings()
    }


def read_rows(connection: sa.Connection, table: sa.Table, ids: Iterable[str]) -> dict[str, Row]:
    """Sessions or documents by id, locked until the end where the database can."""
    return {
        row["id"]: dict(row)
        for part in in_parts(ids)
        for row in connection.execute(_ROWS[table], listed(part)).mappings()
    }


def write_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Iterable[Row],
    before: Mapping[str, Row],
) -> None:
    """Inserts those of `rows` that were not there `before` (by id), and changes the others.

    Only columns that differ are sent: environments are large, and seldom change.
    """
    new: list[Row] = []
    changes: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["id"])):
        known = before.get(row["id"])
        if known is None:
            new.append(row)
        elif changed := {name: value for name, value in row.items() if known[name] != value}:
            changes[tuple(changed)].append(changed | {"row_id": row["id"]})
    if new:
        connection.execute(table.insert(), new)
    for columns, changed_rows in changes.items():
        connection.execute(_update(table, columns), changed_rows)


@functools.cache
def _update(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    same = table.c.id == sa.bindparam("row_id")
    return table.update().where(same).values({name: sa.bindparam(name) for name in columns})
