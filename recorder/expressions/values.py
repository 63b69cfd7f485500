"""Values as they are written: bare words, quoted text, numbers, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = [
    "BARE_NAME",
    "BARE_WORD",
    "KEYWORD",
    "QUOTED",
    "BadValue",
    "Span",
    "quote",
    "read_number",
    "read_span",
    "unquote",
]

KEYWORD: Final = r"""(?:(?i:and|or|not)(?![^\s()"']))"""
"""Pattern of the words that join comparisons, where they stand alone."""

BARE_WORD: Final = rf"""(?!{KEYWORD})[^\s()"'=<>!~][^\s()"']*"""
"""Pattern of a value that needs no quotes: URLs, patterns, dates and selectors among them."""

BARE_NAME: Final = r"[\w.-]+"
"""Pattern of a trait's name that needs no quotes."""

QUOTED: Final = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
"""Pattern of quoted text; what may follow a backslash is judged by `unquote`."""

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_ESCAPED = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\", '"': r"\""}
_SURROGATES = range(0xD800, 0xE000)

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,3})?)?"
    r"(?P<offset>Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY, _MINUTE, _SECOND = 86_400_000, 60_000, 1_000  # ms


class BadValue(ValueError):
    """A value that its field cannot be compared with: what is wrong, and what to write."""

    def __init__(self, message: str, advice: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.offset = offset  # characters from the value's start to the place


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, epoch ms: a day, a minute, a second or a millisecond."""

    start: int
    end: int


def quote(text: str, bare: str = BARE_WORD) -> str:
    """`text` as it can be written in an expression: bare where that is clear, else quoted."""
    if text.isprintable() and re.fullmatch(bare, text):
        return text
    return f'"{"".join(_escape(char) for char in text)}"'


def unquote(quoted: str) -> str:
    r"""The text between the quotes. Escapes are \\, \", \', \n, \r, \t and \uXXXX.

    Raises BadValue for any other.
    """

    def plain(hit: re.Match[str]) -> str:
        letter = hit[1]
        if letter in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[letter]
        if len(letter) > 1 and int(letter[1:], 16) not in _SURROGATES:
            return chr(int(letter[1:], 16))
        advice = r"The escapes are \\ \" \' \n \r \t and \uXXXX; a backslash itself is \\."
        raise BadValue(f"There is no escape {hit[0]}.", advice, hit.start() + 1)

    return _ESCAPE.sub(plain, quoted[1:-1])


def read_number(text: str) -> float:
    """A decimal number: digits, perhaps a sign and a fraction. Raises BadValue."""
    if not _NUMBER.fullmatch(text):
        raise BadValue(f"{text[:80]!r} is not a number.", "Write digits only, such as 390 or 12.5.")
    return float(text)


def read_span(text: str) -> Span:
    """The time that a date, or a date with a time of day, means; UTC unless it says otherwise.

    Raises BadValue for what is no date in the calendar.
    """
    hit = _TIME.fullmatch(text)
    try:
        moment = datetime.fromisoformat(text) if hit else None
    except ValueError:
        moment = None
    if hit is None or moment is None:
        advice = "Write 2026-11-01, or 2026-11-01T12:30 with a time (UTC, else with +02:00)."
        raise BadValue(f"{text[:80]!r} is not a date.", advice)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    start = (moment - _EPOCH) // _MILLISECOND
    if hit["minute"] is None:
        return Span(start, start + _DAY)
    if hit["second"] is None:
        return Span(start, start + _MINUTE)
    return Span(start, start + (1 if hit["fraction"] else _SECOND))


def _escape(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    code = ord(char)
    if char.isprintable() or code > 0xFFFF or code in _SURROGATES:
        return char
    return f"\\u{code:04x}"
