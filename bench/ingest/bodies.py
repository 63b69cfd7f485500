"""Bodies of a wanted size, each of another document or with another number."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from bench.recorded import changes_and_snapshot, recorded_bodies

__all__ = ["SIZES", "Bodies"]

SIZES: Final = (1_500, 20_000, 91_000)
"""Bytes of gzip: a batch of a quiet page, of a busy one, and one with a large snapshot."""

COUNTS: Final = {1_500: 4_000, 20_000: 800, 91_000: 300}
"""How many are sent: some seconds' work each."""

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
        events = self._events(size)
        made: list[bytes] = []
        run = f"{next(_numbers)}-{time.time_ns()}"
        for number in range(COUNTS[size]):
            document, sequence = divmod(number, PER_DOCUMENT)
            names = {"session": f"s-{run}-{document}", "document": f"d-{run}-{document}"}
            body = self.envelope | names | {"key": key, "sequence": sequence, "events": events}
            made.append(_packed(body))
        return made

    def _events(self, size: int) -> list[Any]:
        """As many changes as it takes, each with texts of its own, after a snapshot if it fits."""
        whole = len(_packed(self.envelope | {"events": self.snapshot}))
        events = list(self.snapshot) if whole < size else []
        while True:
            for change in self.changes:
                told = json.dumps(change).replace("text ", f"text {len(events) * 7919 % 10_007} ")
                events.append(json.loads(told))
                if len(events) % 5 == 0 and len(_packed(self.envelope | {"events": events})) > size:
                    return events


def _packed(body: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(body, separators=(",", ":")).encode(), 6)
