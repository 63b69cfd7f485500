"""Names of fonts in a batch: custom properties keep those, also where texts are masked.

The tag asks the browser for the page's fonts. Here a name counts that stands in the batch as a
font's anyway, which is never masked: in `font-family`, in a font service's URL, in a font event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote_plus

import msgspec

from recorder.events import Event

__all__ = ["fonts_of"]

_FAMILIES = re.compile(rb"font-family\s*:([^;}]{1,400})")
_SERVED = re.compile(rb"[?&]family=([^&\"'\\\s)]{1,400})")
_ADDED = re.compile(rb'"family":("(?:[^"\\]|\\.){1,400}")')


def fonts_of(events: Sequence[Event]) -> Callable[[], frozenset[str]]:
    """Finds the names when it is first asked, which few batches do."""
    known: frozenset[str] | None = None

    def ask() -> frozenset[str]:
        nonlocal known
        if known is None:
            known = frozenset(name for event in events for name in _names(bytes(event.data)))
        return known

    return ask


def _names(data: bytes) -> list[str]:
    names: list[str] = []
    for declared in _FAMILIES.findall(data):
        names += declared.replace(b"\\", b"").decode("utf-8", "replace").split(",")
    for served in _SERVED.findall(data):
        for one in unquote_plus(served.decode("utf-8", "replace")).split("|"):
            names.append(one.partition(":")[0])
    for added in _ADDED.findall(data):
        names.append(_text(added))
    return [name.strip().strip("\"'").strip() for name in names]


def _text(json: bytes) -> str:
    try:
        return msgspec.json.decode(json, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
