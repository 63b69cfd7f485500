"""Regular expressions as JavaScript reads them, so that both walls can have the same ones.

What differs in Python's `re`: white space (`\\s`), what `.` does not match, `$` before a last
line end, and lengths, which JavaScript counts in UTF-16 units.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["by_units", "script_regex", "units_of"]

_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_PART = re.compile(r"\[\^\]|\\[^\n]|[\[\].$]")
_OUTSIDE = {
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    ".": r"[^\n\r\u2028\u2029]",
    "$": r"\Z",
    "[^]": r"(?s:.)",
}
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def script_regex(source: str, flags: str = "") -> re.Pattern[str]:
    """`/source/flags` of JavaScript without its `u` flag; of the flags, `i` is known."""
    in_class = False

    def translated(part: re.Match[str]) -> str:
        nonlocal in_class
        sign = part[0]
        if in_class:
            in_class = sign != "]"
            return _SPACE if sign == r"\s" else sign
        in_class = sign == "["
        return _OUTSIDE.get(sign, sign)

    return re.compile(_PART.sub(translated, source), re.ASCII | (re.I if "i" in flags else 0))


def units_of(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text) + len(_BEYOND.findall(text))


def by_units(function: Callable[[str], str], text: str) -> str:
    """`function(text)`, where it counts signs: with two for each sign beyond the basic plane.

    A pair that it tears apart becomes U+FFFD, as what browsers send is mended, too.
    """
    if text.isascii() or not _BEYOND.search(text):
        return function(text)
    raw = text.encode("utf-16-le", "surrogatepass")
    units = "".join(chr(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 2))
    return function(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
