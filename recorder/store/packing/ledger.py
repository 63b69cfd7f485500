"""Which batches a block holds: enough to know a batch that comes again, and a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recorder.store.packing.columns import read_column, write_column

__all__ = ["DIGEST_BYTES", "Entry", "read_ledger", "write_ledger"]

DIGEST_BYTES: Final = 8
"""Of a batch's SHA-256: another body under the same name passes for the same once in 2^64."""

_VERSION: Final = 1
_NO_TIME: Final = -1


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch. `digest` may be whole or its first bytes; times are epoch ms, see `chunks`."""

    sequence: int
    event_count: int
    sent_at: int
    received_at: int | None
    digest: bytes

    def has(self, digest: bytes) -> bool:
        """Whether `digest`, whole or its first bytes, is this batch's."""
        return self.digest[:DIGEST_BYTES] == digest[:DIGEST_BYTES]


def write_ledger(entries: Sequence[Entry]) -> bytes:
    """The entries as columns."""
    received = [_NO_TIME if e.received_at is None else e.received_at for e in entries]
    columns = (
        [entry.sequence for entry in entries],
        [entry.event_count for entry in entries],
        [entry.sent_at for entry in entries],
        received,
    )
    return b"".join(
        (
            bytes([_VERSION]),
            len(entries).to_bytes(4, "little"),
            *(write_column(np.array(column, np.int64)) for column in columns),
            *(entry.digest[:DIGEST_BYTES] for entry in entries),
        )
    )


def read_ledger(body: bytes) -> list[Entry]:
    """The entries in `body`. Raises ValueError for what is no ledger."""
    if not body or body[0] != _VERSION:
        raise ValueError("this is no ledger of a version that is understood")
    count = int.from_bytes(body[1:5], "little")
    rest = memoryview(body)[5:]
    columns: list[list[int]] = []
    for _ in range(4):
        column, rest = read_column(rest, count, np.int64)
        columns.append(column.tolist())
    digests = bytes(rest)
    if len(digests) != count * DIGEST_BYTES:
        raise ValueError("this ledger is cut off")
    return [
        Entry(
            sequence,
            events,
            sent,
            None if received == _NO_TIME else received,
            digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES],
        )
        for place, (sequence, events, sent, received) in enumerate(zip(*columns, strict=True))
    ]
