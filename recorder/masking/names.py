"""Attributes that only work, and those that people read: see `recorder/client/redact/names.ts`.

The tag asks the browser which names it defines. `properties.json` is what Chromium and Firefox
answer, by `tools/attribute_names.py`.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Final

from recorder import limits
from recorder.masking.script_regex import script_regex

__all__ = [
    "PROPERTIES_FILE",
    "Properties",
    "common_to",
    "is_css_property",
    "is_working",
    "read_properties",
]

Properties = dict[str, frozenset[str]]
"""Names (small letters) by kind of element: its tag, `svg ` and its tag, or `css`."""

PROPERTIES_FILE: Final = Path(__file__).with_name("properties.json")

_TEXT = script_regex(
    r"^(?:title|alt|label|summary|abbr|content|placeholder|text|value|download|datetime|standby|"
    r"prompt|user|username|password|search|hash|(?:inner|outer)?(?:html|text)|textcontent|"
    r"nodevalue)$"
)
_RENAMED = script_regex(
    r"^(?:class|for|type|role|is|part|exportparts|charset|http-equiv|property|itemprop|allow|"
    r"playsinline|controls|autoplay|muted|default|command(?:for)?|xmlns(?::xlink)?|xml:space|"
    r"contenteditable|rr_open_mode|rr_mediastate|rr_block_size)$"
)
_ARIA = script_regex(r"^aria-(?!label$|desc|role|place|value|braille)")
_STYLED_BY = script_regex(
    r"^data-(?:rr-is-password|(?:bs-)?(?:theme|toggle)|(?:popper-)?placement|(?:color-)?mode|state|"
    r"orientation|side|align|open|closed|active|disabled|selected|checked|pressed|highlighted|"
    r"hover|focus|current|collapsed|expanded|variant|size)$"
)
_OF_SVG = script_regex(
    r"^(?:[a-z]+[A-Z]\w*|[a-z]{1,2}\d?|points|offset|result|operator|values|dur|begin|end|from)$"
)


def read_properties() -> Properties:
    """What is in `properties.json`, with the names that are common to all put back."""
    lines = json.loads(PROPERTIES_FILE.read_text(encoding="utf-8"))
    told = {kind: frozenset(line.split()) for kind, line in lines.items()}
    return {kind: names | told.get(common_to(kind), frozenset()) for kind, names in told.items()}


def common_to(kind: str) -> str:
    """The kind whose names all elements of this one's kind have; itself where there is none."""
    if kind == "css":
        return kind
    return "svg " if kind.startswith("svg ") else ""


@functools.cache
def _properties() -> Properties:
    return read_properties()


@functools.cache
def _of_any() -> frozenset[str]:
    return frozenset().union(*_properties().values())


def is_css_property(name: str) -> bool:
    """Whether browsers know a CSS property of this name."""
    return name.lower() in _properties()["css"]


@functools.lru_cache(limits.WALL_NAMES)
def is_working(name: str, tag: str | None, is_svg: bool, strict: bool) -> bool:
    """Whether an attribute tells how its element looks and works, but not what it says.

    `tag` None: an element of which nothing is known; what works for any counts.
    """
    if (is_svg or tag is None) and _OF_SVG.match(name):
        return True
    lower = name.lower()
    if "data-" in lower:
        return not strict and bool(_STYLED_BY.match(lower))
    if _TEXT.match(lower):
        return False
    if _RENAMED.match(lower) or _ARIA.match(lower):
        return True
    if tag is None:
        return lower in _of_any()
    known = _properties()
    if is_svg:
        return lower in known.get(f"svg {tag.lower()}", known["svg "]) or lower in known["css"]
    return lower in known.get(tag, known[""])
