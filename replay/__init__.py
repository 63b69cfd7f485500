"""From the store to a moment at any width: the stage, and what is read off it."""

from replay.fidelity import Fidelity
from replay.moments import Moment, find_moment, parse_time
from replay.render import Render, render
from replay.stage import Stage
from replay.staged import Boxes, StagedMoment
from replay.theatre import STAGES_AT_ONCE, Theatre

__all__ = [
    "STAGES_AT_ONCE",
    "Boxes",
    "Fidelity",
    "Moment",
    "Render",
    "Stage",
    "StagedMoment",
    "Theatre",
    "find_moment",
    "parse_time",
    "render",
]
