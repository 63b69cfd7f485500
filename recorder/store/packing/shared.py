"""What the recordings of at least three people have in common: the body of a dictionary.

Texts are cut into tokens (strings, numbers, what stands between; long strings at
the ends of CSS rules). A *run* is consecutive tokens that the texts of three people
contain, byte for byte and without a break. The body holds runs and nothing else, a NUL
between two of them, in an order that no text decided: by length, then by their bytes.

So every stretch of the body without a NUL was recorded from three people or more,
whatever its length: not only its words, also their sequence. A NUL occurs in no
JSON text, so what reaches across one was recorded from nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["PEOPLE", "SEPARATOR", "Sample", "shared_runs"]

PEOPLE: Final = 3
"""Different people who must have had a run."""

SEPARATOR: Final = b"\x00"

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[^"\d-]+|["-]', re.DOTALL)
_RULE: Final = re.compile(rb"[^;}]*[;}]*")
_LONG: Final = 256
"""Bytes of a string from which it is cut: a style sheet, not a sentence."""

_GRAM: Final = 3
"""Tokens by which places are looked up; no run has fewer."""

_RUN_BYTES: Final = 16
"""Bytes below which a run is not worth its place: zstd spends about four on a match."""

_GAP: Final = 1_000
"""Tokens that are had already and are taken again, rather than to break a run in two: one
reference to a long run is shorter than several, and what repeats costs the dictionary little."""

_FEW: Final = 256
"""Places from which each is compared by itself."""

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording to learn from: who it is of, and its folded text."""

    person: str
    text: bytes


def shared_runs(samples: Sequence[Sample], budget: int) -> bytes:
    """The body of a dictionary of at most `budget` bytes; empty if nothing is shared.

    The longest runs are kept, and stand last, where references to them are short.
    """
    if len({sample.person for sample in samples}) < PEOPLE:
        return b""
    corpus = _Corpus(samples)
    runs: set[bytes] = set()
    for number in range(len(samples)):
        runs.update(corpus.runs_of(number))
    kept: list[bytes] = []
    room = budget
    for run in sorted(runs, key=_longest_first):
        if len(run) + len(SEPARATOR) <= room:
            room -= len(run) + len(SEPARATOR)
            kept.append(run)
    return SEPARATOR.join(reversed(kept))


def _longest_first(run: bytes) -> tuple[int, bytes]:
    return -len(run), run


def _tokens(text: bytes) -> list[bytes]:
    tokens: list[bytes] = []
    for token in _TOKEN.findall(text):
        if len(token) < _LONG:
            tokens.append(token)
        else:
            tokens.extend(filter(None, _RULE.findall(token)))
    return tokens


class _Numbers(dict[bytes, int]):
    """Tokens and their numbers, in the order in which they were first met."""

    def __missing__(self, token: bytes) -> int:
        number = self[token] = len(self)
        return number


class _Corpus:
    """All samples as one row of token numbers, and where each three tokens (a gram) occur in it."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        people: dict[str, int] = {}
        numbers = _Numbers()
        row: list[int] = []
        owners: list[int] = []
        self._bounds: list[tuple[int, int]] = []
        for place, sample in enumerate(samples):
            tokens = [numbers[token] for token in _tokens(sample.text)]
            self._bounds.append((len(row), len(row) + len(tokens)))
            row += tokens
            row.append(-1 - place)  # nothing reaches from one sample into the next
            owners += [people.setdefault(sample.person, len(people))] * (len(tokens) + 1)
        self._spelling = list(numbers)
        self._people = len(people)
        self._owner: Ids = np.array(owners, np.int64)
        # As many ends as a gram is long, so that there is one at every place.
        self._row: Ids = np.array(row + [-1 - len(samples)] * _GRAM, np.int64)
        self._gram, self._order, self._first = _index(self._row, len(row))
        self._common = self._held_by_many()
        self._taken = np.zeros(len(self._common), np.bool_)

    def runs_of(self, number: int) -> list[bytes]:
        """The runs in one sample that no sample before it gave."""
        start, end = self._bounds[number]
        grams = self._gram[start:end]
        fresh = self._common[grams] & ~self._taken[grams]
        runs: list[bytes] = []
        place = 0
        while place < len(fresh):
            ahead = int(np.argmax(fresh[place:]))
            if not fresh[place + ahead]:
                break
            place += ahead
            length = self._shared_length(start + place)
            if length >= _GRAM:
                length = min(length, _fresh_length(fresh, place) + _GRAM - 1)
                run = self._spelled(start + place, length)
                if len(run) >= _RUN_BYTES:
                    runs.append(run)
            # What follows begins anew; the last tokens may be the first of it.
            place += max(1, length - _GRAM + 1)
        self._taken[grams[fresh]] = True
        return runs

    def _held_by_many(self) -> npt.NDArray[np.bool_]:
        """Of each gram, whether enough people have it."""
        holders = np.unique(self._gram * self._people + self._owner) // self._people
        counts: Ids = np.bincount(holders, minlength=len(self._first) - 1)
        return counts >= PEOPLE

    def _shared_length(self, place: int) -> int:
        """Tokens of the longest run at `place` that three people have, its own person included."""
        gram = self._gram[place]
        places = self._order[self._first[gram] : self._first[gram + 1]]
        length = 0
        # While there are many places, all of them go a token further together.
        while len(places) > _FEW:
            same = self._row[places + length] == self._row[place + length]
            going_on = places[same]
            people = np.bincount(self._owner[going_on], minlength=self._people)
            if np.count_nonzero(people) < PEOPLE:
                return length
            places, length = going_on, length + 1
        best = np.zeros(self._people, np.int64)
        for other in places.tolist():
            person = self._owner[other]
            best[person] = max(best[person], self._common_length(place, other, length))
        return int(np.sort(best)[-PEOPLE])

    def _common_length(self, one: int, other: int, known: int) -> int:
        """Equal tokens from `one` and `other` on, of which `known` are known to be."""
        if one == other:
            one_end = next(end for start, end in self._bounds if start <= one < end)
            return one_end - one
        length, step = known, 32
        end = len(self._row) - max(one, other)
        while length < end:
            until = min(length + step, end)
            differs = (
                self._row[one + length : one + until] != self._row[other + length : other + until]
            )
            if differs.any():
                return length + int(np.argmax(differs))
            length, step = until, step * 2
        return length

    def _spelled(self, place: int, length: int) -> bytes:
        return b"".join(self._spelling[token] for token in self._row[place : place + length])


def _index(row: Ids, count: int) -> tuple[Ids, Ids, Ids]:
    """The gram at each of the first `count` places, all places by gram, and where each begins.

    Grams are told apart by a hash: what is found by it is compared token by token.
    """
    tokens = row.astype(np.uint64)
    hashes = np.zeros(count, np.uint64)
    for step in range(_GRAM):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + tokens[step : step + count]
        hashes ^= hashes >> np.uint64(29)
    kinds, gram = np.unique(hashes, return_inverse=True)
    order = np.argsort(gram, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(gram, minlength=len(kinds)))])
    return gram, order, first


def _fresh_length(fresh: npt.NDArray[np.bool_], place: int) -> int:
    """Places from the fresh one at `place` to the last before a gap that is worth one."""
    found = np.flatnonzero(fresh[place:])
    gaps = np.flatnonzero(np.diff(found) > _GAP)
    return int(found[gaps[0]] if len(gaps) else found[-1]) + 1
