"""What is wrong with an expression, shown at its place."""

from __future__ import annotations

import unicodedata
from typing import Final

from recorder.errors import WrongUse

__all__ = ["wrong_at"]

CHARS_BEFORE: Final = 50
CHARS_AFTER: Final = 24
"""Characters shown on either side of the place: text and caret stay on one line of 80 each."""


def wrong_at(text: str, place: int, message: str, advice: str) -> WrongUse:
    """The error for the character at `place` of `text`: an excerpt, a caret below it, `advice`."""
    start, end = max(place - CHARS_BEFORE, 0), place + CHARS_AFTER
    before = ("…" if start else "") + _one_line(text[start:place])
    after = _one_line(text[place:end]) + ("…" if end < len(text) else "")
    pointer = " " * sum(map(_columns, before)) + "^"
    return WrongUse(message, f"{before}{after}\n{pointer}\n{advice}")


def _one_line(text: str) -> str:
    """`text` with what would break the line, or cannot be seen, as one column each."""
    return "".join(
        " " if char.isspace() else char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def _columns(char: str) -> int:
    """Columns of a terminal that `char` takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
