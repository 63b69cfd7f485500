"""Completing the archive: whatever a replay may load and is not kept yet is fetched."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from recorder import limits
from recorder.assets.css import css_references
from recorder.assets.fetch import Fetched, Fetcher
from recorder.assets.references import collect_references
from recorder.sites import Site
from recorder.store import Outcome, Store

__all__ = ["OVER_LIMIT", "complete", "fetch_all"]

OVER_LIMIT: Final = "over_limit"
"""Counted beside the outcomes: URLs not asked for, because a limit was met before them."""


async def complete(
    store: Store, site: Site, document_ids: Iterable[str], fetch: Fetcher
) -> dict[str, int]:
    """Fetches what the documents refer to and is not kept, style sheets' own references too.

    Returns how many URLs had which outcome; those kept before are not among
    them. URLs beyond `limits.ASSET_URLS_PER_DOCUMENT` are not asked for and
    counted as `OVER_LIMIT`.
    """
    urls: defaultdict[str, set[str]] = defaultdict(set)
    beyond: set[str] = set()
    for document_id in document_ids:
        visitor = await asyncio.to_thread(store.visitor, document_id)
        if visitor is None:
            continue  # erased since
        events = await asyncio.to_thread(store.events, document_id)
        named = await asyncio.to_thread(collect_references, events)
        within, rest = _cut(named)
        urls[visitor] |= within
        beyond |= rest
    outcomes: Counter[str] = Counter()
    for visitor, named in urls.items():
        outcomes.update(await fetch_all(store, site, named, fetch, visitor))
    # Adding drops a count of nothing.
    return dict(outcomes + Counter({OVER_LIMIT: len(beyond.difference(*urls.values()))}))


async def fetch_all(
    store: Store,
    site: Site,
    urls: Iterable[str],
    fetch: Fetcher,
    visitor: str,
    *,
    kept_since: int | None = None,
) -> dict[str, int]:
    """Fetches `urls` and what kept style sheets among them refer to; counts by outcome.

    `visitor` is whose recordings name them. Once he is erased, nothing more is kept.
    A version kept at or after `kept_since` (epoch ms; None: ever) is not
    fetched again, but its references are followed. What the limits of a round
    and of `limits.CSS_DEPTH` leave out is counted as `OVER_LIMIT`.
    """
    outcomes: Counter[str] = Counter()
    seen: set[str] = set()
    beyond: set[str] = set()
    wave = set(urls)
    gate = asyncio.Semaphore(limits.ASSET_CONCURRENCY)

    async def one(url: str) -> set[str]:
        async with gate:
            fetched = await _known(store, site, url, kept_since)
            if fetched is None:
                fetched = await fetch.fetch(url)
                outcomes[fetched.outcome.value] += 1
                await asyncio.to_thread(_keep, store, site, url, fetched, visitor)
            return await asyncio.to_thread(_references, fetched, url)

    for _ in range(limits.CSS_DEPTH + 1):
        fresh, rest = _cut(wave - seen)
        beyond |= rest
        seen |= fresh
        if not await asyncio.to_thread(store.note_uses, site.id, fresh, visitor):
            break
        wave = set().union(*await asyncio.gather(*(one(url) for url in sorted(fresh))))
        if not wave:
            break
    return dict(outcomes + Counter({OVER_LIMIT: len((beyond | wave) - seen)}))


def _cut(urls: set[str]) -> tuple[set[str], set[str]]:
    """Those of `urls` within the limit of one document, always the same ones; and the others."""
    within = set(sorted(urls)[: limits.ASSET_URLS_PER_DOCUMENT])
    return within, urls - within


async def _known(store: Store, site: Site, url: str, kept_since: int | None) -> Fetched | None:
    """The kept version of `url`, if it is recent enough."""
    asset = await asyncio.to_thread(store.asset, site.id, url)
    if asset is None or asset.outcome is not Outcome.KEPT:
        return None
    if kept_since is not None and asset.captured_at < kept_since:
        return None
    return Fetched(asset.outcome, asset.status, asset.media_type, asset.body, "", url)


def _keep(store: Store, site: Site, url: str, fetched: Fetched, visitor: str) -> None:
    store.keep_asset(
        site.id,
        url,
        outcome=fetched.outcome,
        status=fetched.status,
        media_type=fetched.media_type,
        body=fetched.body,
        captured_at=int(time.time() * 1000),
        reason=fetched.reason,
        visitor=visitor,
    )


def _references(fetched: Fetched, url: str) -> set[str]:
    """What a kept style sheet refers to; nothing for other types."""
    if fetched.body is None or not fetched.media_type.lower().startswith("text/css"):
        return set()
    return css_references(fetched.body.decode("utf-8", "replace"), fetched.url or url)
