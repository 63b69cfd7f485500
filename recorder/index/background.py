"""Indexing behind the collector: sessions that have become quiet, a few at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from recorder import limits
from recorder.errors import HeatwrightError
from recorder.index.refreshing import index_pending
from recorder.store import Store

__all__ = ["Indexer"]

_log = logging.getLogger(__name__)


class Indexer:
    """Looks for quiet sessions every `INDEX_EVERY_SECONDS`, in one thread at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts looking in the running loop."""
        self._task = asyncio.create_task(self._run(), name="heatwright-indexer")

    async def stop(self) -> None:
        """Ends after the few sessions under way; the rest is for the next start."""
        self._stopping.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            if await self._index() < limits.INDEX_SESSIONS:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), limits.INDEX_EVERY_SECONDS)

    async def _index(self) -> int:
        try:
            return await asyncio.to_thread(index_pending, self._store)
        except HeatwrightError as error:
            _log.warning("sessions wait to be indexed: %s", error.message)
        except Exception:  # noqa: BLE001 - what cannot be indexed must not end the collector
            _log.exception("indexing failed")
        return 0
