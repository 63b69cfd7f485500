"""Who may write: write keys and origins, from a short-lived copy of the site list."""

from __future__ import annotations

import asyncio
import time

from recorder import limits
from recorder.batches import Refusal, RefusedBatch
from recorder.errors import WrongUse
from recorder.masking import Policy
from recorder.sites import Site, WriteKey, normalise_origin
from recorder.store import Store

__all__ = ["SiteAccess"]

_MISS_SECONDS = 1.0  # an unknown key makes the list be read again, at most this often


class SiteAccess:
    """Answers from memory; the list is read again every few seconds, in a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_key: dict[str, tuple[Site, WriteKey]] = {}
        self._origins: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def site(self, write_key: str, origin: str | None) -> Site:
        """The site of `write_key`, if `origin` (the request's header) is one of its origins.

        Raises RefusedBatch (unknown or revoked key, origin not allowed).
        """
        await self._refresh(limits.SITES_REFRESH_SECONDS)
        if write_key not in self._by_key:
            await self._refresh(_MISS_SECONDS)
        if write_key not in self._by_key:
            raise RefusedBatch(Refusal.UNKNOWN_KEY, "The write key belongs to no site.")
        site, key = self._by_key[write_key]
        if key.revoked_at is not None:
            raise RefusedBatch(Refusal.REVOKED_KEY, "The write key was revoked.")
        if origin not in site.origins and _normal(origin) not in site.origins:
            raise RefusedBatch(
                Refusal.ORIGIN, "The page's origin is not registered for this write key."
            )
        return site

    def policy(self, write_key: str) -> Policy:
        """The policy of the site that `write_key` belongs to, as far as it is known here.

        Of a key that is not known the strictest: it may be registered since. Callers compare it
        with that of `site`. Any thread may ask.
        """
        known = self._by_key.get(write_key)
        return known[0].policy if known else Policy("strict")

    async def may_ask(self, origin: str | None) -> bool:
        """Whether `origin` is registered for any site: a preflight does not name the key."""
        await self._refresh(limits.SITES_REFRESH_SECONDS)
        if _normal(origin) not in self._origins:
            await self._refresh(_MISS_SECONDS)
        return _normal(origin) in self._origins

    async def _refresh(self, max_age: float) -> None:
        async with self._reading:
            if time.monotonic() - self._read_at < max_age:
                return
            sites = await asyncio.to_thread(self._store.sites.list)
            self._by_key = {key.key: (site, key) for site in sites for key in site.keys}
            self._origins = frozenset(origin for site in sites for origin in site.origins)
            self._read_at = time.monotonic()


def _normal(origin: str | None) -> str:
    """`origin` in normal form; the empty text, which no site has, for none or a bad one."""
    if not origin:
        return ""
    try:
        return normalise_origin(origin)
    except WrongUse:
        return ""
