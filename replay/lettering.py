"""Text on pictures: cleaned, wrapped to a width, and set in OpenCV's built-in variable font."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["REGULAR", "SEMIBOLD", "Style", "clean", "draw", "measure", "wrap"]

REGULAR, SEMIBOLD = 400, 600
"""Weights of the variable font."""

_BLANK = {"Cc", "Zs", "Zl", "Zp"}
_DROPPED = {"Cf", "Cs", "Co", "Cn"}
_MARKS_IN_A_ROW = 2
"""Combining marks kept on one letter: real scripts need two, towers of them are a prank."""


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks: height in picture px, RGB colour, weight from 100 to 900."""

    size: int
    colour: tuple[int, int, int]
    weight: int = REGULAR


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters, safe to draw, whatever a recording contained.

    Control characters and white space become single spaces; format characters (which
    may reverse the text after them), lone surrogates and unassigned ones go.
    """
    kept: list[str] = []
    marks = 0
    # Twice the limit is plenty, and ten million characters cost no more than that.
    for character in text[: 2 * limit + 64]:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if category in _BLANK:
            kept.append(" ")
        elif category not in _DROPPED and marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    line = " ".join("".join(kept).split())
    cut = len(line) > limit or len(text) > 2 * limit + 64
    return line[: limit - 1].rstrip() + "…" if cut else line


def measure(text: str, style: Style) -> int:
    """Width of a line, picture px."""
    face = cv2.FontFace("sans")
    box = cv2.getTextSize((1 << 15, 1 << 10), text, (0, 0), face, style.size, style.weight)
    return int(box[0] + box[2]) if text else 0


def wrap(text: str, style: Style, width: int, most: int) -> list[str]:
    """Lines of `text` within `width` px, at most `most`; what is left over ends in "…"."""
    lines: list[str] = []
    rest = text
    while rest:
        head = _fitting(rest, style, width)
        if len(lines) == most - 1 and len(head) < len(rest):
            return [*lines, _fitting(rest, style, width - style.size, words=False).rstrip() + "…"]
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return lines


def _fitting(text: str, style: Style, width: int, *, words: bool = True) -> str:
    """The longest start of `text` within `width`: whole words if possible, one letter at least."""
    if measure(text, style) <= width:
        return text
    low, high = 1, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if measure(text[:middle], style) <= width else (low, middle)
    space = text.rfind(" ", 0, low + 1)
    return text[:space] if words and space > 0 else text[:low]


def draw(image: NDArray[np.uint8], text: str, left: int, base: int, style: Style) -> None:
    """Set one line on a BGR image, in place; `base` is the baseline's row.

    A font face is made for each line: it carries the weight as state, and threads
    must not share it. Making one takes 30 microseconds.
    """
    face = cv2.FontFace("sans")
    cv2.putText(image, text, (left, base), style.colour[::-1], face, style.size, style.weight)
