"""Indexing behind the collector: sessions that have become quiet, a few at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager

from recorder import limits
from recorder.background import Stopped, repeatedly
from recorder.index.refreshing import index_pending
from recorder.store import Store

__all__ = ["indexing"]


def indexing(store: Store) -> AbstractContextManager[None]:
    """Looks for quiet sessions while the block runs: at once, then every INDEX_EVERY_SECONDS.

    At the end it waits for the few sessions under way; the rest is for the next start.
    """

    def all_quiet(stopped: Stopped) -> None:
        while not stopped() and index_pending(store) == limits.INDEX_SESSIONS:
            pass

    pauses = iter([0.0])
    return repeatedly("indexing", lambda: next(pauses, limits.INDEX_EVERY_SECONDS), all_quiet)
