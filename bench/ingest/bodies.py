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

__all__ = ["SIZES", "Bodies"]

SIZES: Final = (1_500, 20_000, 91_000)
"""Bytes of gzip: a batch of a quiet page, of a busy one, and one with a large snapshot."""

COUNTS: Final = {1_500: 4_000, 20_000: 800, 91_000: 300}
"""How many are sent: some seconds' work each."""

WORDS: Final = 12
"""Of each change, so that a body shrinks as those of real pages do: to a sixth or so."""

LEVEL: Final = 3
"""Of gzip: what makes the bodies is not measured."""

PER_DOCUMENT: Final = 40
"""Batches of one document: a visit of a minute and a half."""

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Bodies:
    """A real page's snapshot, and changes of it, to be put together."""

    envelope: dict[str, Any]
    snapshot: list[Any]
    changes: list[Any]

    @classmethod
    def recorded(cls) -> Bodies:
        """Records the page; takes a few seconds."""
        changes, snapshot = map(json.loads, changes_and_snapshot(asyncio.run(recorded_bodies())))
        return cls(
            {name: value for name, value in changes.items() if name != "events"},
            snapshot["events"],
            [event for event in changes["events"] if event["type"] == 3],
        )

    def of(self, size: int, key: str) -> list[bytes]:
        """`COUNTS[size]` bodies for one key, each of about `size` bytes, none like another."""
        events = b",".join(self._events(size))
        run = f"{next(_numbers)}-{time.time_ns()}"
        made: list[bytes] = []
        for number in range(COUNTS[size]):
            document, sequence = divmod(number, PER_DOCUMENT)
            names = {"session": f"s-{run}-{document}", "document": f"d-{run}-{document}"}
            made.append(self._packed(events, names | {"key": key, "sequence": sequence}))
        return made

    def _events(self, size: int) -> list[bytes]:
        """A snapshot, if it fits, and as many changes as it takes, each with words of its own."""
        chance = random.Random(7)  # noqa: S311 - words, no secrets
        events = [_json(event) for event in self.snapshot]
        if len(self._packed(b",".join(events), {})) > size:
            events = []
        for change in itertools.cycle(self.changes):
            words = " ".join(f"{chance.getrandbits(24):x}" for _ in range(WORDS))
            events.append(_json(change).replace(b"text ", f"text {words} ".encode()))
            if len(events) % 4 == 0 and len(self._packed(b",".join(events), {})) > size:
                break
        return events

    def _packed(self, events: bytes, names: dict[str, Any]) -> bytes:
        head = _json(self.envelope | names)[:-1]
        return gzip.compress(head + b',"events":[' + events + b"]}", LEVEL)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
