"""Common text: what so many visitors saw that it is the site's own, and nobody's name or address.

Each document keeps the hashes of all texts it ever showed; a picture veils those that fewer than
`FEW_VISITORS` saw. What a driven browser was shown is the site's own, too.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from recorder.events import Event, EventType
from recorder.shapes import as_dict, as_dicts
from recorder.store import SessionRow

__all__ = ["FEW_VISITORS", "CommonText", "Hashes", "hash_texts", "texts_of"]

FEW_VISITORS: Final = 5
"""Text that fewer saw may be about one of them. The store shares strings from three on
(`docs/decisions/0016-shared-by-three.md`); pictures are passed on further than stores."""

_TEXT: Final = 3  # rrweb's `NodeType.Text`
_MUTATION: Final = 0  # rrweb's `IncrementalSource.Mutation`

Hashes = NDArray[np.uint32]


class _View(Protocol):
    """What is asked of a page view."""

    @property
    def session(self) -> SessionRow: ...
    @property
    def texts(self) -> Hashes: ...


@dataclass(frozen=True, slots=True)
class CommonText:
    """`hashes` of common texts, sorted. `visitors` is how many saw the page; while they are few
    and no driven browser was there, nothing tells what is common (`is_known`)."""

    hashes: Hashes
    visitors: int
    is_known: bool

    @classmethod
    def of(cls, views: Iterable[_View]) -> CommonText:
        """What is common among those who had these page views."""
        own: list[Hashes] = [np.empty(0, np.uint32)]
        by_visitor: dict[str, list[Hashes]] = defaultdict(list)
        for view in views:
            if view.session.source == "driven":
                own.append(view.texts)
            else:
                by_visitor[view.session.visitor_id].append(view.texts)
        seen = [np.unique(np.concatenate(parts)) for parts in by_visitor.values()]
        all_, counts = np.unique(np.concatenate([own[0], *seen]), return_counts=True)
        common = np.union1d(np.concatenate(own), all_[counts >= FEW_VISITORS])
        visitors = len(by_visitor)
        return cls(common.astype(np.uint32), visitors, visitors >= FEW_VISITORS or len(own) > 1)

    @property
    def applies(self) -> bool:
        """Whether there is anything to be veiled, and it is known what."""
        return self.is_known and self.visitors > 0

    def rare(self, texts: Sequence[str]) -> list[int]:
        """Which of `texts` are to be veiled: none where nothing tells what is common."""
        if not self.applies:
            return []
        hashed = [_hash(text) for text in texts]
        known = set(self.hashes.tolist())
        return [i for i, one in enumerate(hashed) if one is not None and one not in known]

    def remark(self, veiled: int) -> str:
        """One sentence for a picture in which so many texts are veiled; empty for none."""
        if veiled:
            texts = "a text" if veiled == 1 else f"{veiled:,} texts"
            return f"{texts} that fewer than {FEW_VISITORS} visitors saw veiled"
        if self.visitors and not self.is_known:
            return f"text is shown as fewer than {FEW_VISITORS} visitors saw it"
        return ""


def hash_texts(texts: Iterable[str]) -> bytes:
    """Hashes of what says anything, each once: little-endian uint32, ascending."""
    found = {hashed for text in texts if (hashed := _hash(text)) is not None}
    return np.array(sorted(found), "<u4").tobytes()


def texts_of(events: Iterable[Event]) -> Iterator[str]:
    """Every text that the events of a document bring into it."""
    for event in events:
        if event.type == EventType.FULL_SNAPSHOT:
            yield from _below(as_dict(_decoded(event)).get("node"))
        elif event.type == EventType.INCREMENTAL:
            data = as_dict(_decoded(event))
            if data.get("source") != _MUTATION:
                continue
            for added in as_dicts(data.get("adds")):
                yield from _below(added.get("node"))
            for changed in as_dicts(data.get("texts")):
                if isinstance(changed.get("value"), str):
                    yield changed["value"]


def _decoded(event: Event) -> Any:
    return msgspec.json.decode(event.data)


def _below(root: Any) -> Iterator[str]:
    """Texts of a serialised node and of all below it; without recursion, however deep."""
    waiting = [as_dict(root)]
    while waiting:
        node = waiting.pop()
        if node.get("type") == _TEXT and isinstance(node.get("textContent"), str):
            yield node["textContent"]
        waiting.extend(as_dicts(node.get("childNodes")))


def _hash(text: str) -> int | None:
    """32 bits: of some thousand texts, one in a million is taken for another. None for what says
    nothing: white space, marks, and the stars of masked text."""
    words = " ".join(text.split())
    if not any(map(str.isalnum, words)):
        return None
    return zlib.crc32(words.encode("utf-8", "surrogatepass"))
