"""One name for what is one element, over the pages of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatmap.anchors import ElementKeys
from heatmap.controls import is_control
from heatmap.identity import Match, Page

__all__ = ["Catalogue", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An element: its name and label, whether it is a control, and its index on each page.

    The index is None where the page has no such element, or the match was refused.
    """

    name: str
    label: str
    control: bool
    indexes: tuple[int | None, ...]


class Catalogue:
    """The elements of several pages, each once; found by the keys that any recording gave them.

    The first page that has an element names it.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        for page in pages:
            for other in pages:
                if other is not page:
                    page.match(other.elements)
        self._entries: dict[tuple[int, int], Entry] = {}
        self._elsewhere: dict[str, Entry] = {}

    def find(self, keys: ElementKeys) -> Entry | None:
        """The entry of an element; None where it is on none of the pages and has no key of
        its own, only a path: nothing says which one it is."""
        for number, page in enumerate(self._pages):
            match = page.find(keys)
            if isinstance(match, Match):
                return self.at(number, match.index)
        if all(kind == "path" or not unique for kind, _, unique in keys.keys):
            return None
        return self._elsewhere.setdefault(keys.name, self._entry(keys, {}))

    def at(self, number: int, index: int) -> Entry:
        """The entry of the `index`-th element of the `number`-th page."""
        place = (number, index)
        if place not in self._entries:
            keys = self._pages[number].elements[index]
            indexes = {number: index}
            for other, page in enumerate(self._pages):
                match = None if other == number else page.find(keys)
                # A match counts if it leads back: else two elements would become one.
                if isinstance(match, Match) and self._leads_back(other, match.index, place):
                    indexes[other] = match.index
            entry = self._entry(self._pages[min(indexes)].elements[indexes[min(indexes)]], indexes)
            for each in indexes.items():
                self._entries[each] = entry
        return self._entries[place]

    def _leads_back(self, other: int, index: int, place: tuple[int, int]) -> bool:
        number, wanted = place
        back = self._pages[number].find(self._pages[other].elements[index])
        return isinstance(back, Match) and back.index == wanted

    def _entry(self, keys: ElementKeys, indexes: dict[int, int]) -> Entry:
        places = tuple(indexes.get(number) for number in range(len(self._pages)))
        return Entry(keys.name, keys.label, is_control(keys), places)
