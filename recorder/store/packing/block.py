"""One block: consecutive batches of a document as a row, and back to their exact bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import zstandard

from recorder.errors import BrokenRecording
from recorder.events import Event, EventType, encode_events
from recorder.store.packing.folding import FOLDING, fold, unfold
from recorder.store.packing.frames import Dictionary, inflate
from recorder.store.packing.ledger import Entry, read_ledger, write_ledger
from recorder.store.packing.pointers import Points, read_pointers, write_pointers

__all__ = [
    "Batch",
    "Folded",
    "Inexact",
    "broken_block",
    "fold_batches",
    "has_snapshot",
    "unpack",
    "unpack_pointers",
]


class Inexact(Exception):
    """A block that does not give back what was accepted: it must not take its place."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One stored batch: its line in the ledger, and its events."""

    entry: Entry
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Folded:
    """A block before it is compressed: all of its row but body and dictionary."""

    row: dict[str, Any]
    text: bytes


def has_snapshot(events: Sequence[Event]) -> bool:
    """Whether a replay can begin at these events."""
    return any(event.type == EventType.FULL_SNAPSHOT for event in events)


def fold_batches(batches: Sequence[Batch]) -> Folded:
    """The batches of one block, folded and proven. Raises Inexact.

    What is compressed later has a checksum; everything before it is done
    backwards here, and must give the digest under which each batch was acknowledged.
    """
    events = [event for batch in batches for event in batch.events]
    folded = fold(events)
    pointers = write_pointers(folded.sections)
    back = unfold(folded.body, read_pointers(pointers))
    start = size = 0
    for batch in batches:
        end = start + len(batch.events)
        array = encode_events(back[start:end])
        if not batch.entry.has(hashlib.sha256(array).digest()):
            raise Inexact(f"Batch {batch.entry.sequence} would not come out as it was accepted.")
        start, size = end, size + len(array)
    row = {
        "sequence": batches[0].entry.sequence,
        "format": FOLDING,
        "event_count": len(events),
        "size": size,
        "first_at": min((int(event.timestamp) for event in events), default=None),
        "ledger": write_ledger([batch.entry for batch in batches]),
        "pointers": pointers,
    }
    return Folded(row, folded.body)


def unpack(row: Any, body: bytes, dictionary: Dictionary | None) -> list[Batch]:
    """The batches of a row of `blocks` and its body. Raises BrokenRecording for damaged ones."""
    try:
        if row.format != FOLDING:
            raise ValueError(f"its form, version {row.format}, is not understood")
        events = unfold(inflate(body, dictionary), read_pointers(row.pointers))
        entries = read_ledger(row.ledger)
        if len(events) != sum(entry.event_count for entry in entries):
            raise ValueError("it has not the events that it should have")
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, IndexError) as error:
        raise broken_block(row.document_id, row.sequence, error) from error
    batches: list[Batch] = []
    start = 0
    for entry in entries:
        end = start + entry.event_count
        batches.append(Batch(entry, events[start:end]))
        start = end
    return batches


def unpack_pointers(row: Any) -> list[Points]:
    """The samples of a row of `blocks`. Raises BrokenRecording for damaged ones."""
    try:
        return read_pointers(row.pointers)
    except (zstandard.ZstdError, ValueError, IndexError) as error:
        raise broken_block(row.document_id, row.sequence, error) from error


def broken_block(document_id: str, sequence: int, error: object) -> BrokenRecording:
    """The error for a block from which nothing can be read."""
    return BrokenRecording(
        f"The block from batch {sequence} of document {document_id} is damaged: {error}.",
        "Restore the store from a backup, or use another session.",
    )
