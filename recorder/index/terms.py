"""Terms: what can happen. Occurrences: that it happened, and when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

__all__ = ["Occurrence", "Term", "TermKind"]


class TermKind(StrEnum):
    """What a term is of; what its `name`, `text`, `number` and `detail` are."""

    VISIT = "visit"
    """A page view: `name` is the page's key (`recorder.pages.page_key`), `text` the URL."""
    TITLE = "title"
    """The title of a page view: `text`."""
    PAGE = "page"
    """A name that `heatwright.page()` gave: `text`."""
    WIDTH = "width"
    """The first viewport width of a document: `number`, CSS px."""
    AGENT = "agent"
    """The browser's user agent: `text`."""
    TRAIT = "trait"
    """A trait of the visitor: `name` and, as `text`, its value."""
    ELEMENT = "element"
    """An element around what was pressed: `name` is its tag, `detail` its attributes, the parent
    the element around it. It never happens itself."""
    PRESS = "press"
    """A click or a tap (`name`): `text` is what is written on it, the parent the element."""
    RAGE = "rage"
    """Presses in quick succession on one place: the rest as of a press."""
    ERROR = "error"
    """An error: `name` is its fingerprint, `text` the message, `detail` its kind and frame."""
    REQUEST = "request"
    """A request that ended: `name` is `POST /api`, `text` the same and how it ended, `number` the
    HTTP status, if there was one."""
    GOAL = "goal"
    """A goal that `heatwright.track()` told: `text`."""
    REPORT = "report"
    """What a visitor reported by `heatwright.report()`: `text`."""
    GAP = "gap"
    """Batches that never came: `amount` of them in a row."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that can happen on a site, `parent` the element it happens on.

    `digest` (16 bytes) tells terms of a site apart: of 2^40 terms, no two share it by chance.
    """

    kind: TermKind
    text: str = ""
    name: str = ""
    number: float | None = None
    detail: dict[str, Any] = field(default_factory=dict, compare=False)
    parent: Term | None = field(default=None, compare=False)
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        above = self.parent.digest.hex() if self.parent else ""
        told = [self.kind, self.name, self.text, self.number, self.detail, above]
        body = msgspec.json.encode(told, order="deterministic")
        object.__setattr__(self, "digest", hashlib.blake2b(body, digest_size=16).digest())


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`term` happened at `at` (epoch ms by the visitor's clock), `amount` times by then."""

    at: int
    term: Term
    amount: int = 1
