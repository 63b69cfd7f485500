"""How alike elements are, by their traits: one number from 0 to 1 for each pair.

A weighted Dice coefficient. Each kind of trait has a weight, and each trait is worth less the
more elements of the page have it: what everything has tells nothing apart. Geometry is no trait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["WEIGHTS", "Traits", "families", "ways"]

WEIGHTS: Final[Mapping[str, float]] = {
    "text": 3.0,
    "word": 1.3,
    "href": 2.0,
    "hrefname": 1.0,
    "src": 1.5,
    "srcname": 1.5,
    "id": 2.0,
    "name": 2.0,
    "for": 1.5,
    "type": 0.8,
    "placeholder": 1.5,
    "alt": 1.5,
    "title": 1.0,
    "aria-label": 1.5,
    "value": 0.8,
    "role": 0.7,
    "class": 0.6,
    "tag": 1.0,
    "kids": 0.8,
    "head": 1.5,
    "in": 0.6,
    "up": 0.3,
    "up2": 0.2,
    "upclass": 0.3,
    "upclass2": 0.15,
    "prev": 0.3,
    "prevsays": 1.0,
    "first": 0.3,
    "upsays": 1.5,
    "upsays2": 0.7,
    "uphref": 1.2,
    "uphref2": 0.6,
    "holdssrc": 1.5,
    "holdssrcname": 1.5,
    "holdsclass": 0.7,
    "path": 1.0,
    "tags": 0.5,
    "places": 0.4,
    "tail1": 0.3,
    "tail2": 0.5,
    "tail3": 0.5,
    "tail4": 0.5,
}
"""What a trait of each kind weighs. Ours, set on `fixtures/identity`, those pairs apart that are
held out; in the order of how stable properties were found (Nass et al., "Similarity-based web
element localization for robust test automation", 2023: text .95, name .95, href .88, id .87)."""

OTHER: Final = 0.5
"""What a trait of another kind weighs."""

COMMON: Final = 0.15
"""What is left of the weight of a trait that every element has."""


class Traits:
    """The traits of a page's elements, to be compared with those of others."""

    def __init__(self, elements: Sequence[Sequence[str]]) -> None:
        self._numbers: dict[str, int] = {}
        self._page = self._rows(elements)

    def alike(self, others: Sequence[Sequence[str]], columns: Sequence[int]) -> NDArray[np.float32]:
        """(others, `columns` of the page), 0 to 1; the same whichever of both is the page."""
        theirs = self._rows(others)
        size = len(self._numbers)
        page = self._page
        page.resize((page.shape[0], size))
        counts = np.asarray(page.sum(axis=0)) + np.asarray(theirs.sum(axis=0))
        rarity = 1 - np.log1p(counts) / np.log1p(max(2, page.shape[0] + theirs.shape[0]))
        plain = np.array([_weight(trait) for trait in self._numbers], np.float32)
        weights = (plain * (COMMON + (1 - COMMON) * np.clip(rarity, 0, 1))).astype(np.float32)
        mine = page[np.asarray(columns)]
        shared = (theirs.multiply(weights[None, :]).tocsr() @ mine.T.tocsr()).toarray()
        both = ((theirs @ weights)[:, None] + (mine @ weights)[None, :]) / 2
        alike = np.divide(shared, both, out=np.zeros_like(shared), where=both > 0)
        # The order of addition must not decide between elements that are just as like.
        rounded: NDArray[np.float32] = np.round(alike, 5)
        return rounded

    def _rows(self, elements: Sequence[Sequence[str]]) -> sp.csr_array:
        """Ones where an element has a trait; new traits get new columns."""
        rows, columns = [], []
        for row, traits in enumerate(elements):
            for trait in set(traits):
                rows.append(row)
                columns.append(self._numbers.setdefault(trait, len(self._numbers)))
        shape = (len(elements), len(self._numbers))
        return sp.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


_FAMILIES: Final = tuple(
    frozenset(words.split(" "))
    for words in (
        "a button input",
        (
            "h1 h2 h3 h4 h5 h6 p div span li section article header footer main nav aside ul ol"
            " strong b em small label"
        ),
        "i svg",
        "img picture",
    )
)
"""Tags that redesigns put in each other's place."""

RELATED, UNRELATED = 0.9, 0.6
"""What is left of the likeness of elements of the same family, and of others."""


def families(some: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
    """(some, others): 1 where tags are the same, less where they are not."""
    tags = sorted({*some, *others})
    number = {tag: index for index, tag in enumerate(tags)}
    near = np.full((len(tags), len(tags)), UNRELATED, np.float32)
    for family in _FAMILIES:
        known = [number[tag] for tag in family if tag in number]
        near[np.ix_(known, known)] = RELATED
    np.fill_diagonal(near, 1.0)
    return near[np.ix_([number[tag] for tag in some], [number[tag] for tag in others])]


def ways(path: str) -> list[str]:
    """What the structural path (`path:id:list>li:2>a:1`) says, as traits: whole, and its ends."""
    steps = path.removeprefix("path:").split(">")
    found = [f"path:{path}", f"tags:{'>'.join(step.rpartition(':')[0] for step in steps)}"]
    found.append(f"places:{'.'.join(step.rpartition(':')[2] for step in steps[-4:])}")
    return found + [f"tail{n}:{'>'.join(steps[-n:])}" for n in range(1, 5) if len(steps) > n]


def _weight(trait: str) -> float:
    return WEIGHTS.get(trait.partition(":")[0], OTHER)
