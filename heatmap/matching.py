"""One page's elements assigned to another's: exact keys first, then likeness, then abstention.

Keys go from strongest to weakest, each counting only where it is unique on both sides. What no
key finds is compared by its traits and solved as one assignment, twice: what the first round is
sure of is context for the second. Nothing depends on the order of elements or on which page is
which. Where several fit about as well, or another content stands in a row in its place, nothing
is guessed: a wrong element is worse than none. Geometry has no weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from heatmap.anchors import ElementKeys
from heatmap.context import Pairs, Tree, held_in_common, kinship, path_of
from heatmap.similarity import Traits, families, ways

__all__ = ["CONFIDENCE", "Match", "Matcher", "Refused"]

CONFIDENCE: Final[Mapping[str, float]] = {
    "test": 1.0,
    "id": 0.98,
    "name": 0.97,
    "link": 0.95,
    "role": 0.92,
    "text": 0.9,
}
"""How far a match by each kind of key is trusted (ours: set by how often such a key is
reused for another element; test ids are made to be identities). Likeness is trusted as far as
it goes, but never more than a text."""

LEAST: Final = 0.35
"""Likeness (0 to 1) below which two elements are not the same one. Ours, set on the pairs of
`fixtures/identity` that may be tuned on, as are the two below."""

MARGIN: Final = 0.02
"""A match stands if no other that both sides would take is this near to it in likeness."""

ROUNDS: Final = 3
"""Assignments at most: each takes what the one before was sure of as context."""

_HARD: Final = ("test", "id", "name", "link")
"""Kinds of key that tell two elements apart when both have one and they differ."""

_CONTENT: Final = frozenset(
    ("text", "word", "href", "src", "srcname", "alt", "holdssrc", "holdssrcname", "value")
)
"""Kinds of traits that say what an element holds."""

HALF: Final = 0.5
"""Of elements that hold more than this share in common none is the other's replacement."""


