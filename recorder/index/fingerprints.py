"""Fingerprints: by which errors of many sessions count as one.

A message with what differs from time to time levelled (numbers, ids, URLs,
quoted parts), and the innermost frame of the stack without line, column and
the hash that builds put into file names.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

__all__ = ["FINGERPRINT_DIGITS", "fingerprint", "level"]

FINGERPRINT_DIGITS: Final = 12
"""Hexadecimal digits: 48 bits. Of a site's some thousand errors, no two meet by chance."""

_LEVELS: Final = (
    (re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'()<>]+", re.IGNORECASE), "URL"),
    (re.compile(r"\"[^\"]*\"|'[^'\n]*'|`[^`]*`|“[^”]*”|«[^»]*»"), "TEXT"),
    # UUIDs and hashes: hexadecimal, with a digit in it, of eight characters and more.
    (re.compile(r"(?<![0-9A-Za-z])(?=[a-f-]*\d)[0-9a-f][0-9a-f-]{7,}", re.IGNORECASE), "ID"),
    (re.compile(r"(?<!\w)\d+(?:[.,]\d+)*(?!\w)"), "N"),
    (re.compile(r"(?<!\w)[A-Za-z_-]*\d[\w-]*"), "N"),
)
_PLACE: Final = re.compile(r"(?::\d+){1,2}(?=\)*$)")
_BUILD: Final = re.compile(r"[.-][0-9A-Za-z_-]{6,}(?=(?:\.min)?\.m?js)")
_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]*", re.IGNORECASE)
_QUERY: Final = re.compile(r"\?[^\s:)]*")


def fingerprint(kind: str, message: str, frame: str) -> str:
    """The name of the group: `FINGERPRINT_DIGITS` digits of errors of one `kind`.

    `frame` is the innermost line of the stack as a browser writes it, or
    empty.
    """
    told = "\n".join((kind, level(message), _level_frame(frame)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:FINGERPRINT_DIGITS]


def level(message: str) -> str:
    """`message` with what differs from time to time replaced by what it is."""
    for pattern, name in _LEVELS:
        message = pattern.sub(name, message)
    return " ".join(message.split())


def _level_frame(frame: str) -> str:
    """Function and file: neither where in the file, nor on which host, nor of which build."""
    bare = _QUERY.sub("", _PLACE.sub("", frame.strip()))
    return _BUILD.sub("", _HOST.sub("", bare))
