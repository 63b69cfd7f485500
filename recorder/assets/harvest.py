"""Collecting tagged pages' assets in the background, while their site is still up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from recorder import limits
from recorder.assets.archive import OVER_LIMIT, fetch_all
from recorder.assets.fetch import GuardedFetcher
from recorder.assets.references import ReferenceFinder
from recorder.batches import Batch
from recorder.errors import HeatwrightError
from recorder.events import EventType
from recorder.sites import Site
from recorder.store import Store

__all__ = ["Harvest"]

_log = logging.getLogger(__name__)

_DOCUMENTS = 512  # documents whose element names are remembered for later mutations
_TRIED = 20_000  # URLs remembered as tried, so that each batch does not ask for them again
_SEARCHED = frozenset({EventType.META, EventType.FULL_SNAPSHOT, EventType.INCREMENTAL})


@dataclass(slots=True)
class _Document:
    finder: ReferenceFinder
    urls: set[str] = field(default_factory=set)


class Harvest:
    """Searches accepted batches for sub-resources and fetches what is not kept.

    `outcomes` counts URLs by what became of them, `dropped` the batches that
    were not searched because too many waited, `given_up` those whose URLs took
    too long. `drain` says all of it in the log.
    """

    def __init__(self, store: Store, *, enabled: bool = True) -> None:
        self.outcomes: Counter[str] = Counter()
        self.dropped = 0
        self.given_up = 0
        self._bytes = 0
        self._store = store
        self._enabled = enabled
        self._queue: asyncio.Queue[tuple[Site, Batch] | None] = asyncio.Queue(
            limits.ASSET_QUEUE_BATCHES
        )
        self._documents: OrderedDict[str, _Document] = OrderedDict()
        self._tried: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._fetching: set[asyncio.Task[None]] = set()
        self._jobs = asyncio.Semaphore(limits.ASSET_CONCURRENCY)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts searching in the running loop."""
        if self._enabled:
            self._task = asyncio.create_task(self._run(), name="heatwright-harvest")

    def submit(self, site: Site, batch: Batch) -> None:
        """Takes note of an accepted batch; never waits."""
        if self._task is None or not any(event.type in _SEARCHED for event in batch.events):
            return
        if self._queue.full() or self._bytes + batch.size > limits.ASSET_QUEUE_BYTES:
            self.dropped += 1
            return
        self._bytes += batch.size
        self._queue.put_nowait((site, batch))

    async def drain(self, seconds: float) -> None:
        """Finishes what waits, for at most `seconds`; then gives up the rest."""
        if self._task is None:
            return
        tasks: set[asyncio.Task[None]] = set()
        try:
            async with asyncio.timeout(seconds):
                await self._queue.put(None)
                await self._task
                while self._fetching:
                    await asyncio.wait(self._fetching)
        except TimeoutError:
            tasks = {self._task, *self._fetching}
            _log.warning("%d asset fetches were given up at the end", len(self._fetching))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        _log.info(
            "assets by outcome: %s; batches dropped: %d, given up: %d",
            dict(self.outcomes),
            self.dropped,
            self.given_up,
        )

    async def _run(self) -> None:
        while (work := await self._queue.get()) is not None:
            site, batch = work
            await self._jobs.acquire()
            try:
                named, left_out = await asyncio.to_thread(self._search, batch)
                self.outcomes.update({OVER_LIMIT: left_out} if left_out else {})
                urls = self._untried(site, named)
            except Exception:  # noqa: BLE001 - see below
                # One recording that cannot be searched must not end the search of all others.
                _log.exception("a batch could not be searched for assets")
                named = urls = set()
            finally:
                self._bytes -= batch.size
            if not named:
                self._jobs.release()
                continue
            task = asyncio.create_task(self._take(site, batch.visitor, named, urls))
            self._fetching.add(task)
            task.add_done_callback(self._fetched)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        self._fetching.discard(task)
        self._jobs.release()

    async def _take(self, site: Site, visitor: str, named: set[str], urls: set[str]) -> None:
        """Takes note of whose recordings name URLs, and fetches those of `urls`."""
        try:
            known = await asyncio.to_thread(self._store.note_uses, site.id, named, visitor)
        except HeatwrightError as error:
            _log.warning("assets of site %s could not be noted: %s", site.id, error.message)
            return
        if known and urls:
            await self._fetch(site, visitor, urls)

    async def _fetch(self, site: Site, visitor: str, urls: set[str]) -> None:
        since = int(time.time() * 1000) - limits.ASSET_FRESH_MS
        try:
            if await asyncio.to_thread(self._is_full, site):
                self.outcomes[OVER_LIMIT] += len(urls)
                return
            async with asyncio.timeout(limits.ASSET_JOB_SECONDS), GuardedFetcher(site) as fetcher:
                self.outcomes.update(
                    await fetch_all(self._store, site, urls, fetcher, visitor, kept_since=since)
                )
        except TimeoutError:
            self.given_up += 1
        except HeatwrightError as error:
            _log.warning("assets of site %s could not be kept: %s", site.id, error.message)

    def _is_full(self, site: Site) -> bool:
        return self._store.asset_volume(site.id) >= limits.ASSET_SITE_BYTES

    def _search(self, batch: Batch) -> tuple[set[str], int]:
        """URLs that the batch adds to those known of its document, and how many are too many.

        Runs in one thread at a time.
        """
        known = self._documents.pop(batch.document, None) or _Document(ReferenceFinder(batch.url))
        self._documents[batch.document] = known
        while len(self._documents) > _DOCUMENTS:
            self._documents.popitem(last=False)
        room = limits.ASSET_URLS_PER_DOCUMENT - len(known.urls)
        named = known.finder.feed(batch.events) - known.urls
        fresh = set(sorted(named)[:room])
        known.urls |= fresh
        return fresh, len(named) - len(fresh)

    def _untried(self, site: Site, urls: set[str]) -> set[str]:
        """Those of `urls` that were not asked for within the last hour."""
        now = time.monotonic()
        fresh = {
            url
            for url in urls
            if now - self._tried.get((site.id, url), float("-inf")) > limits.ASSET_FRESH_MS / 1000
        }
        for url in fresh:
            self._tried[site.id, url] = now
            self._tried.move_to_end((site.id, url))
        while len(self._tried) > _TRIED:
            self._tried.popitem(last=False)
        return fresh
