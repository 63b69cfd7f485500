"""The compactor: recordings of closed documents become blocks, a document at a time."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from recorder import limits
from recorder.errors import BrokenRecording
from recorder.store.engine import Database
from recorder.store.outside.vault import Vault
from recorder.store.packing.block import Inexact
from recorder.store.packing.closed import Due, Scope, awaiting, due, of_page, packed_against
from recorder.store.packing.dictionaries import (
    Known,
    Shelf,
    add_dictionary,
    awaited,
    crowded,
    known,
    remove_unused,
    settle,
)
from recorder.store.packing.frames import Dictionary, smallest
from recorder.store.packing.learning import learn
from recorder.store.packing.packer import pack_document, usable
from recorder.store.packing.shared import PEOPLE

__all__ = ["Compaction", "Compactor"]

_POOR: Final = 1 / 3
"""Share of a dictionary's own ratio below which it does not fit any more: the page has changed."""

_GAIN: Final = 0.85
"""A further dictionary of a page must make its samples this much smaller than those there are."""

_REMEMBERED: Final = 32
"""Documents of one page that a dictionary did not fit, until another is made of them."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Compaction:
    """What a round did. Bytes: of the JSON that was accepted, then as stored before and after.

    `repacked` are those of `documents` that were blocks before. `changed` documents got
    a batch meanwhile and wait for the next round. `left` could not be packed and stay as
    they are: document and reason.
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

    def __init__(self, database: Database, shelf: Shelf, vault: Vault) -> None:
        self._database = database
        self._shelf = shelf
        self._vault = vault
        self._left: dict[str, str] = {}
        self._poor: dict[tuple[str, str], deque[Due]] = {}
        self._now = 0
        self._done = Compaction()
        self._stopped: Callable[[], bool] = lambda: False

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
        self._now, self._stopped, self._done = scope.now, stopped, Compaction(left=self._left)
        with self._database.reading() as connection:
            waiting = [one for one in due(connection, scope) if one.document_id not in self._left]
        passed = 0
        for (site_id, page), group in groupby(waiting, lambda one: (one.site_id, one.page)):
            for one in self._of_page(site_id, page, list(group)):
                self._take(one)
                passed += 1
                progress(passed, len(waiting))
        self._renew(10**9 if scope.everything else limits.REPACKS_PER_RUN)
        self._vault.clear()
        return self._done

    def _of_page(self, site_id: str, page: str, group: Sequence[Due]) -> Iterable[Due]:
        """The documents of one page, once there is a dictionary for them if there can be."""
        if not self._stopped():
            with self._database.reading() as connection:
                lacks = all(one.page != page for one in known(connection, site_id))
                others = of_page(connection, site_id, page) if lacks else []
            if lacks:
                self._learn(site_id, page, [*reversed(group), *others], ())
        for one in group:
            if self._stopped():
                return
            yield one

    def _take(self, one: Due, retired: int | None = None) -> bool:
        """Packs one document, not against the `retired` dictionary; whether it is packed now."""
        tried = [
            (row, choice)
            for row, choice in usable(self._database, self._shelf, one)
            if row.id != retired
        ]
        try:
            packed = pack_document(
                self._database,
                self._shelf,
                self._vault,
                one,
                [choice for _, choice in tried],
                self._now,
            )
        except (BrokenRecording, Inexact) as error:
            self._left[one.document_id] = str(error)
            _log.warning("document %s cannot be compacted: %s", one.document_id, error)
            return False
        if packed is None:
            self._done.changed += 1
            return False
        self._done.documents += 1
        self._done.json_bytes += packed.json_bytes
        self._done.before += packed.before
        self._done.after += packed.after
        own = next((row for row, _ in tried if row.page == one.page), None)
        # A dictionary was let go because there are many: no other is to be made for the same.
        judged = own if retired is None else None
        if judged and packed.json_bytes < judged.ratio * _POOR * packed.body:
            poor = self._poor.setdefault((one.site_id, one.page), deque(maxlen=_REMEMBERED))
            poor.append(one)
        return True

    def _learn(
        self, site_id: str, page: str, group: Sequence[Due], present: Sequence[Dictionary]
    ) -> bool:
        """Makes a dictionary out of `group` and keeps it, if it is better than `present`."""
        learned = learn(self._database, self._shelf, self._vault, group)
        if learned is None:
            return False
        without = sum(len(smallest(text, present)[0]) for text in learned.texts)
        if learned.packed > without * _GAIN:
            return False
        with self._database.writing() as connection:
            add_dictionary(
                connection,
                self._shelf,
                site_id,
                page,
                learned.body,
                ratio=learned.ratio,
                at=self._now,
            )
        self._done.made += 1
        return True

    def _renew(self, room: int) -> None:
        """Packs anew up to `room` documents that a newer dictionary suits better.

        Then lets go of the dictionaries that none needs.
        """
        for (site_id, page), poor in list(self._poor.items()):
            if len({one.visitor_id for one in poor}) >= PEOPLE and not self._stopped():
                self._relearn(site_id, page, poor)
        with self._database.reading() as connection:
            new, many = awaited(connection), crowded(connection)
        for site_id, one in new:
            room -= self._take_awaiting(site_id, one, room)
        for oldest in many:
            room -= self._retire(oldest, room)
        if not self._stopped():
            with self._database.writing() as connection:
                self._done.removed += remove_unused(connection, self._now)

    def _relearn(self, site_id: str, page: str, poor: deque[Due]) -> None:
        """A further dictionary for a page that has changed, out of what did not fit the last."""
        present = [choice for _, choice in usable(self._database, self._shelf, poor[-1])]
        group = list(reversed(poor))
        poor.clear()
        if self._learn(site_id, page, group, present):
            self._take_again(group)
            poor.clear()

    def _take_awaiting(self, site_id: str, one: Known, room: int) -> int:
        """Packs anew up to `room` documents that had no dictionary of their page; how many."""
        with self._database.reading() as connection:
            found = awaiting(connection, site_id, one.page, one.created_at, max(0, room))
        self._take_again(found)
        if len(found) < room and not self._stopped():
            with self._database.writing() as connection:
                settle(connection, one.id)
        return len(found)

    def _retire(self, oldest: int, room: int) -> int:
        """Packs anew up to `room` documents that need the `oldest` dictionary; how many."""
        with self._database.reading() as connection:
            found = packed_against(connection, oldest, max(0, room))
        self._take_again(found, oldest)
        return len(found)

    def _take_again(self, documents: Sequence[Due], retired: int | None = None) -> None:
        for one in documents:
            if self._stopped():
                return
            if one.document_id not in self._left:
                self._done.repacked += self._take(one, retired)
