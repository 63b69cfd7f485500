"""The compactor: recordings of closed documents become blocks.

Everything is prepared outside of a transaction: read, folded, proven to come out
as it was accepted, packed. Then one transaction for the document sees that nothing
has changed meanwhile and puts the blocks in place of the chunks. Killed at any
instant, either all of the old or all of the new is there.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.errors import BrokenRecording
from recorder.store.engine import Database
from recorder.store.packing.block import (
    Batch,
    Inexact,
    best_of,
    fold_batches,
    has_snapshot,
    pack,
)
from recorder.store.packing.closed import Due, Scope, awaiting, due, of_page, packed_against
from recorder.store.packing.dictionaries import (
    Dictionary,
    Known,
    Shelf,
    add_dictionary,
    known,
    remove_unused,
)
from recorder.store.packing.learning import learn
from recorder.store.packing.shared import PEOPLE
from recorder.store.packing.source import Source, read_batches, read_source
from recorder.store.tables import blocks, chunks, dictionaries, documents

__all__ = ["Compaction", "Compactor"]

_TRIED: Final = 3
"""Dictionaries that a document is tried against: after a release visitors have old pages open."""

_POOR: Final = 1 / 3
"""Share of a dictionary's own ratio below which it does not fit any more: the page has changed."""

_GAIN: Final = 0.85
"""A further dictionary of a page must make its samples this much smaller than those there are."""

_REMEMBERED: Final = 32
"""Documents of one page that a dictionary did not fit, until another is made of them."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Compaction:
    """What a run did. Bytes: of the JSON that was accepted, then as stored before and after.

    `changed` documents got a batch meanwhile and wait for the next run. `left` could not
    be packed and stay as they are: document and reason.
    """

    documents: int = 0
    repacked: int = 0
    json_bytes: int = 0
    before: int = 0
    after: int = 0
    made: int = 0
    removed: int = 0
    changed: int = 0
    left: dict[str, str] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times smaller than the JSON; 0 if nothing was packed."""
        return self.json_bytes / self.after if self.after else 0.0


Progress = Callable[[int, int], None]
"""Told how many documents are done, of how many."""


