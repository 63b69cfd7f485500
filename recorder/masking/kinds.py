"""Attributes by how they are masked: see `recorder/client/redact/kind.ts`."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from recorder import limits

__all__ = ["Kind", "kind_of"]


class Kind(Enum):
    """How an attribute is masked."""

    CSS = auto()
    VALUE = auto()
    CONTENT = auto()
    CANVAS = auto()
    GONE = auto()
    """Not recorded: the frame's document is, and a nonce is nobody's business."""
    CODE = auto()
    CHOSEN = auto()
    HREF = auto()
    PAGE = auto()
    PAGES = auto()
    FETCHED = auto()
    PICTURES = auto()
    REPEATS = auto()
    """Where frameworks and style sheets' tricks repeat what was typed."""
    OTHER = auto()


_NAMES: Final = {
    Kind.CSS: "style _csstext",
    Kind.VALUE: "value",
    Kind.CONTENT: "content",
    Kind.CANVAS: "rr_dataurl",
    Kind.GONE: "srcdoc nonce",
    Kind.CHOSEN: "checked selected aria-checked aria-selected aria-pressed",
    Kind.HREF: "href xlink:href",
    Kind.PAGE: "action formaction cite longdesc rr_src manifest codebase profile",
    Kind.PAGES: "ping",
    Kind.FETCHED: "src poster data background lowsrc dynsrc",
    Kind.PICTURES: "srcset imagesrcset",
}
_KNOWN: Final = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_REPEATS = re.compile(r"(?:data|ng-reflect)-(?:.*-)?(?:value|model)")

_kinds: dict[str, Kind] = dict(_KNOWN)


def kind_of(name: str) -> Kind:
    """Asked of every attribute of a page, whose names are few."""
    kind = _kinds.get(name)
    if kind is None:
        kind = _found(name.lower())
        if len(_kinds) < limits.WALL_NAMES:
            _kinds[name] = kind
    return kind


def _found(lower: str) -> Kind:
    if lower in _KNOWN:
        return _KNOWN[lower]
    if lower.startswith("on"):
        return Kind.CODE
    return Kind.REPEATS if _REPEATS.fullmatch(lower) else Kind.OTHER
