"""Assets of a driven browser: its own responses first, the rest fetched through it."""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import BrowserContext, Error, Response

from recorder.assets.fetch import Fetched, Fetcher, failed_outcome
from recorder.assets.media import judge_media
from recorder.limits import ASSET_BYTES
from recorder.sites import Site
from recorder.store import Outcome, Store

__all__ = ["Capture", "ContextFetcher"]

DRAWN_TYPES = frozenset({"image", "font", "stylesheet", "media"})
"""Playwright's resource types that a replay needs; scripts and data it must not have."""

FETCH_TIMEOUT_MS = 15_000
"""An asset that takes longer (ms) is counted as an error."""


class Capture:
    """Keeps what one browser context loads for a visitor. `take` is its `response` listener."""

    def __init__(self, store: Store, site: Site, visitor: str) -> None:
        self._store = store
        self._site = site
        self._visitor = visitor
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: set[str] = set()

    def take(self, response: Response) -> None:
        """Notes one response; its body is read in the background."""
        if response.request.resource_type not in DRAWN_TYPES or response.url in self._seen:
            return
        if not response.url.startswith(("http://", "https://")):
            return
        self._seen.add(response.url)
        task = asyncio.create_task(self._keep(response))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Waits for bodies still being read."""
        await asyncio.gather(*self._tasks)

    def fetcher(self, context: BrowserContext) -> Fetcher:
        """For what the page refers to but did not load at this width."""
        return ContextFetcher(context)

    async def _keep(self, response: Response) -> None:
        try:
            body = await response.body()
        except Error:
            # Redirects have no body, and a closed page takes its bodies along; what is
            # still referred to is fetched afterwards, with an outcome of its own.
            return
        media_type = judge_media(response.headers.get("content-type", ""), body)
        if not response.ok or len(body) > ASSET_BYTES or media_type is None:
            return
        await asyncio.to_thread(
            self._store.keep_asset,
            self._site.id,
            response.url,
            outcome=Outcome.KEPT,
            status=response.status,
            media_type=media_type,
            body=body,
            captured_at=int(time.time() * 1000),
            visitor=self._visitor,
        )


class ContextFetcher:
    """Fetches with the driven browser's own cookies: what it could see, the archive may have."""

    def __init__(self, context: BrowserContext) -> None:
        self._request = context.request

    async def fetch(self, url: str) -> Fetched:
        """One asset; every failure is a named outcome, never an exception."""
        try:
            response = await self._request.get(url, timeout=FETCH_TIMEOUT_MS, max_redirects=5)
            body = await response.body()
        except Error as error:
            return Fetched(Outcome.ERROR, 0, "", None, error.message.splitlines()[0])
        declared = response.headers.get("content-type", "")
        status, url = response.status, response.url
        if not response.ok:
            reason = f"HTTP {status}"
            return Fetched(failed_outcome(status), status, declared, None, reason, url)
        if len(body) > ASSET_BYTES:
            return Fetched(Outcome.TOO_LARGE, status, declared, None, f"{len(body)} bytes", url)
        media_type = judge_media(declared, body)
        if media_type is None:
            return Fetched(Outcome.REFUSED, status, declared, None, "not an asset", url)
        return Fetched(Outcome.KEPT, status, media_type, body, "", url)