class Compactor:
    """Packs closed documents. One thread at a time; several processes do no harm to each other."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
        self._hopeless: dict[str, str] = {}
        self._poor: dict[tuple[str, str], deque[Due]] = {}

    def run(
        self,
        scope: Scope | None = None,
        *,
        stopped: Callable[[], bool] = lambda: False,
        progress: Progress = lambda done, total: None,
    ) -> Compaction:
        """One round: packs what is closed, and what has waited for a dictionary.

        `stopped` is asked between documents. Raises StoreUnavailable; documents
        packed by then stay packed.
        """
        scope = scope or Scope(now=int(time.time() * 1000))
        run = _Run(self._database, self._shelf, scope.now, stopped, self._poor)
        run.done.left = self._hopeless
        with self._database.reading() as connection:
            waiting = [
                one for one in due(connection, scope) if one.document_id not in self._hopeless
            ]
        passed = 0
        for (site_id, page), group in groupby(waiting, lambda one: (one.site_id, one.page)):
            for one in run.page(site_id, page, list(group)):
                run.take(one)
                passed += 1
                progress(passed, len(waiting))
        run.renew(without_limit=scope.everything)
        return run.done


class _Run:
    """One round, and what it has done."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        now: int,
        stopped: Callable[[], bool],
        poor: dict[tuple[str, str], deque[Due]],
    ) -> None:
        self.done = Compaction()
        self._database = database
        self._shelf = shelf
        self._now = now
        self._stopped = stopped
        self._poor = poor

    def page(self, site_id: str, page: str, group: Sequence[Due]) -> Iterable[Due]:
        """The documents of one page, once there is a dictionary for them if there can be."""
        if self._stopped():
            return
        if not any(one.page == page for one in self._known(site_id)):
            with self._database.reading() as connection:
                others = of_page(connection, site_id, page)
            self._learn(site_id, page, [*reversed(group), *others], ())
        for one in group:
            if self._stopped():
                return
            yield one

    def take(self, one: Due) -> bool:
        """Packs one document; whether it is packed now."""
        usable = self._usable(one)
        try:
            source, rows = self._prepared(one, [dictionary for _, dictionary in usable])
        except (BrokenRecording, Inexact) as error:
            self.done.left[one.document_id] = str(error)
            _log.warning("document %s cannot be compacted: %s", one.document_id, error)
            return False
        if not rows or not self._swapped(one.document_id, source, rows):
            self.done.changed += 1
            return False
        after = sum(len(row["body"]) + len(row["pointers"]) + len(row["ledger"]) for row in rows)
        size = sum(row["size"] for row in rows)
        self.done.documents += 1
        self.done.json_bytes += size
        self.done.before += source.stored
        self.done.after += after
        self._judge(one, usable, size / sum(len(row["body"]) for row in rows))
        return True

    def renew(self, *, without_limit: bool) -> None:
        """Packs anew what a newer dictionary suits better; lets go of those that none needs."""
        for (site_id, page), poor in list(self._poor.items()):
            if len({one.visitor_id for one in poor}) >= PEOPLE and not self._stopped():
                self._relearn(site_id, page, poor)
        room = 10**9 if without_limit else limits.REPACKS_PER_RUN
        for site_id, one in self._awaited():
            room -= self._repack_for(site_id, one, room)
        for site_id, page in self._crowded():
            room -= self._retire(site_id, page, room)
        if not self._stopped():
            with self._database.writing() as connection:
                self.done.removed += remove_unused(connection, self._now)

    def _known(self, site_id: str) -> list[Known]:
        with self._database.reading() as connection:
            return known(connection, site_id)

    def _usable(self, one: Due) -> list[tuple[Known, Dictionary]]:
        """Dictionaries to try: the page's own newest, else one of each of some other pages."""
        with self._database.reading() as connection:
            of_site = known(connection, one.site_id)
            chosen = [row for row in of_site if row.page == one.page]
            if not chosen:
                chosen = list({row.page: row for row in reversed(of_site)}.values())
            found: list[tuple[Known, Dictionary]] = []
            for row in chosen[:_TRIED]:
                try:
                    dictionary = self._shelf.take(connection, row.id)
                except ValueError as error:
                    _log.warning("%s: not used", error)
                    continue
                if dictionary:
                    found.append((row, dictionary))
            return found

    def _prepared(
        self, one: Due, usable: Sequence[Dictionary]
    ) -> tuple[Source, list[dict[str, Any]]]:
        """The rows that are to take the place of what is stored. Raises Inexact, BrokenRecording."""
        with self._database.reading() as connection:
            source = read_source(connection, one.document_id)
        rows: list[dict[str, Any]] = []
        for part in _parts(read_batches(self._database, self._shelf, one.document_id, source)):
            folded = fold_batches(part)
            dictionary = best_of(folded.text, usable)
            rows.append(
                folded.row
                | {
                    "document_id": one.document_id,
                    "dictionary_id": dictionary.id if dictionary else None,
                    "page": one.page,
                    "packed_at": self._now,
                    "body": pack(folded.text, dictionary),
                }
            )
        return source, rows

    def _swapped(self, document_id: str, source: Source, rows: list[dict[str, Any]]) -> bool:
        """Puts `rows` in the place of `source`, unless that has changed."""
        try:
            with self._database.writing() as connection:
                # The row that every write of the document locks, too (PostgreSQL).
                connection.execute(
                    sa.select(documents.c.id).where(documents.c.id == document_id).with_for_update()
                )
                if read_source(connection, document_id) != source:
                    return False
                for table in (chunks, blocks):
                    connection.execute(table.delete().where(table.c.document_id == document_id))
                connection.execute(blocks.insert(), rows)
        except sa.exc.IntegrityError:
            # The document or a dictionary was removed by another process.
            return False
        return True

    def _judge(self, one: Due, usable: Sequence[tuple[Known, Dictionary]], ratio: float) -> None:
        """Remembers a document that the page's newest dictionary does not fit."""
        own = next((row for row, _ in usable if row.page == one.page), None)
        if own and ratio < own.ratio * _POOR:
            key = (one.site_id, one.page)
            self._poor.setdefault(key, deque(maxlen=_REMEMBERED)).append(one)

    def _learn(
        self, site_id: str, page: str, group: Sequence[Due], present: Sequence[Dictionary]
    ) -> bool:
        """Makes a dictionary out of `group` and keeps it, if it is better than `present`."""
        learned = learn(self._database, self._shelf, group)
        if learned is None:
            return False
        without = sum(len(pack(text, best_of(text, present))) for text in learned.samples)
        if learned.packed > without * _GAIN:
            return False
        with self._database.writing() as connection:
            add_dictionary(
                connection, site_id, page, learned.body, ratio=learned.ratio, at=self._now
            )
        self.done.made += 1
        return True

    def _relearn(self, site_id: str, page: str, poor: deque[Due]) -> None:
        """A further dictionary for a page that has changed, out of what did not fit the last."""
        present = [dictionary for _, dictionary in self._usable(poor[-1])]
        group = list(reversed(poor))
        poor.clear()
        if self._learn(site_id, page, group, present):
            for one in group:
                if self._stopped():
                    return
                self.done.repacked += self.take(one)

    def _awaited(self) -> list[tuple[str, Known]]:
        """Dictionaries for which packed documents may wait, with their sites."""
        with self._database.reading() as connection:
            query = sa.select(dictionaries.c.site_id).distinct().where(dictionaries.c.awaited)
            sites = list(connection.scalars(query))
            return [(site, row) for site in sites for row in known(connection, site) if row.awaited]

    def _repack_for(self, site_id: str, one: Known, room: int) -> int:
        """Packs anew up to `room` documents that had no dictionary of their page; how many."""
        with self._database.reading() as connection:
            found = awaiting(connection, site_id, one.page, one.created_at, max(0, room))
        for document in found:
            if self._stopped():
                return len(found)
            self.done.repacked += self.take(document)
        if len(found) < room:
            with self._database.writing() as connection:
                connection.execute(
                    dictionaries.update().where(dictionaries.c.id == one.id).values(awaited=False)
                )
        return len(found)

    def _crowded(self) -> list[tuple[str, str]]:
        """Pages with more dictionaries than are to be in use."""
        table = dictionaries
        query = (
            sa.select(table.c.site_id, table.c.page)
            .group_by(table.c.site_id, table.c.page)
            .having(sa.func.count() > limits.DICTIONARIES_PER_PAGE)
        )
        with self._database.reading() as connection:
            return [(row.site_id, row.page) for row in connection.execute(query)]

    def _retire(self, site_id: str, page: str, room: int) -> int:
        """Packs anew up to `room` documents that need the page's oldest dictionary; how many."""
        oldest = [row for row in self._known(site_id) if row.page == page][-1]
        with self._database.reading() as connection:
            found = packed_against(connection, oldest.id, max(0, room))
        for document in found:
            if self._stopped():
                break
            self.done.repacked += self.take(document)
        return len(found)


def _parts(batches: Iterable[Batch]) -> Iterable[list[Batch]]:
    """Batches as blocks: full ones, and from a snapshot on where a replay may want to begin."""
    part: list[Batch] = []
    size = 0
    for batch in batches:
        length = sum(len(bytes(event.data)) for event in batch.events)
        full = size + length > limits.BLOCK_BYTES
        if part and (full or (size >= limits.BLOCK_SEEK_BYTES and has_snapshot(batch.events))):
            yield part
            part, size = [], 0
        part.append(batch)
        size += length
    if part:
        yield part
