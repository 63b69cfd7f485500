"""What a driven page hands over: checked and stored exactly as the collector does."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from recorder.batches import Batch, RefusedBatch, decode_batch
from recorder.errors import HeatwrightError
from recorder.store import Accepted, Store

__all__ = ["Handover"]


class Handover:
    """The receiving end of one session's binding.

    `events` and `documents` are what was stored, `refused` the events left out
    by reason, `remarks` sentences about batches that were refused as a whole.
    """

    def __init__(self, store: Store) -> None:
        self.events = 0
        self.documents: list[str] = []
        self.refused: Counter[str] = Counter()
        self.remarks: list[str] = []
        self._store = store
        self._lost: dict[tuple[str, int], HeatwrightError] = {}
        self._order = asyncio.Lock()

    async def receive(self, _source: Any, body: str) -> None:
        """The binding. What it raises the page takes for "failed", and sends the batch again."""
        async with self._order:
            try:
                batch = decode_batch(body.encode("utf-8", "surrogatepass"))
                await self._keep(batch)
            except RefusedBatch as refusal:
                # Sent again it would be refused again.
                self.remarks.append(f"a batch was refused: {refusal.message}")

    async def settle(self) -> None:
        """Waits for what has come; raises the first error of a batch that is not stored."""
        async with self._order:  # which is given in the order in which it is asked for
            for error in self._lost.values():
                raise error

    async def _keep(self, batch: Batch) -> None:
        name = (batch.document, batch.sequence)
        try:
            accepted = await asyncio.to_thread(self._store.accept, batch, source="driven")
        except HeatwrightError as error:
            self._lost.setdefault(name, error)
            raise
        self._lost.pop(name, None)
        # A page that goes away sends what is not acknowledged yet, more than once.
        if accepted is not Accepted.STORED:
            return
        self.events += len(batch.events)
        self.refused.update(batch.refused)
        if batch.document not in self.documents:
            self.documents.append(batch.document)
