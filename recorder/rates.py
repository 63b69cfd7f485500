"""How fast requests may come: buckets in memory, of bounded number, by nothing but hashes."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from recorder import limits

__all__ = ["Buckets", "Throttle"]

_DIGEST_BYTES = 16
_ROUNDING = 1e-9  # seconds that adding up a thousand intervals may be off by


class Buckets:
    """One bucket for each name: `burst` at once, then `per_second`.

    Names (addresses among them) are not kept, but their hashes under a key that
    ends with the process. At most `size` buckets: the least recently used is
    forgotten, which is the same as full, so memory stays flat whatever comes.

    Each bucket is one number, the time at which it will be full again: the
    "generic cell rate algorithm" of ATM networks (ITU-T I.371).
    """

    def __init__(
        self,
        burst: int,
        per_second: float,
        *,
        size: int = limits.BUCKETS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = 1 / per_second
        self._slack = (burst - 1) * self._interval
        self._size = size
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._full_at: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, *name: str) -> float:
        """Takes one out of the bucket called `name`: 0, or the seconds until there is one."""
        digest = hashlib.blake2b(
            "\n".join(name).encode("utf-8", "replace"), key=self._key, digest_size=_DIGEST_BYTES
        ).digest()
        now = self._clock()
        full_at = max(self._full_at.pop(digest, now), now)
        wait = full_at - self._slack - now
        refused = wait > _ROUNDING
        self._full_at[digest] = full_at if refused else full_at + self._interval
        if len(self._full_at) > self._size:
            self._full_at.popitem(last=False)
        return wait if refused else 0.0


class Throttle:
    """The limits of `limits` on how fast requests come. Off, it lets everything through."""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on
        self._addresses = Buckets(limits.ADDRESS_BURST, limits.ADDRESS_PER_SECOND)
        self._senders = Buckets(limits.SENDER_BURST, limits.SENDER_PER_SECOND)
        self._sessions = Buckets(limits.SESSION_BURST, limits.SESSION_PER_SECOND)

    def wait_of_address(self, address: str) -> int:
        """0 if a request from `address` may be looked at, else whole seconds to wait."""
        return self._seconds(self._addresses.take(address) if self._on else 0)

    def wait_of_batch(self, key: str, address: str, session: str) -> int:
        """The same for a batch, of which is known what it is."""
        if not self._on:
            return 0
        wait = self._senders.take(key, address)
        return self._seconds(wait or self._sessions.take(key, session))

    @staticmethod
    def _seconds(wait: float) -> int:
        return math.ceil(wait)
