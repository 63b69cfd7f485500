"""Reading a document for the compactor: a slice at a time, and noticing that it has changed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from recorder import limits
from recorder.store.engine import Database
from recorder.store.outside.vault import Vault
from recorder.store.packing.block import Batch
from recorder.store.packing.dictionaries import Shelf
from recorder.store.recordings import block_rows, read_block, read_chunk
from recorder.store.tables import blocks, chunks, objects

__all__ = ["Source", "read_batches", "read_source"]


@dataclass(frozen=True, slots=True)
class Source:
    """What is stored of a document; equal as long as nothing has changed.

    `chunks` are (sequence, digest, bytes), `blocks` (sequence, packed at, dictionary,
    bytes), both in order. A block's bytes are those of body, columns and ledger.
    """

    chunks: tuple[tuple[int, bytes, int], ...]
    blocks: tuple[tuple[int, int, int | None, int], ...]

    @property
    def stored(self) -> int:
        """Bytes, but for what the database adds."""
        return sum(one[-1] for one in self.chunks) + sum(one[-1] for one in self.blocks)


def read_source(connection: sa.Connection, document_id: str) -> Source:
    """What is stored of a document now."""
    fresh = (
        sa.select(chunks.c.sequence, chunks.c.digest, sa.func.length(chunks.c.body))
        .where(chunks.c.document_id == document_id)
        .order_by(chunks.c.sequence)
    )
    columns = (blocks.c.body, blocks.c.pointers, blocks.c.ledger)
    size = sum((sa.func.length(column) for column in columns), sa.func.coalesce(objects.c.size, 0))
    packed = (
        sa.select(blocks.c.sequence, blocks.c.packed_at, blocks.c.dictionary_id, size)
        .outerjoin(objects, objects.c.name == blocks.c.object)
        .where(blocks.c.document_id == document_id)
        .order_by(blocks.c.sequence)
    )
    return Source(
        tuple(tuple(row) for row in connection.execute(fresh)),
        tuple(tuple(row) for row in connection.execute(packed)),
    )


def read_batches(
    database: Database, shelf: Shelf, vault: Vault, document_id: str, source: Source
) -> Iterator[Batch]:
    """The batches of a document by sequence; a slice or a block of them in memory at a time.

    Raises BrokenRecording; whether the document has changed meanwhile is for the
    caller to see.
    """
    return heapq.merge(
        _from_blocks(database, shelf, vault, document_id, source),
        _from_chunks(database, document_id, source),
        key=lambda batch: batch.entry.sequence,
    )


def _from_chunks(database: Database, document_id: str, source: Source) -> Iterator[Batch]:
    for sequences in _slices(source.chunks):
        with database.reading() as connection:
            query = chunks.select().where(
                chunks.c.document_id == document_id,
                chunks.c.sequence.between(sequences[0], sequences[-1]),
            )
            rows = connection.execute(query.order_by(chunks.c.sequence)).all()
        yield from map(read_chunk, rows)


def _slices(stored: Sequence[tuple[int, bytes, int]]) -> Iterator[list[int]]:
    """Sequence numbers of chunks that are read together."""
    part: list[int] = []
    room = limits.COMPACT_SLICE_BYTES
    for sequence, _, size in stored:
        if part and size > room:
            yield part
            part, room = [], limits.COMPACT_SLICE_BYTES
        part.append(sequence)
        room -= size
    if part:
        yield part


def _from_blocks(
    database: Database, shelf: Shelf, vault: Vault, document_id: str, source: Source
) -> Iterator[Batch]:
    """One block after the other: none holds a batch that belongs between those of another."""
    for sequence, *_ in source.blocks:
        with database.reading() as connection:
            rows = connection.execute(block_rows(document_id, sequence))
            found = [read_block(connection, shelf, vault, row) for row in rows]
        for batches in found:
            yield from batches
