"""What is around elements: which were matched inside of them and of what they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from heatmap.anchors import ElementKeys

__all__ = ["KIN", "Pairs", "Tree", "held_in_common", "kinship", "path_of"]

KIN: Final = (0.1, 0.1, 0.05)
"""Added to the likeness of elements if all that was matched inside of them was matched to each
other, inside of their parents, of their grandparents; taken from it if none of it was."""

Pairs = dict[int, int]
"""Row (of those asked for) → column (of the page)."""


class Tree:
    """What structural paths tell: each element's parent (-1: not among them), and rows."""

    def __init__(self, elements: Sequence[ElementKeys]) -> None:
        self._paths = {path_of(one): index for index, one in enumerate(elements)}
        anchors = {
            f"path:{key}": index
            for index, one in enumerate(elements)
            for kind, key, unique in one.keys
            if unique and kind in ("test", "id")
        }
        above = [path_of(one).rpartition(">")[0] for one in elements]
        self.parents = [
            (self._paths.get(path, anchors.get(path, -1)) if path else -1) for path in above
        ]

        self.holders = self._holders()

    def _holders(self) -> sp.csr_array:
        """(elements, elements): ones where the first is inside of the second, or is it."""
        rows, columns = [], []
        for index in range(len(self.parents)):
            above, seen = index, {-1}
            while above not in seen:
                rows.append(index)
                columns.append(above)
                seen.add(above)
                above = self.parents[above]
        size = len(self.parents)
        return sp.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(size, size))

    def in_a_row(self, path: str) -> bool:
        """Whether some step of the path has siblings of its kind: a list, a grid, a table."""
        steps = path.split(">")
        for depth in range(1, len(steps)):
            tag, _, nth = steps[depth].rpartition(":")
            neighbour = "1" if nth != "1" else "2"
            if ">".join([*steps[:depth], f"{tag}:{neighbour}"]) in self._paths:
                return True
        return False


def held_in_common(one: Tree, other: Tree, pairs: Pairs) -> NDArray[np.float32]:
    """(elements, elements): of what is inside of each and was matched, the share (Dice) that was
    matched to what is inside of the other; NaN where nothing inside of one of them was."""
    mine = one.holders[list(pairs.keys())]
    theirs = other.holders[list(pairs.values())]
    held: NDArray[np.float32] = 2 * (mine.T @ theirs).toarray()
    some, others = mine.sum(axis=0), theirs.sum(axis=0)
    some[some == 0], others[others == 0] = np.nan, np.nan
    held /= some[:, None] + others[None, :]
    return held


def kinship(
    held: NDArray[np.float32],
    one: Tree,
    other: Tree,
    rows: Sequence[int],
    columns: Sequence[int],
) -> NDArray[np.float32]:
    """(rows, columns): what context adds to likeness, or takes from it."""
    says = np.pad(np.nan_to_num(2 * held - 1), ((0, 1), (0, 1)))  # -1, no parent: says nothing
    total = np.zeros((len(rows), len(columns)), np.float32)
    mine, theirs = np.array(rows), np.array(columns)
    for weight in KIN:
        total += np.float32(weight) * says[np.ix_(mine, theirs)]
        mine = np.append(one.parents, -1)[mine]
        theirs = np.append(other.parents, -1)[theirs]
    return total


def path_of(element: ElementKeys) -> str:
    """The structural path, such as `path:id:list>li:2>a:1`; empty if it is not known."""
    return next((key for kind, key, _ in element.keys if kind == "path"), "")
