"""What is masked by its form, at every level: see `recorder/client/redact/patterns.ts`.

The expressions are those of the tag, sign by sign; `tests/recorder/masking` runs both over one
corpus.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from recorder import limits
from recorder.masking.script_regex import by_units, script_regex
from recorder.masking.text import mask_text

__all__ = ["mask_patterns"]

_EMAIL = script_regex(
    r"""[^\s@"'<>()[\],;:/=?&#]{1,64}(?:@|%40)(?!\d+(?:\.\d+)?x\.)"""
    r"(?:[^\s\0-,./:-@[-^`{-\x7f]{1,63}\.)+[^\s\0-@[-`{-\x7f][^\s\0-,./:-@[-^`{-\x7f]{1,62}"
)
_MANY_DIGITS = script_regex(r"\d(?:\D{0,12}\d){7}")
_IBAN = script_regex(
    r"[a-z]{2}\d\d(?:[ \u00a0]?[a-z\d]{4}){2,7}(?:[ \u00a0]?[a-z\d]{1,3})?(?!\w)", "i"
)
_GROUP: Final = r"([ \u00a0\u202f\u2010-\u2013-])"
_CARDS = [
    script_regex(r"[2-68]\d{12,18}(?!\w)"),
    script_regex(rf"[2-68]\d{{3}}{_GROUP}\d{{4}}\1\d{{4}}\1\d{{4}}\1\d{{1,3}}(?!\w)"),
    script_regex(rf"[2-68]\d{{3}}{_GROUP}\d{{4}}\1\d{{4}}\1\d{{1,4}}(?!\w)"),
    script_regex(rf"[2-68]\d{{3}}{_GROUP}\d{{6}}\1\d{{4,5}}(?!\w)"),
]
_CARD_DIGITS = script_regex(r"\d(?:\D?\d){12}")
_BETWEEN: Final = r"[ \u00a0\u202f.()/\u2010-\u2013-]{0,2}"
_INTERNATIONAL = script_regex(rf"(?:\+|00)[1-9](?:{_BETWEEN}\d){{8,14}}(?!\w)")
_NATIONAL = script_regex(rf"\(?0[1-9](?:{_BETWEEN}\d){{7,9}}(?!\w)")
_AMERICAN = script_regex(
    r"\(?[2-9]\d\d(?:\) ?|[ \u00a0.\u2010-\u2013-])\d{3}[ \u00a0.\u2010-\u2013-]\d{4}(?!\w)"
)
_DATE = script_regex(r"^\d\d([ ./-])\d\d\1(?:(?:19|20)\d\d(?!\d)|\d\d(?!\d|\1))")
_PART_OF_MORE = script_regex(r"[\w.,]")
_NO_DIGIT = script_regex(r"\D+")
_NO_WORD = script_regex(r"\W")


def mask_patterns(text: str) -> str:
    """`text` with every pattern masked; the same string if there is none."""
    if "@" not in text and "%40" not in text and not _MANY_DIGITS.search(text):
        return text
    return by_units(_masked, text)


def _masked(text: str) -> str:
    masked = _masked_once(text)
    # What was hidden may have stood in the way of a pattern beside it.
    while masked != text:
        text, masked = masked, _masked_once(masked)
    return masked


def _masked_once(text: str) -> str:
    masked = text
    if "@" in text or "%40" in text:
        masked = _EMAIL.sub(lambda found: mask_text(found[0]), text)
    if not _MANY_DIGITS.search(masked):
        return masked
    masked = _hide(masked, _IBAN, _iban_length)
    if _CARD_DIGITS.search(masked):
        for shape in _CARDS:
            masked = _hide(masked, shape, _card_length)
    # Numbers that happen to be a card's may end within one of these: it is looked for before, too.
    for shape, length in ((_INTERNATIONAL, len), (_NATIONAL, _national_length), (_AMERICAN, len)):
        masked = _both(text, _hide(masked, shape, length), _hide(text, shape, length))
    return masked


def _both(text: str, one: str, other: str) -> str:
    """`text` without what either `one` or `other` does not show of it."""
    if other == text:
        return one
    signs = zip(text, one, other, strict=True)
    return "".join(hidden if hidden != sign else kept for sign, kept, hidden in signs)


def _hide(text: str, shape: re.Pattern[str], length: Callable[[str], int]) -> str:
    """Masks what has `shape`, as many signs of it as `length` says."""
    done: list[str] = []
    start = refused = 0
    found = shape.search(text)
    while found:
        index = found.start()
        is_part = index > 0 and _PART_OF_MORE.match(text[index - 1])
        end = index if is_part else index + length(found[0])
        if end > index:
            done += (text[start:index], mask_text(text[index:end]))
            start = end
        elif (refused := refused + 1) > limits.WALL_CANDIDATES:
            return mask_text(text)
        # What was refused may begin a little later: behind another number, for instance.
        found = shape.search(text, max(end, index + 1))
    return "".join((*done, text[start:])) if done else text


def _card_length(found: str) -> int:
    """Luhn's sum (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in _NO_DIGIT.sub("", found)]
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return len(found) if len(digits) > 12 and total % 10 == 0 else 0


def _iban_length(found: str) -> int:
    """The longest beginning that ends with a group and whose remainder by 97 is 1 (ISO 13616)."""
    signs = _NO_WORD.sub("", found)
    values = [str(int(sign, 36)) for sign in signs]
    head = "".join(values[:4])
    # The shortest, Norway's, have 15 signs.
    for end in _group_ends(found):
        count = len(_NO_WORD.sub("", found[:end]))
        if count > 14 and int("".join(values[4:count]) + head) % 97 == 1:
            return end
    return 0


def _group_ends(found: str) -> list[int]:
    """Where its groups end, the last first."""
    return [len(found), *(space.start() for space in reversed([*_NO_WORD.finditer(found)]))]


def _national_length(found: str) -> int:
    digits = _NO_DIGIT.sub("", found)
    groups = len(_NO_DIGIT.split(found))
    return 0 if _DATE.match(found) or (len(digits) < 10 and groups < 3) else len(found)
