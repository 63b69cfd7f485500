"""Who may read: bearer tokens and their scopes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Final

from aiohttp import web

from recorder import limits
from recorder.errors import Unready
from recorder.refusals import ReadRefusal, RefusedRead
from recorder.store import Store
from recorder.tokens import Scope, Token, digest_of

__all__ = ["TokenAccess"]

_REMEMBERED: Final = 64  # tokens; a store has a handful


class TokenAccess:
    """Looks tokens up in the store, every time: a revoked one is refused at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: OrderedDict[bytes, tuple[Token, float]] = OrderedDict()

    async def require(self, request: web.Request, scope: Scope) -> Token:
        """The token of `request`, if it has `scope`. Raises RefusedRead, or the store's Unready."""
        secret = _secret(request)
        token = await asyncio.to_thread(self._store.tokens.by_secret, secret)
        digest = digest_of(secret)
        self._seen.pop(digest, None)
        if token is not None:
            self._seen[digest] = token, time.monotonic()
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return _judged(token, scope)

    async def require_for_metrics(self, request: web.Request) -> None:
        """Like `require`, for an admin token of all sites; also when the store does not answer.

        That is when metrics are wanted most, and they say nothing of visitors: a token that was
        good within `limits.TOKEN_GRACE_SECONDS` is believed then.
        """
        try:
            token = await self.require(request, Scope.ADMIN)
        except Unready:
            seen = self._seen.get(digest_of(_secret(request)))
            if seen is None or time.monotonic() - seen[1] > limits.TOKEN_GRACE_SECONDS:
                raise
            token = _judged(seen[0], Scope.ADMIN)
        if token.site_id is not None:
            raise RefusedRead(ReadRefusal.SCOPE, "Metrics are of all sites; the token is of one.")


def _secret(request: web.Request) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise RefusedRead(
            ReadRefusal.NO_TOKEN,
            "Send a token as `Authorization: Bearer TOKEN`; `heatwright tokens add` makes one.",
        )
    return secret.strip()


def _judged(token: Token | None, scope: Scope) -> Token:
    if token is None:
        raise RefusedRead(ReadRefusal.BAD_TOKEN, "The token is unknown, revoked or expired.")
    if not token.scope.includes(scope):
        raise RefusedRead(
            ReadRefusal.SCOPE, f"This needs the scope {scope.value}; the token has {token.scope}."
        )
    return token
