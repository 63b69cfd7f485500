"""What is recorded of one document: batches as they came, and blocks that took their place."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

import msgspec
import sqlalchemy as sa
import zstandard

from recorder.errors import BrokenRecording
from recorder.events import Event, decode_events
from recorder.store.outside.vault import Vault
from recorder.store.packing.block import Batch, broken_block, unpack, unpack_pointers
from recorder.store.packing.dictionaries import Shelf
from recorder.store.packing.ledger import Entry, read_ledger
from recorder.store.packing.pointers import Points, as_points, event_points, in_order
from recorder.store.sql import in_parts, listed, one_of
from recorder.store.tables import blocks, chunks, objects

__all__ = [
    "block_rows",
    "read_block",
    "read_chunk",
    "read_entries",
    "read_events",
    "read_gaps",
    "read_points",
]

_ENTRIES: Final = sa.select(
    chunks.c.document_id, chunks.c.sequence, chunks.c.event_count, chunks.c.digest
).where(one_of(sa.tuple_(chunks.c.document_id, chunks.c.sequence)))

_LEDGERS: Final = sa.select(blocks.c.document_id, blocks.c.sequence, blocks.c.ledger).where(
    one_of(blocks.c.document_id)
)


def read_events(
    connection: sa.Connection, shelf: Shelf, vault: Vault, document_id: str
) -> list[Event]:
    """Events by time; those of one millisecond in the order in which they were recorded.

    Raises BrokenRecording if what is stored cannot be read.
    """
    batches = [
        batch
        for row in connection.execute(block_rows(document_id))
        for batch in read_block(connection, shelf, vault, row)
    ]
    late = [read_chunk(row) for row in _chunks(connection, document_id)]
    batches = sorted([*batches, *late], key=lambda batch: batch.entry.sequence)
    events = [event for batch in batches for event in batch.events]
    events.sort(key=attrgetter("timestamp"))
    return events


def read_points(connection: sa.Connection, document_id: str) -> Points:
    """Pointer samples in the order of `in_order`. Raises BrokenRecording."""
    columns = sa.select(blocks.c.document_id, blocks.c.sequence, blocks.c.pointers)
    rows = connection.execute(columns.where(blocks.c.document_id == document_id))
    parts = [section for row in rows for section in unpack_pointers(row)]
    for row in _chunks(connection, document_id):
        events = read_chunk(row).events
        parts.append(as_points(sample for event in events for sample in event_points(event)))
    return in_order(parts)


def read_gaps(connection: sa.Connection, document_id: str) -> list[int]:
    """Sequence numbers that are missing below the highest one that came."""
    query = sa.select(chunks.c.sequence).where(chunks.c.document_id == document_id)
    present = set(connection.scalars(query))
    for row in _ledgers(connection, [document_id]):
        try:
            present.update(entry.sequence for entry in read_ledger(row.ledger))
        except (ValueError, IndexError) as error:
            raise broken_block(document_id, row.sequence, error) from error
    return sorted(set(range(max(present, default=-1) + 1)) - present)


def read_entries(
    connection: sa.Connection, names: set[tuple[str, int]]
) -> dict[tuple[str, int], Entry]:
    """Those batches among `names` (document, sequence) that are stored.

    All of a document's, with a digest that no batch has, if one of its ledgers is damaged.
    """
    found: dict[tuple[str, int], Entry] = {}
    for part in in_parts(names):
        for document_id, *line in connection.execute(_ENTRIES, listed(part)):
            entry = Entry(*line)
            found[document_id, entry.sequence] = entry
    for row in _ledgers(connection, {document_id for document_id, _ in names}):
        try:
            for entry in read_ledger(row.ledger):
                if (row.document_id, entry.sequence) in names:
                    found[row.document_id, entry.sequence] = entry
        except (ValueError, IndexError):
            # What it holds is not known any more: nothing may take its place, and the
            # others of the group are not to suffer from it.
            same = [name for name in names if name[0] == row.document_id]
            found |= {name: Entry(name[1], 0, b"") for name in same}
    return found


def read_chunk(row: Any) -> Batch:
    """The batch in a row of `chunks`. Raises BrokenRecording."""
    try:
        events = decode_events(zstandard.ZstdDecompressor().decompress(row.body))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise BrokenRecording(
            f"Batch {row.sequence} of document {row.document_id} is damaged: {error}.",
            "Restore the store from a backup, or use another session.",
        ) from error
    entry = Entry(row.sequence, row.event_count, row.digest)
    return Batch(entry, events)


def block_rows(document_id: str, sequence: int | None = None) -> sa.Select[Any]:
    """Rows of `blocks` for `read_block`: all of a document in order, or that from `sequence` on."""
    query = (
        sa.select(blocks, objects.c.digest.label("object_digest"))
        .outerjoin(objects, objects.c.name == blocks.c.object)
        .where(blocks.c.document_id == document_id)
        .order_by(blocks.c.sequence)
    )
    return query if sequence is None else query.where(blocks.c.sequence == sequence)


def read_block(connection: sa.Connection, shelf: Shelf, vault: Vault, row: Any) -> list[Batch]:
    """The batches in a row of `block_rows`. Raises BrokenRecording, and StoreUnavailable."""
    try:
        dictionary = shelf.take(connection, row.dictionary_id)
    except ValueError as error:
        raise broken_block(row.document_id, row.sequence, error) from error
    return unpack(row, vault.body(row), dictionary)


def _chunks(connection: sa.Connection, document_id: str) -> Iterable[Any]:
    query = chunks.select().where(chunks.c.document_id == document_id)
    return connection.execute(query.order_by(chunks.c.sequence))


def _ledgers(connection: sa.Connection, document_ids: Iterable[str]) -> Iterable[Any]:
    """The ledgers of blocks, as they are stored."""
    for part in in_parts(document_ids):
        yield from connection.execute(_LEDGERS, listed(part))
