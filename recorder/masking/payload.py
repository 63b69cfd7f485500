"""Plain data of unknown shape: see `recorder/client/redact/payload.ts`."""

from __future__ import annotations

from typing import Any, Final

from recorder.masking.patterns import mask_patterns
from recorder.masking.script_regex import script_regex
from recorder.masking.text import mask_text
from recorder.masking.urls import Urls

__all__ = ["mask_payload", "mask_strings"]

_VALUES: Final = 2000
"""Objects of one payload that are looked into, as in the tag."""

_DEPTH: Final = 12
"""Levels of nesting that are looked into, as in the tag."""

_URL_NAME = script_regex(r"^(?:[^]*[_-])?(?:url|uri|href|referrer)$|(?:U[rR][lLiI]|Href)$")
_EXACT: Final = 1e21
"""From here on JavaScript writes numbers with an exponent."""


def mask_payload(value: Any, urls: Urls) -> Any:
    """A copy of `value` with patterns masked in keys, strings and numbers, and URLs cut.

    What lies deeper than 12 levels, or beyond 2,000 objects, is None.
    """
    left = _VALUES

    def masked(value: Any, name: str, depth: int) -> Any:
        nonlocal left
        if isinstance(value, str):
            return urls.page(value) if _URL_NAME.search(name) else urls.within(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float)):
            return value if _is_plain(value) else None
        if not depth or left <= 0:
            return None
        left -= 1
        if isinstance(value, list):
            return [masked(one, name, depth - 1) for one in value]
        return {mask_patterns(key): masked(one, key, depth - 1) for key, one in value.items()}

    return masked(value, "", _DEPTH)


def mask_strings(value: Any) -> Any:
    """A copy of `value` with every string masked as a whole: of what is not to say anything."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list):
        return [mask_strings(one) for one in value]
    if isinstance(value, dict):
        return {mask_patterns(key): mask_strings(one) for key, one in value.items()}
    return value


def _is_plain(number: float) -> bool:
    """Whether the number, as JavaScript writes it, is no card or phone."""
    if isinstance(number, float):
        if not number.is_integer() or abs(number) >= _EXACT:
            return True
        number = int(number)
    text = str(number)
    return mask_patterns(text) == text
