"""What JSON from outside may hide that a decoder alone does not judge.

Lone UTF-16 surrogates, which a browser's `JSON.stringify` writes for text cut
in the middle of an emoji and which Python cannot encode; nesting so deep that a
later reader would run out of stack; strings so long that each copy costs; and
so many values that a short text takes a gigabyte once it is decoded.
"""

from __future__ import annotations

import re

import numpy as np

__all__ = ["longest_string", "mend_surrogates", "nesting_depth", "value_count"]

_SURROGATE_HINT = re.compile(rb"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_ESCAPES = re.compile(
    rb"\\\\"  # an escaped backslash: what follows it is plain text
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a sound pair
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half a pair
)
_REPLACEMENT = rb"\ufffd"
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'"{}[]')
_NOT_SIGNS = bytes(byte for byte in range(256) if byte not in b'"{[,')

_PIECE = 1024 * 1024

_STEP = np.zeros(256, dtype=np.int8)
_STEP[list(b"{[")] = 1
_STEP[list(b"}]")] = -1


def mend_surrogates(body: bytes) -> bytes:
    """`body` (JSON) with every escaped lone surrogate replaced by U+FFFD.

    Browsers paint a lone surrogate as U+FFFD, so the replay looks the same.
    Lengths in UTF-16 units stay as they were. Sound JSON without surrogate
    escapes is returned as it is.
    """
    if not _SURROGATE_HINT.search(body):
        return body
    return _ESCAPES.sub(lambda hit: _REPLACEMENT if hit[1] else hit[0], body)


def nesting_depth(body: bytes, enough: int = 0) -> int:
    """Greatest depth of arrays and objects in `body`, which must be sound JSON.

    If the number of brackets already shows that the depth is at most `enough`,
    that cheap upper bound is returned instead: the exact depth costs a pass.
    """
    bound = body.count(b"{") + body.count(b"[")
    if bound <= enough:
        return bound
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_strings = b"".join(plain.translate(None, _NOT_STRUCTURE).split(b'"')[::2])
    if not outside_strings:
        return 0
    steps = _STEP[np.frombuffer(outside_strings, dtype=np.uint8)]
    return int(np.cumsum(steps, dtype=np.int64).max())


def longest_string(body: bytes, enough: int = 0) -> int:
    """Bytes of the longest string in `body` (sound JSON), as written there, without its quotes.

    If all of `body` has no more than `enough`, that cheap upper bound is returned instead.
    """
    if len(body) <= enough:
        return len(body)
    plain = body.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    return max(map(len, plain.split(b'"')[1::2]), default=0)


def value_count(body: bytes, enough: int = 0) -> int:
    """How many values `body` (sound JSON) holds, within one for each empty array or object.

    If the number of commas and brackets already shows that it is at most `enough`, that cheap
    upper bound is returned instead.
    """
    bound = sum(map(body.count, (b",", b"{", b"[")))
    if bound <= enough:
        return bound
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    count, within = 0, 0  # whether the place is within a string: 0 or 1
    # Piece by piece, because what is looked at here is there to take memory.
    for start in range(0, len(plain), _PIECE):
        piece = plain[start : start + _PIECE].translate(None, _NOT_SIGNS)
        quotes = np.frombuffer(piece, dtype=np.uint8) == ord('"')
        # Of the number of quotes before a sign only whether it is odd matters: it may overflow.
        odd = (np.cumsum(quotes, dtype=np.uint8) + within) & 1
        count += int(np.count_nonzero(~quotes & (odd == 0)))
        within = (within + int(np.count_nonzero(quotes))) & 1
    return count
