"""Whether the store can be written, asked cheaply however often anybody asks."""

from __future__ import annotations

import asyncio
import time

from recorder import limits
from recorder.errors import StoreUnavailable
from recorder.store import Store

__all__ = ["Health"]


class Health:
    """One probe at a time; its answer is good for `limits.HEALTH_FRESH_SECONDS`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._probe: asyncio.Task[None] | None = None
        self._asked_at = float("-inf")

    async def check(self) -> None:
        """Returns if a write succeeded just now. Raises StoreUnavailable otherwise."""
        stale = time.monotonic() - self._asked_at > limits.HEALTH_FRESH_SECONDS
        if self._probe is None or (self._probe.done() and stale):
            self._asked_at = time.monotonic()
            self._probe = asyncio.create_task(asyncio.to_thread(self._store.probe))
            # A probe that nobody waits for any more may fail without being asked why.
            self._probe.add_done_callback(lambda task: task.cancelled() or task.exception())
        done, _ = await asyncio.wait({self._probe}, timeout=limits.HEALTH_SECONDS)
        if not done:
            raise StoreUnavailable("The store has taken no write for some seconds.")
        self._probe.result()
