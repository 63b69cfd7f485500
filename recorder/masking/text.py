"""What a masked text looks like: see `recorder/client/redact/text.ts`."""

from __future__ import annotations

import re

from recorder.masking.script_regex import script_regex, units_of

__all__ = ["mask_text"]

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff"
    "\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]"
)
_SHOWN = script_regex(r"[^\s\u00ad\u200b-\u200d\uff0a]+")


def mask_text(text: str) -> str:
    """`text` with one sign for each UTF-16 unit; masking it again changes nothing."""
    wide = text if text.isascii() else _WIDE.sub("\uff0a", text)
    return _SHOWN.sub(lambda run: "*" * units_of(run[0]), wide)
