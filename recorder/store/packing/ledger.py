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
_COUNT_BYTES: Final = 3  # more batches than SEQUENCE_MAX allows


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch. `digest` may be whole or its first bytes.

    When it was sent and received is not kept: the document's clock offset was made of it.
    """

    sequence: int
    event_count: int
    digest: bytes

    def has(self, digest: bytes) -> bool:
        """Whether `digest`, whole or its first bytes, is this batch's."""
        return self.digest[:DIGEST_BYTES] == digest[:DIGEST_BYTES]


def write_ledger(entries: Sequence[Entry]) -> bytes:
    """The entries as columns."""
    columns = ([entry.sequence for entry in entries], [entry.event_count for entry in entries])
    return b"".join(
        (
            bytes([_VERSION]),
            len(entries).to_bytes(_COUNT_BYTES, "little"),
            *(write_column(np.array(column, np.int64)) for column in columns),
            *(entry.digest[:DIGEST_BYTES] for entry in entries),
        )
    )


def read_ledger(body: bytes) -> list[Entry]:
    """The entries in `body`. Raises ValueError for what is no ledger."""
    if len(body) < 1 + _COUNT_BYTES or body[0] != _VERSION:
        raise ValueError("this is no ledger of a version that is understood")
    count = int.from_bytes(body[1 : 1 + _COUNT_BYTES], "little")
    sequences, rest = read_column(memoryview(body)[1 + _COUNT_BYTES :], count, np.int64)
    events, rest = read_column(rest, count, np.int64)
    digests = bytes(rest)
    if len(digests) != count * DIGEST_BYTES:
        raise ValueError("this ledger is cut off")
    return [
        Entry(sequence, held, digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES])
        for place, (sequence, held) in enumerate(
            zip(sequences.tolist(), events.tolist(), strict=True)
        )
    ]
