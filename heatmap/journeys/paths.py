"""Paths: where sessions enter and leave, which ways they go from page to page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from recorder.index.sequences import Sequences
from recorder.pages import match_page

__all__ = ["Paths", "Way", "paths_of"]

LENGTH: Final = 6
"""Pages of a way that are told apart; what comes after them makes no other way."""


@dataclass(frozen=True, slots=True)
class Way:
    """What `sessions` sessions did: a page, a pair of pages, or several in their order."""

    pages: tuple[str, ...]
    sessions: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Of `sessions` sessions with a page view: first and last pages, steps from one to another,
    whole ways; each with those first that most sessions took."""

    sessions: int
    entries: list[Way]
    exits: list[Way]
    transitions: list[Way]
    ways: list[Way]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        names = ("entries", "exits", "transitions", "ways")
        return {"sessions": self.sessions} | {
            name: [{"pages": one.pages, "sessions": one.sessions} for one in getattr(self, name)]
            for name in names
        }


def paths_of(found: Sequences, start: str | None = None) -> Paths:
    """The ways of all sessions; with `start`, a PAGE pattern, from their first view of it on.

    The same page twice in a row, as after a reload, is one.
    """
    walks = [_walk([view.path for view in views], start) for views in found.views.values()]
    walks = [walk for walk in walks if walk]
    return Paths(
        len(walks),
        _ranked(Counter((walk[0],) for walk in walks)),
        _ranked(Counter((walk[-1],) for walk in walks)),
        # Who goes to and fro does it once: sessions are counted.
        _ranked(Counter(pair for walk in walks for pair in set(pairwise(walk)))),
        _ranked(Counter(tuple(walk[:LENGTH]) for walk in walks)),
    )


def _walk(pages: Sequence[str], start: str | None) -> list[str]:
    if start is not None:
        begin = next((i for i, path in enumerate(pages) if match_page(start, path)), len(pages))
        pages = pages[begin:]
    return [page for i, page in enumerate(pages) if i == 0 or pages[i - 1] != page]


def _ranked(counts: Counter[tuple[str, ...]]) -> list[Way]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Way(pages, sessions) for pages, sessions in ordered]
