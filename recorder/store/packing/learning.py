"""Making a dictionary for a page out of recordings of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recorder import limits
from recorder.errors import BrokenRecording
from recorder.events import Event, identities
from recorder.store.engine import Database
from recorder.store.outside.vault import Vault
from recorder.store.packing.closed import Due
from recorder.store.packing.dictionaries import Shelf
from recorder.store.packing.folding import fold
from recorder.store.packing.frames import Dictionary, pack
from recorder.store.packing.shared import PEOPLE, Sample, shared_runs
from recorder.store.packing.source import read_batches, read_source

__all__ = ["Learned", "learn"]

_TEXT_BYTES: Final = limits.DICTIONARY_SAMPLES_BYTES // 4
"""Bytes of one recording that are looked at: its first snapshot, and what follows it."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A dictionary's body, and the bytes of its samples: folded, with it, and without any."""

    body: bytes
    size: int
    packed: int
    texts: tuple[bytes, ...]

    @property
    def ratio(self) -> float:
        """How many times smaller it makes what it was made of."""
        return self.size / max(1, self.packed)


def learn(
    database: Database, shelf: Shelf, vault: Vault, documents: Sequence[Due]
) -> Learned | None:
    """A dictionary of what `documents` share; None if it is not worth having, or may not be.

    The first of `documents` count most: one of each visitor, then second ones.
    """
    if len({one.visitor_id for one in documents}) < PEOPLE:
        return None
    samples = _samples(database, shelf, vault, documents)
    body = shared_runs(samples, limits.DICTIONARY_BYTES)
    if not body:
        return None
    texts = tuple(sample.text for sample in samples)
    dictionary = Dictionary.of(0, body)
    packed = sum(len(pack(text, dictionary)) for text in texts)
    return Learned(body, sum(map(len, texts)), packed, texts)


def _samples(
    database: Database, shelf: Shelf, vault: Vault, documents: Sequence[Due]
) -> list[Sample]:
    """Recordings with who they are of: all that one identified user had counts as one person's."""
    taken: list[tuple[str, bytes]] = []
    people = _People()
    room = limits.DICTIONARY_SAMPLES_BYTES
    for one in _spread(documents):
        try:
            events = _beginning(database, shelf, vault, one.document_id)
        except BrokenRecording:
            continue  # whoever reads or packs it is told
        for identity in identities(events):
            people.same(f"visitor {one.visitor_id}", f"user {identity}")
        text = fold(events).body
        room -= len(text)
        taken.append((f"visitor {one.visitor_id}", text))
        if room <= 0 or len(taken) == limits.DICTIONARY_SAMPLES:
            break
    return [Sample(people.who(visitor), text) for visitor, text in taken]


def _spread(documents: Sequence[Due]) -> list[Due]:
    """First one of each visitor, then the second ones, and so on."""
    seen: dict[str, int] = {}
    rounds: list[tuple[int, Due]] = []
    for one in dict.fromkeys(documents):
        rounds.append((seen.get(one.visitor_id, 0), one))
        seen[one.visitor_id] = seen.get(one.visitor_id, 0) + 1
    return [one for _, one in sorted(rounds, key=lambda pair: pair[0])]


def _beginning(database: Database, shelf: Shelf, vault: Vault, document_id: str) -> list[Event]:
    with database.reading() as connection:
        source = read_source(connection, document_id)
    events: list[Event] = []
    size = 0
    for batch in read_batches(database, shelf, vault, document_id, source):
        for event in batch.events:
            size += len(bytes(event.data))
            if events and size > _TEXT_BYTES:
                return events
            events.append(event)
    return events


class _People:
    """Names of visitors and users, and which of them are one person."""

    def __init__(self) -> None:
        self._leads_to: dict[str, str] = {}

    def who(self, name: str) -> str:
        while name in self._leads_to:
            name = self._leads_to[name]
        return name

    def same(self, one: str, other: str) -> None:
        first, second = self.who(one), self.who(other)
        if first != second:
            self._leads_to[first] = second
