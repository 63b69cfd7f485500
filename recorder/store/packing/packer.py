"""Packing one document: prepared outside of a transaction, put in place within a short one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.errors import MissingObject
from recorder.store.engine import Database
from recorder.store.outside.vault import Kept, TooLate, Vault, write_objects
from recorder.store.packing.block import (
    Batch,
    fold_batches,
    has_snapshot,
)
from recorder.store.packing.closed import Due
from recorder.store.packing.dictionaries import Known, Shelf, known
from recorder.store.packing.frames import Dictionary, smallest
from recorder.store.packing.source import Source, read_batches, read_source
from recorder.store.tables import blocks, chunks, documents

__all__ = ["Packed", "pack_document", "usable"]

_TRIED: Final = 3
"""Dictionaries that a document is tried against: after a release visitors have old pages open."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What became of a document. Bytes: of its JSON, as stored before and after, of its texts."""

    json_bytes: int
    before: int
    after: int
    body: int


def usable(database: Database, shelf: Shelf, one: Due) -> list[tuple[Known, Dictionary]]:
    """Dictionaries to try: the page's own newest, else one of each of some other pages.

    A damaged one is left out.
    """
    with database.reading() as connection:
        of_site = known(connection, one.site_id)
        chosen = [row for row in of_site if row.page == one.page]
        if not chosen:
            chosen = list({row.page: row for row in reversed(of_site)}.values())
        found: list[tuple[Known, Dictionary]] = []
        for row in chosen[:_TRIED]:
            try:
                dictionary = shelf.take(connection, row.id)
            except ValueError:
                continue  # whoever reads a block that needs it is told
            if dictionary:
                found.append((row, dictionary))
        return found


def pack_document(
    database: Database,
    shelf: Shelf,
    vault: Vault,
    one: Due,
    dictionaries: Sequence[Dictionary],
    now: int,
) -> Packed | None:
    """Puts blocks in place of all that is stored of a document; None if it changed meanwhile.

    Killed at any instant, either all of the old or all of the new is there. Raises
    Inexact or BrokenRecording if it cannot be packed, and StoreUnavailable.
    """
    with database.reading() as connection:
        source = read_source(connection, one.document_id)
    try:
        batches = read_batches(database, shelf, vault, one.document_id, source)
        rows = _packed(batches, one, dictionaries, now)
    except MissingObject:
        with database.reading() as connection:
            if read_source(connection, one.document_id) != source:
                return None  # somebody else has packed it, and removed what was before
        raise
    bodies = sum(len(row["body"]) for row in rows)
    beside = sum(len(row["pointers"]) + len(row["ledger"]) for row in rows)
    if not rows or not _swapped(database, vault, one.document_id, source, rows):
        return None
    return Packed(sum(row["size"] for row in rows), source.stored, bodies + beside, bodies)


def _packed(
    batches: Iterable[Batch], one: Due, dictionaries: Sequence[Dictionary], now: int
) -> list[dict[str, Any]]:
    """Rows of `blocks`, their bodies in them."""
    rows: list[dict[str, Any]] = []
    for part in _parts(batches):
        folded = fold_batches(part)
        body, dictionary = smallest(folded.text, dictionaries)
        made = {
            "document_id": one.document_id,
            "dictionary_id": dictionary.id if dictionary else None,
            "page": one.page,
            "packed_at": now,
            "body": body,
            "object": None,
        }
        rows.append(folded.row | made)
    return rows


def _parts(batches: Iterable[Batch]) -> Iterable[list[Batch]]:
    """Batches as blocks: full ones, and from a snapshot on where a replay may want to begin."""
    part: list[Batch] = []
    size = 0
    for batch in batches:
        length = sum(len(bytes(event.data)) for event in batch.events)
        full = size + length > limits.BLOCK_BYTES
        if part and (full or (size >= limits.BLOCK_SEEK_BYTES and has_snapshot(batch.events))):
            yield part
            part, size = [], 0
        part.append(batch)
        size += length
    if part:
        yield part


def _swapped(
    database: Database,
    vault: Vault,
    document_id: str,
    source: Source,
    rows: list[dict[str, Any]],
) -> bool:
    """Puts `rows` in the place of `source`, unless that has changed.

    Large bodies go where the vault keeps them, before a row names them.
    """
    put: list[Kept] = []
    done = False
    try:
        for row in rows:
            kept = vault.keep(row["body"])
            if kept is not None:
                put.append(kept)
                row |= {"body": b"", "object": kept.name}
        done = _replaced(database, document_id, source, rows, put)
    finally:
        if not done:
            vault.let_go(put)
    return done


def _replaced(
    database: Database,
    document_id: str,
    source: Source,
    rows: list[dict[str, Any]],
    put: Sequence[Kept],
) -> bool:
    # The row that every write of the document locks, too (PostgreSQL).
    lock = sa.select(documents.c.id).where(documents.c.id == document_id).with_for_update()
    try:
        with database.writing() as connection:
            connection.execute(lock)
            if read_source(connection, document_id) != source:
                return False
            for table in (chunks, blocks):
                connection.execute(table.delete().where(table.c.document_id == document_id))
            write_objects(connection, put)
            connection.execute(blocks.insert(), rows)
    except (sa.exc.IntegrityError, TooLate):
        # Another process has removed the document, or a dictionary; or the machine has slept.
        return False
    return True
