"""The server's wall beside the rest of a batch's way: inflate, decode and judge, recompress."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Callable

from bench.recorded import changes_and_snapshot, recorded_bodies
from bench.rows import Row
from recorder.batches import decode_batch
from recorder.inflate import gunzip
from recorder.limits import INFLATED_BYTES
from recorder.masking import Policy
from recorder.store.facts import facts_of

ROUNDS = 30


def _ms(work: Callable[[], object]) -> float:
    """Of the processor, the least of several rounds: what else runs here does not count."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best * 1000


def _row(name: str, body: bytes) -> Row:
    packed = gzip.compress(body, 6)
    now = int(json.loads(body)["sent_at"])

    def ingest(policy_of: Callable[[str], Policy] | None) -> object:
        return facts_of(decode_batch(gunzip(packed, INFLATED_BYTES), now, policy_of))

    title = f"ingest with the wall, {name} of {len(packed) / 1000:.1f} kB gzip"
    return Row(
        title, _ms(lambda: ingest(lambda _: Policy())), "without it", _ms(lambda: ingest(None))
    )


def run() -> list[Row]:
    """Processor time of a snapshot and of a batch of changes, with the wall and without."""
    changes, snapshot = changes_and_snapshot(asyncio.run(recorded_bodies()))
    return [_row("a snapshot", snapshot), _row("changes", changes)]
