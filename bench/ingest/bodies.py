"""Bodies of a wanted size, each of another document or with another number."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import random
import time
from dataclasses import dataclass
from typing import Any, Final

from bench.recorded import changes_and_snapshot, recorded_bodies

__all__ = ["COUNTS", "SIZES", "Bodies"]

SIZES: Final = (1_500, 20_000, 91_000)
"""Bytes of gzip: a batch of a quiet page, of a busy one, and one with a large snapshot."""

COUNTS: Final = {1_500: 800, 20_000: 160, 91_000: 64}
"""How many are sent in one go: a few seconds' work each, of 32 senders."""

WORDS: Final = 12
"""Of each change, so that a body shrinks as those of real pages do: to a sixth or so."""

LEVEL: Final = 3
"""Of gzip: what makes the bodies is not measured."""

PER_DOCUMENT: Final = 40
"""Batches of one document: a visit of a minute and a half."""

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Bodies:
    """An envelope, and events for each size of a body: JSON, with commas between."""

    envelope: dict[str, Any]
    events: dict[int, bytes]

    @classmethod
    def recorded(cls) -> Bodies:
        """Records a real page: its snapshot, and changes of it. Takes a few seconds."""
        changes, snapshot = map(json.loads, changes_and_snapshot(asyncio.run(recorded_bodies())))
        envelope = {name: value for name, value in changes.items() if name != "events"}
        small = [event for event in changes["events"] if event["type"] == 3]
        events = {size: _filling(size, envelope, snapshot["events"], small) for size in SIZES}
        return cls(envelope, events)

    def of(self, size: int, key: str, count: int) -> list[bytes]:
        """`count` bodies for one key, each of about `size` bytes, none like another."""
        run = f"{next(_numbers)}-{time.time_ns()}"
        made: list[bytes] = []
        for number in range(count):
            document, sequence = divmod(number, PER_DOCUMENT)
            names = {"session": f"s-{run}-{document}", "document": f"d-{run}-{document}"}
            head = self.envelope | names | {"key": key, "sequence": sequence}
            made.append(_packed(head, self.events[size]))
        return made


def _filling(size: int, envelope: dict[str, Any], snapshot: list[Any], changes: list[Any]) -> bytes:
    """A snapshot, if it fits, and as many changes as it takes, each with words of its own."""
    chance = random.Random(7)  # noqa: S311 - words, no secrets
    events = [_json(event) for event in snapshot]
    if len(_packed(envelope, b",".join(events))) > size:
        events = []
    for change in itertools.cycle(changes):
        words = " ".join(f"{chance.getrandbits(24):x}" for _ in range(WORDS))
        events.append(_json(change).replace(b"text ", f"text {words} ".encode()))
        if len(events) % 4 == 0 and len(_packed(envelope, b",".join(events))) > size:
            break
    return b",".join(events)


def _packed(head: dict[str, Any], events: bytes) -> bytes:
    return gzip.compress(_json(head)[:-1] + b',"events":[' + events + b"]}", LEVEL)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
