"""Whether a text is a style sheet, where nothing else tells whose text it is."""

from __future__ import annotations

import re
from typing import Final

from recorder.masking.names import is_css_property
from recorder.masking.script_regex import script_regex

__all__ = ["is_sheet"]

_BLOCK = re.compile(r"\{([^{}]*)\}")
_NOT_CODE = script_regex(r"""/\*[^]*?(?:\*/|$)|"(?:[^"\\\n]+|\\[^])*"?|'(?:[^'\\\n]+|\\[^])*'?""")
_STATEMENTS = script_regex(r"^\s*@(?:import|charset|layer|namespace)\b[^{}]*;\s*$", "i")
_VENDOR = re.compile(r"-(?:webkit|moz|ms|o)-", re.I)
_DESCRIPTORS: Final = frozenset(
    {"src", "ascent-override", "descent-override", "line-gap-override", "size-adjust"}
    | {"unicode-range", "system", "symbols", "additive-symbols", "negative", "prefix", "suffix"}
    | {"range", "pad", "fallback", "speak-as", "syntax", "inherits", "initial-value"}
)


def is_sheet(text: str) -> bool:
    """Whether `text` is rules of CSS and nothing else, all with properties that browsers know.

    Text of a page that only looks so, such as a lesson on CSS, counts as well.
    """
    code = _NOT_CODE.sub("", text)
    if "{" not in code:
        return bool(_STATEMENTS.match(code))
    blocks = _BLOCK.findall(code)
    return bool(blocks) and all(map(_are_declarations, blocks)) and _is_closed(code)


def _are_declarations(block: str) -> bool:
    for declaration in block.split(";"):
        if declaration.strip():
            name, colon, _ = declaration.partition(":")
            if not colon or not _is_property(name.strip()):
                return False
    return True


def _is_property(name: str) -> bool:
    if name.startswith("--") or _VENDOR.match(name):
        return True
    return is_css_property(name) or name.lower() in _DESCRIPTORS


def _is_closed(code: str) -> bool:
    """Whether nothing stands behind the last rule but at-rules."""
    rest = code[code.rindex("}") + 1 :].strip() if "}" in code else code
    return not rest or rest[0] == "@"
