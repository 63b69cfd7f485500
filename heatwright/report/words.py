"""Words and numbers as the report shows them. Recorded text comes from strangers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from heatmap.statuses import Status

__all__ = [
    "STATUS_WORDS",
    "clean",
    "count",
    "day",
    "duration",
    "percent",
    "period",
    "plural",
    "short",
    "slug",
]

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reorder the text around them: a label could rewrite the number beside it."""

_SLUG_CHARS = 40

STATUS_WORDS: Mapping[Status, tuple[str, str]] = {
    Status.DRAWN: ("drawn", "in the picture"),
    Status.HIDDEN: ("hidden", "the element is there, but not visible at this width or moment"),
    Status.UNMATCHED: ("unmatched", "the page at this width has no such element"),
    Status.AMBIGUOUS: ("ambiguous", "several elements fit about as well; none was guessed"),
    Status.MASKED: ("masked", "privacy rules forbid showing where it was"),
    Status.OUTSIDE: ("outside", "beyond the page or the visible part of the element"),
    Status.UNSTABLE: ("unstable", "two replays of one moment put the element elsewhere"),
    Status.NO_TARGET: ("no target", "the recording names no element"),
}
"""Each status and what it means, drawn first and then the losses."""


def clean(value: object) -> object:
    """Text without characters that steer: controls, direction marks, halves of surrogates.

    Applied to everything that a template prints; markup of our own templates passes.
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return "".join(char if _harmless(char) else "\ufffd" for char in value)


def _harmless(char: str) -> bool:
    if char in "\n\t":
        return True
    return char not in _BIDI and unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")


def short(text: str, most: int = 80) -> str:
    """`text` in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def slug(text: str, fallback: str = "page") -> str:
    """A file name's part made of a-z, 0-9 and single hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_SLUG_CHARS].strip("-")
    return plain or fallback


def count(value: float) -> str:
    """`12,345`: whole numbers with thousands apart."""
    return f"{value:,.0f}"


def plural(value: int, one: str, many: str = "") -> str:
    """`1 session`, `2 sessions`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """`37 %`; what is neither nothing nor all is not rounded to it."""
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{share * 100:.0f} %"


def day(time: int) -> str:
    """Epoch ms as `22 Nov 2026`, UTC."""
    at = datetime.fromtimestamp(time / 1000, UTC)
    return f"{at.day} {at:%b %Y}"


def period(first: int | None, last: int | None) -> str:
    """From when to when (epoch ms), as short as it can be said, UTC."""
    if first is None or last is None:
        return "no period"
    start, end = (datetime.fromtimestamp(at / 1000, UTC) for at in (first, last))
    if start.date() == end.date():
        hours = dict.fromkeys((f"{start:%H:%M}", f"{end:%H:%M}"))
        return f"{day(last)}, {'–'.join(hours)} UTC"
    return f"{day(first)} – {day(last)}"


def duration(seconds: float) -> str:
    """`8.4 s`, `3 min 20 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"
