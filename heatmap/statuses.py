"""The words by which heat is told apart: what became of a point, how it is kept, what it was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["KINDS", "PRESSES", "UNITS", "Chart", "Kind", "Status"]


class Status(StrEnum):
    """What became of one recorded point at one width.

    The order is the precedence: a point has the *first* status that holds of it.
    Every point has exactly one, so that the counts add up to what was recorded.
    """

    NO_TARGET = "no_target"
    """The recording does not say which element was under the pointer."""
    MASKED = "masked"
    """Privacy rules forbid showing where inside the element it was."""
    UNMATCHED = "unmatched"
    """The backdrop has no element with this identity."""
    AMBIGUOUS = "ambiguous"
    """Several elements of the backdrop fit about as well; none was guessed."""
    HIDDEN = "hidden"
    """The element is there but not visible in the painted state."""
    OUTSIDE = "outside"
    """The place is beyond the page or beyond the visible part of the element."""
    UNSTABLE = "unstable"
    """Two replays of the same moment do not agree on where the element is."""
    DRAWN = "drawn"
    """It is in the picture."""


class Chart(StrEnum):
    """The coordinates in which a point is kept: the element's box, or its text."""

    BOX = "box"
    TEXT = "text"


class Kind(StrEnum):
    """What the visitor did. Kinds are never mixed in one grid."""

    CLICK = "click"
    TAP = "tap"
    MOVE = "move"
    HOVER = "hover"
    """A mouse or pen rested. Weighs the seconds that it did; all other points weigh 1."""


KINDS: tuple[Kind, ...] = tuple(Kind)
"""Kinds in the order of their codes in columns. New kinds are added at the end."""

PRESSES = (Kind.CLICK, Kind.TAP)
"""Kinds by which something was meant to happen."""

UNITS: Mapping[Kind, str] = {
    Kind.CLICK: "clicks",
    Kind.TAP: "taps",
    Kind.MOVE: "moves",
    Kind.HOVER: "seconds of rest",
}
"""What the weight of each kind counts."""
