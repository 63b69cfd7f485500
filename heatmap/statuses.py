"""The words by which heat is told apart: what became of a point, how it is kept, what it was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = [
    "AREAS",
    "AREA_UNITS",
    "FRICTION",
    "KINDS",
    "NAMES",
    "PRESSES",
    "SAMPLES",
    "UNITS",
    "Chart",
    "Kind",
    "Status",
]


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
    """A mouse or pen rested. Weighs the seconds that it did."""
    DOUBLE = "double"
    """A double click; the clicks that it is made of are clicks, too."""
    CONTEXT = "context"
    """The context menu was asked for: a right click, or a long press."""
    FOCUS = "focus"
    """The focus came to an element though no pointer had been there: by the keyboard, mostly.
    In the middle of the element, for it has no place."""
    RAGE = "rage"
    """A press in a burst on one place (`heatmap/thresholds.py`, as the following)."""
    DEAD = "dead"
    """A press to which the page did not answer."""
    ERROR = "error"
    """A press after which the page's scripts failed."""
    NEAR_MISS = "near_miss"
    """A press beside a control, and then one on it."""
    ATTENTION = "attention"
    """An element was in view of an active visitor. Weighs the seconds that it was."""
    SCROLL = "scroll"
    """How far down a session came; one a session."""


KINDS: tuple[Kind, ...] = tuple(Kind)
"""Kinds in the order of their codes in columns. New kinds are added at the end."""

PRESSES = (Kind.CLICK, Kind.TAP)
"""Kinds by which something was meant to happen."""

SAMPLES = (*PRESSES, Kind.MOVE, Kind.HOVER, Kind.DOUBLE, Kind.CONTEXT, Kind.FOCUS)
"""Kinds that were recorded, each point once; the others are made of these, or of exposures."""

FRICTION = (Kind.RAGE, Kind.DEAD, Kind.ERROR, Kind.NEAR_MISS)
"""Presses once more, by what was wrong with them."""

AREAS = (Kind.ATTENTION, Kind.SCROLL)
"""Kinds that fill an area, and are no points in it."""

UNITS: Mapping[Kind, str] = {
    Kind.CLICK: "clicks",
    Kind.TAP: "taps",
    Kind.MOVE: "moves",
    Kind.HOVER: "seconds of rest",
    Kind.DOUBLE: "double clicks",
    Kind.CONTEXT: "context menus",
    Kind.FOCUS: "focused by keyboard",
    Kind.RAGE: "rage presses",
    Kind.DEAD: "dead presses",
    Kind.ERROR: "presses before an error",
    Kind.NEAR_MISS: "near misses",
    Kind.ATTENTION: "seconds in view",
    Kind.SCROLL: "sessions",
}
"""What the weight of each kind counts."""

NAMES: Mapping[Kind, str] = {
    Kind.CLICK: "Clicks",
    Kind.TAP: "Taps",
    Kind.MOVE: "Moves",
    Kind.HOVER: "Rests",
    Kind.DOUBLE: "Double clicks",
    Kind.CONTEXT: "Context menus",
    Kind.FOCUS: "Keyboard focus",
    Kind.RAGE: "Rage",
    Kind.DEAD: "Dead",
    Kind.ERROR: "Errors",
    Kind.NEAR_MISS: "Near misses",
    Kind.ATTENTION: "Attention",
    Kind.SCROLL: "Scroll reach",
}
"""What each kind is called where one is chosen."""

AREA_UNITS: Mapping[Kind, str] = {
    Kind.ATTENTION: "seconds in view a session",
    Kind.SCROLL: "% of sessions came here",
}
"""What the colours of kinds that fill areas stand for."""
