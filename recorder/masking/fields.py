"""What is told of a form field's value: see `recorder/client/redact/inputs.ts`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from recorder.masking.script_regex import script_regex

__all__ = ["BUTTONS", "INPUT_MASK", "is_plain_number", "is_secret"]

INPUT_MASK: Final = "********"
"""Every masked value shows the same, so that not even its length is told."""

BUTTONS = script_regex(r"^(?:button|submit|reset)$", "i")
"""Types of `input` whose value is a label."""

_SECRET_PURPOSE = script_regex(
    r"(?:^|\s)(?:cc-\S+|one-time-code|current-password|new-password)(?:\s|$)", "i"
)
_SECRET_NAME = script_regex(
    r"card.?n(?:o|r|um)|cc.?num|cvc|cvv|iban|passw|passcode|"
    r"(?:^|[^a-z])(?:pan|csc|ssn|pin|otp|tan)(?:[^a-z]|$)",
    "i",
)
_TWO_WORDS = re.compile("([a-z])(?=[A-Z])")
_NUMBER = script_regex(
    r"^\s*(?:[+]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|Infinity)"
    r"|0x[\da-f]+|0o[0-7]+|0b[01]+|-0+(?:\.0*)?)?\s*$",
    "i",
)


def is_secret(attribute: Callable[[str], str | None]) -> bool:
    """Whether nothing may be told of the field that has these attributes; None: it has none."""
    purpose = attribute("autocomplete") or ""
    names = f"{attribute('name') or ''} {attribute('id') or ''} {purpose}"
    return (
        (attribute("type") or "").lower() == "password"
        or attribute("data-rr-is-password") is not None
        or bool(_SECRET_PURPOSE.search(purpose))
        or bool(_SECRET_NAME.search(_TWO_WORDS.sub(r"\1 ", names)))
    )


def is_plain_number(text: str) -> bool:
    """JavaScript's `Number(text) >= 0`."""
    return bool(_NUMBER.match(text))