@dataclass(frozen=True, slots=True)
class Match:
    """`index` of the element on the page, in document order; `by` is the kind of key, or
    `traits`."""

    index: int
    confidence: float
    by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No element: none fits, or several do; `reason` for people."""

    status: Literal["unmatched", "ambiguous"]
    reason: str


UNLIKE: Final = Refused("unmatched", "nothing on the page is like it")
SEVERAL: Final = Refused("ambiguous", "several elements are about as like it")
REPLACED: Final = Refused("unmatched", "something else stands in its place in a row")


class Matcher:
    """A page to which elements of other pages are assigned."""

    def __init__(self, elements: Sequence[ElementKeys]) -> None:
        self._elements = elements
        self._owners = {kind: dict(_asked(elements, kind)) for kind in CONFIDENCE}

    # Only for what no key finds: within one deployment that is seldom anything.

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self._elements)

    @cached_property
    def _said(self) -> Traits:
        return Traits([_said(one) for one in self._elements])

    @cached_property
    def _traits(self) -> Traits:
        return Traits([_traits(one) for one in self._elements])

    def match(self, wanted: Sequence[ElementKeys]) -> list[Match | Refused]:
        """Which element each of `wanted` is; never two of them the same one, unless they are
        states of one node."""
        found: list[Match | Refused] = [UNLIKE] * len(wanted)
        groups = _states(wanted)
        by_key = self._by_keys(wanted, groups)
        for row, match in by_key.items():
            found[row] = match
        rows = [row for row in range(len(wanted)) if row not in by_key]
        taken = {match.index for match in by_key.values()}
        columns = [column for column in range(len(self._elements)) if column not in taken]
        if not rows or not columns:
            return found
        known = {row: match.index for row, match in by_key.items()}
        for row, answer in self._by_likeness(wanted, groups, rows, columns, known).items():
            found[row] = answer
        return found

    def _by_keys(self, wanted: Sequence[ElementKeys], groups: Sequence[int]) -> dict[int, Match]:
        """One kind after the other over all elements, so that a stronger key always wins."""
        found: dict[int, Match] = {}
        owner: dict[int, int] = {}
        held: dict[int, int] = {}
        for kind, confidence in CONFIDENCE.items():
            here = self._owners[kind]
            for key, row in _asked(wanted, kind):
                column = here.get(key)
                if column is None or row in found:
                    continue
                group = groups[row]
                if owner.get(column, group) != group or held.get(group, column) != column:
                    continue
                if _agree(wanted[row], self._elements[column], kind):
                    found[row] = Match(column, confidence, kind)
                    owner[column], held[group] = group, column
        return found

    def _by_likeness(
        self,
        wanted: Sequence[ElementKeys],
        groups: Sequence[int],
        rows: Sequence[int],
        columns: Sequence[int],
        known: Pairs,
    ) -> dict[int, Match | Refused]:
        """Answers for `rows`, from `columns`; `known` are the matches by keys.

        First by what elements are, then, of those left, by where they stand, too: who goes by
        place at once takes a neighbour when something was put in between.
        """
        tree = Tree(wanted)
        states: dict[int, list[int]] = {}
        for row in rows:
            states.setdefault(groups[row], []).append(row)
        answers: dict[int, Match | Refused] = {}
        for traits, read in ((self._said, _said), (self._traits, _traits)):
            if not states or not columns:
                break
            likeness = self._likeness(traits, read, wanted, states, columns)
            for row, answer in self._rounds(likeness, wanted, tree, states, columns, known).items():
                answers[row] = answer
                if isinstance(answer, Match):
                    known = known | {row: answer.index}
            taken = set(known.values())
            columns = [column for column in columns if column not in taken]
            states = {g: of for g, of in states.items() if not isinstance(answers[of[0]], Match)}
        return answers

    def _likeness(
        self,
        traits: Traits,
        read: Callable[[ElementKeys], list[str]],
        wanted: Sequence[ElementKeys],
        states: Mapping[int, Sequence[int]],
        columns: Sequence[int],
    ) -> NDArray[np.float32]:
        """(groups of `states`, `columns`), 0 to 1: of the state that is most like it."""
        rows = [wanted[row] for of_one in states.values() for row in of_one]
        likeness = traits.alike([read(one) for one in rows], columns)
        likeness *= families(
            [one.tag for one in rows], [self._elements[column].tag for column in columns]
        )
        if len(rows) == len(states):
            return likeness
        starts = np.cumsum([0, *(len(of_one) for of_one in states.values())])[:-1]
        best: NDArray[np.float32] = np.maximum.reduceat(likeness, starts, axis=0)
        return best

    def _rounds(
        self,
        likeness: NDArray[np.float32],
        wanted: Sequence[ElementKeys],
        tree: Tree,
        states: Mapping[int, Sequence[int]],
        columns: Sequence[int],
        known: Pairs,
    ) -> dict[int, Match | Refused]:
        """Answers for all rows of `states`, from `columns`."""
        firsts = [of_one[0] for of_one in states.values()]
        held = held_in_common(tree, self._tree, known)
        near, chosen, several = likeness, dict[int, int](), set[int]()
        for _ in range(ROUNDS):
            near = likeness + kinship(held, tree, self._tree, firsts, columns) * (likeness > 0)
            chosen, several = _assign(near)
            pairs = known | {firsts[row]: columns[column] for row, column in chosen.items()}
            held = held_in_common(tree, self._tree, pairs)
            if len(chosen) == len(firsts):
                break
        answers: dict[int, Match | Refused] = {}
        for number, of_one in enumerate(states.values()):
            answer: Match | Refused = SEVERAL if number in several else UNLIKE
            if number in chosen:
                column = columns[chosen[number]]
                score = float(min(near[number, chosen[number]], CONFIDENCE["text"]))
                answer = Match(column, round(score, 2), "traits")
                inside = held[firsts[number], column]  # not a number where nothing is
                if not inside > HALF and self._is_replaced(wanted[firsts[number]], tree, column):
                    answer = REPLACED
            answers |= dict.fromkeys(of_one, answer)
        return answers

    def _is_replaced(self, wanted: ElementKeys, tree: Tree, column: int) -> bool:
        """Whether both hold something, nothing of it the same, and stand in a row."""
        found = self._elements[column]
        mine, theirs = _content(wanted), _content(found)
        if not mine or not theirs or mine & theirs:
            return False
        return self._tree.in_a_row(path_of(found)) or tree.in_a_row(path_of(wanted))


def _assign(likeness: NDArray[np.float32]) -> tuple[Pairs, set[int]]:
    """The pairs that stand, and the rows that have several.

    Squares prefer one good pair and one bad to two middling ones. A pair falls where either side
    has another that is about as like it and would take it.
    """
    rows, columns = linear_sum_assignment(np.square(likeness), maximize=True)
    scores = likeness[rows, columns]
    of_row, of_column = (
        np.zeros(likeness.shape[0], np.float32),
        np.zeros(likeness.shape[1], np.float32),
    )
    of_row[rows], of_column[columns] = scores, scores
    rivals: NDArray[np.bool_] = likeness > np.maximum(LEAST, of_row - MARGIN)[:, None]
    rivals &= likeness > (of_column - MARGIN)[None, :]
    rivals[rows, columns] = False
    row_has: NDArray[np.bool_] = np.asarray(rivals.any(axis=1))
    column_has: NDArray[np.bool_] = np.asarray(rivals.any(axis=0))
    sure = (scores >= LEAST) & ~row_has[rows] & ~column_has[columns]
    pairs = {int(r): int(c) for r, c in zip(rows[sure], columns[sure], strict=True)}
    contested = (scores >= LEAST) & ~sure
    return pairs, {int(r) for r in rows[contested]} | {int(r) for r in np.flatnonzero(row_has)}


def _states(wanted: Sequence[ElementKeys]) -> list[int]:
    """A number for each element; the same for those that are one node, or have the same keys."""
    numbers: dict[object, int] = {}
    return [
        numbers.setdefault(one.node if one.node >= 0 else (tuple(one.keys), index), index)
        for index, one in enumerate(wanted)
    ]


def _asked(elements: Sequence[ElementKeys], kind: str) -> list[tuple[str, int]]:
    """Keys of `kind` that are unique in their document, with their elements' indexes."""
    return [
        (key, index)
        for index, one in enumerate(elements)
        for own, key, unique in one.keys
        if unique and own == kind
    ]


def _agree(one: ElementKeys, other: ElementKeys, stronger_than: str) -> bool:
    """Whether tags are the same and no stronger hard key, which both have, differs."""
    if one.tag != other.tag:
        return False
    for kind in _HARD:
        if kind == stronger_than:
            break
        mine = {key for own, key, _ in one.keys if own == kind}
        theirs = {key for own, key, _ in other.keys if own == kind}
        if mine and theirs and not mine & theirs:
            return False
    return True


def _said(element: ElementKeys) -> list[str]:
    return element.traits


def _traits(element: ElementKeys) -> list[str]:
    path = path_of(element)
    return [*element.traits, *(ways(path) if path else [])]


def _content(element: ElementKeys) -> set[str]:
    return {trait for trait in element.traits if trait.partition(":")[0] in _CONTENT}
