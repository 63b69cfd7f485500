"""Bounded inflation of gzip bodies."""

from __future__ import annotations

import zlib

__all__ = ["BrokenGzip", "InflatedTooLarge", "gunzip", "is_gzip"]

_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_MEMBERS = 16  # a stream of a browser has one; thousands of empty ones only burn time


class BrokenGzip(ValueError):
    """The bytes are not a whole gzip stream."""


class InflatedTooLarge(ValueError):
    """The stream holds more than it may."""


def is_gzip(body: bytes) -> bool:
    """Whether `body` starts as a gzip stream does."""
    return body[:2] == b"\x1f\x8b"


def gunzip(body: bytes, limit: int) -> bytes:
    """What `body` holds, at most `limit` bytes; no more than that is ever in memory.

    Raises InflatedTooLarge or BrokenGzip (truncated, damaged, trailing rubbish,
    or more members than any honest sender makes).
    """
    parts: list[bytes] = []
    room = limit
    rest = body
    for _ in range(_MEMBERS):
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = member.decompress(rest, room + 1)
        except zlib.error as error:
            raise BrokenGzip(str(error)) from error
        room -= len(part)
        if room < 0:
            raise InflatedTooLarge(f"more than {limit} bytes")
        parts.append(part)
        if not member.eof:
            raise BrokenGzip("the stream ends early")
        rest = member.unused_data
        if not rest:
            return b"".join(parts)
    raise BrokenGzip(f"more than {_MEMBERS} members")
