"""Which element of one page is that element of another: matched, with a confidence, or refused.

Keys are tried from strongest to weakest; one counts only where it is unique
on both sides. Where a stronger key speaks against a weaker match, or the
structural path leads into a row of similar elements, nothing is guessed: a
wrong element is worse than none. Geometry has no weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from heatmap.anchors import ElementKeys

__all__ = ["CONFIDENCE", "Match", "Page", "Refused"]

CONFIDENCE: Mapping[str, float] = {
    "test": 1.0,
    "id": 0.98,
    "name": 0.97,
    "link": 0.95,
    "role": 0.92,
    "text": 0.9,
    "path": 0.75,
}
"""How far a match by each kind of key is trusted (ours: set by how often such a key is
reused for another element; test ids are made to be identities, paths are not)."""

CONTRADICTED = 0.6
"""Confidence of a path whose element now says something else: personalised or edited text."""

_HARD = ("test", "id", "name", "link")
"""Kinds of key that tell two elements apart when both have one and they differ."""


@dataclass(frozen=True, slots=True)
class Match:
    """`index` of the element on the page, in document order; `by` is the kind of key."""

    index: int
    confidence: float
    by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No element: none fits, or several do."""

    status: Literal["unmatched", "ambiguous"]


class Page:
    """The elements of one page, to be found by their keys."""

    def __init__(self, elements: Sequence[ElementKeys]) -> None:
        self.elements = elements
        self._unique: dict[str, int] = {}
        self._shared: set[str] = set()
        for index, element in enumerate(elements):
            for _, key, unique in element.keys:
                if unique:
                    self._unique[key] = index
                else:
                    self._shared.add(key)
        self._known: dict[tuple[tuple[str, str, bool], ...], Match | Refused] = {}

    def find(self, wanted: ElementKeys) -> Match | Refused:
        """The element that `wanted` is on this page."""
        identity = tuple(wanted.keys)
        if identity not in self._known:
            self._known[identity] = self._search(wanted)
        return self._known[identity]

    def _search(self, wanted: ElementKeys) -> Match | Refused:
        several = False
        for kind, key, unique in wanted.keys:
            index = self._unique.get(key)
            if index is None or not unique:
                several = several or (kind != "path" and key in self._shared)
                continue
            confidence = self._confidence(kind, key, wanted, self.elements[index])
            if confidence:
                return Match(index, confidence, kind)
        return Refused("ambiguous" if several else "unmatched")

    def _confidence(
        self, kind: str, key: str, wanted: ElementKeys, found: ElementKeys
    ) -> float | None:
        """None where other keys say that `found` is another element."""
        if wanted.tag != found.tag or _differ(wanted, found, _HARD, stronger_than=kind):
            return None
        if kind != "path":
            return CONFIDENCE[kind]
        if not _differ(wanted, found, ("role", "text")):
            return CONFIDENCE["path"]
        return None if self._in_a_row(key) else CONTRADICTED

    def _in_a_row(self, path: str) -> bool:
        """Whether some step of the path has siblings of its kind: a list, a grid, a table."""
        steps = path.split(">")
        for depth in range(1, len(steps)):
            tag, _, nth = steps[depth].rpartition(":")
            neighbour = "1" if nth != "1" else "2"
            sibling = ">".join([*steps[:depth], f"{tag}:{neighbour}"])
            if sibling in self._unique or sibling in self._shared:
                return True
        return False


def _differ(
    one: ElementKeys, other: ElementKeys, kinds: Sequence[str], stronger_than: str = ""
) -> bool:
    """Whether both have a key of one of `kinds` and no key of that kind in common."""
    for kind in kinds:
        if kind == stronger_than:
            break
        mine = {key for own, key, _ in one.keys if own == kind}
        theirs = {key for own, key, _ in other.keys if own == kind}
        if mine and theirs and not mine & theirs:
            return True
    return False
