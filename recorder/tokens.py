"""Read tokens: what they may see, and how their secrets are kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Scope", "Token", "digest_of", "new_secret"]

_SECRET_BYTES = 32
_PREFIX = "hwt_"  # by which scanners for leaked secrets, and people, know one


class Scope(StrEnum):
    """What a token may read; each scope holds those before it.

    `heat` is for numbers and pictures over many sessions, `sessions` for single
    sessions and their events, `admin` for metrics and all that is to come of
    administration over HTTP.
    """

    HEAT = "heat"
    SESSIONS = "sessions"
    ADMIN = "admin"

    def includes(self, other: Scope) -> bool:
        """Whether this scope may do what `other` may."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Times are epoch ms; `site_id` None is all sites.

    `used_at` is the last use, to the minute.
    """

    id: str
    name: str
    scope: Scope
    site_id: str | None
    created_at: int
    expires_at: int | None = None
    used_at: int | None = None
    revoked_at: int | None = None

    def is_good(self, now: int) -> bool:
        """Whether it opens anything at `now` (epoch ms)."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def new_secret() -> str:
    """A secret that nobody guesses: 256 random bits, in letters that fit into a header."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """What is stored of a secret, and what it is found by.

    A plain SHA-256: slow hashes protect what people choose, which can be
    guessed; 256 random bits cannot, at any speed. Because rows are found by the
    digest, the time that looking takes says nothing of the secret.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
