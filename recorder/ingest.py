"""Group commit: many requests wait, one transaction serves them all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from recorder import limits
from recorder.batches import Batch
from recorder.errors import HeatwrightError
from recorder.store import Store, Verdict

__all__ = ["GroupWriter", "QueueFull"]

_log = logging.getLogger(__name__)


class QueueFull(Exception):
    """More batches wait than the writer may be behind."""


@dataclass(slots=True)
class _Waiting:
    batch: Batch
    verdict: asyncio.Future[Verdict]


class GroupWriter:
    """Writes batches to the store in groups, in one thread at a time.

    While a transaction is under way the next group gathers by itself, and after
    one of several batches it is given `limits.GROUP_WAIT_SECONDS` more: under
    load groups grow, without load a batch waits for nothing.
    """

    def __init__(self, store: Store, committed: Callable[[int, float], None]) -> None:
        """`committed` is told of every group: how many batches, how many seconds."""
        self._store = store
        self._committed = committed
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts the writing task in the running loop."""
        self._task = asyncio.create_task(self._run(), name="heatwright-group-writer")

    async def stop(self) -> None:
        """Writes what still waits, then ends."""
        if self._task is None:
            return
        self._queue.put_nowait(None)
        await self._task
        self._task = None

    @property
    def waiting(self) -> tuple[int, int]:
        """Batches that wait, and their bytes (those under way among them)."""
        return self._queue.qsize(), self._bytes

    async def write(self, batch: Batch) -> Verdict:
        """The store's verdict, given once it is durable.

        Raises QueueFull, or the store's StoreUnavailable.
        """
        full = self._queue.qsize() >= limits.QUEUE_BATCHES
        if full or self._bytes + batch.size > limits.QUEUE_BYTES:
            raise QueueFull
        waiting = _Waiting(batch, asyncio.get_running_loop().create_future())
        self._bytes += batch.size
        self._queue.put_nowait(waiting)
        return await waiting.verdict

    async def _run(self) -> None:
        several = False
        while (first := await self._queue.get()) is not None:
            if several and self._queue.qsize() < limits.GROUP_BATCHES:
                await asyncio.sleep(limits.GROUP_WAIT_SECONDS)
            group, ended = self._gather(first)
            await self._write_group(group)
            several = len(group) > 1
            if ended:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """The next group, of what waits by now; whether nothing comes after it."""
        group = [first]
        while len(group) < limits.GROUP_BATCHES and not self._queue.empty():
            following = self._queue.get_nowait()
            if following is None:
                return group, True
            group.append(following)
        return group, False

    async def _write_group(self, group: list[_Waiting]) -> None:
        batches = [waiting.batch for waiting in group]
        began = time.monotonic()
        try:
            try:
                verdicts = await asyncio.to_thread(self._store.accept_many, batches, source="tag")
            finally:
                self._bytes -= sum(batch.size for batch in batches)
                self._committed(len(batches), time.monotonic() - began)
        except Exception as error:  # noqa: BLE001 - see below
            # Whatever it is belongs to the requests that wait; this task must live on.
            if not isinstance(error, HeatwrightError):
                _log.exception("writing a group of %d batches failed", len(group))
            for waiting in group:
                if not waiting.verdict.done():
                    waiting.verdict.set_exception(error)
            return
        for waiting, verdict in zip(group, verdicts, strict=True):
            if not waiting.verdict.done():
                waiting.verdict.set_result(verdict)
