"""A request's body on its way in: read within bounds, inflated, decoded, masked by the wall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web

from recorder import limits
from recorder.batches import Batch, decode_batch
from recorder.inflate import BrokenGzip, InflatedTooLarge, gunzip, is_gzip
from recorder.masking import Policy
from recorder.parts import ACCESS, DECODING
from recorder.refusals import Refusal, RefusedBatch
from recorder.room import NoRoom
from recorder.sites import Site

__all__ = ["DECODERS", "behind_the_wall", "read_body"]

DECODERS: Final = 2
"""Bodies inflated and decoded at a time: one inflates while Python decodes the other. It bounds
memory to so many times INFLATED_BYTES, decoded."""


async def read_body(request: web.Request, take: Callable[[int], None]) -> bytes:
    """The body as sent; `take` is asked for room for each of its parts.

    Raises RefusedBatch when it is too large, too slow or cut off, or finds no room.
    """
    too_large = RefusedBatch(
        Refusal.TOO_LARGE, f"A body has at most {limits.WIRE_BYTES} bytes on the wire."
    )
    if (request.content_length or 0) > limits.WIRE_BYTES:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            async for part in request.content.iter_any():
                size += len(part)
                if size > limits.WIRE_BYTES:
                    raise too_large
                take(len(part))
                parts.append(part)
    except TimeoutError:
        raise RefusedBatch(Refusal.SLOW_BODY, "The body took too long to arrive.") from None
    except NoRoom:
        raise RefusedBatch(Refusal.BUSY, "Too many bodies are arriving; try again.") from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise RefusedBatch(Refusal.MALFORMED, f"The body is damaged: {error}.") from None
    return b"".join(parts)


def _encoding(request: web.Request) -> str:
    return request.headers.get("Content-Encoding", "").strip().lower()


async def behind_the_wall(
    request: web.Request, body: bytes, origin: str | None
) -> tuple[Site, Batch]:
    """The batch in `body`, masked by the policy of its site. Raises RefusedBatch."""
    access = request.app[ACCESS]
    while True:
        async with request.app[DECODING]:
            policy, batch = await asyncio.to_thread(
                _decode, body, _encoding(request), access.policy
            )
        site = await access.site(batch.key, origin)
        if site.policy == policy:
            return site, batch
        # The site is new here, or was changed a moment ago.


def _decode(body: bytes, encoding: str, policy_of: Callable[[str], Policy]) -> tuple[Policy, Batch]:
    """The batch in a body as sent, and the policy by which it was masked.

    Runs in a thread. Raises RefusedBatch.
    """
    if encoding not in ("", "identity", "gzip"):
        raise RefusedBatch(Refusal.ENCODING, "Send JSON as it is, or as gzip.")
    # The body tells, not the header: a beacon cannot set one, and a server in between that
    # inflates bodies itself leaves it. No JSON begins as gzip does.
    if is_gzip(body):
        try:
            body = gunzip(body, limits.INFLATED_BYTES)
        except InflatedTooLarge:
            raise RefusedBatch(
                Refusal.TOO_LARGE, f"A batch holds at most {limits.INFLATED_BYTES} bytes."
            ) from None
        except BrokenGzip as error:
            raise RefusedBatch(Refusal.BROKEN_GZIP, f"This is not gzip: {error}.") from None
    policies: list[Policy] = []

    def used(key: str) -> Policy:
        policies.append(policy_of(key))
        return policies[0]

    batch = decode_batch(body, policy_of=used)
    return policies[0], batch
