"""The elements of one page, to be found by elements that any recording met."""

from __future__ import annotations

from collections.abc import Sequence

from heatmap.anchors import ElementKeys
from heatmap.matching import Match, Matcher, Refused

__all__ = ["Match", "Page", "Refused"]

_Identity = tuple[tuple[str, str, bool], ...]


class Page:
    """The elements of one page, to be found by their keys and traits."""

    def __init__(self, elements: Sequence[ElementKeys]) -> None:
        self.elements = elements
        self._matcher: Matcher | None = None
        self._known: dict[_Identity, Match | Refused] = {}

    def find(self, wanted: ElementKeys) -> Match | Refused:
        """The element that `wanted` is on this page; best asked after `match` of its recording."""
        return self.match([wanted])[0]

    def match(self, wanted: Sequence[ElementKeys]) -> list[Match | Refused]:
        """Which element each of `wanted` is: elements of one recording, assigned together.

        What was once asked is answered in the same way again.
        """
        identities = [tuple(one.keys) for one in wanted]
        if any(identity not in self._known for identity in identities):
            self._matcher = self._matcher or Matcher(self.elements)
            answers = zip(identities, self._matcher.match(wanted), strict=True)
            for identity, answer in answers:
                self._known.setdefault(identity, answer)
        return [self._known[identity] for identity in identities]
