"""What the store gives back: plain, frozen rows. Times are epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from recorder.sites import Site

__all__ = [
    "Accepted",
    "Asset",
    "AssetOutcome",
    "DocumentRow",
    "Outcome",
    "PageSummary",
    "PageView",
    "QuarantineRow",
    "SessionRow",
    "Site",
    "Source",
]

Source = Literal["tag", "driven", "import"]


class Accepted(StrEnum):
    """What became of an accepted batch."""

    STORED = "stored"
    DUPLICATE = "duplicate"


class Outcome(StrEnum):
    """What became of one asset URL."""

    KEPT = "kept"
    MISSING = "missing"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    BLOCKED = "blocked"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One visit of one visitor."""

    id: str
    site_id: str
    visitor_id: str
    started_at: int
    ended_at: int
    device: str | None
    traits: dict[str, str]
    variant: str | None
    release: str | None
    user_agent: str
    source: Source


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One load in one tab. `width`, `height`: viewport of the first Meta event, CSS px.

    They are None and `environment` is empty until the events that say so have come.
    `clock_offset_ms` is what to add to the document's times, which are the
    visitor's, to have them by our clock: an estimate, 0 where nothing tells.
    """

    id: str
    session_id: str
    tab_id: str
    url: str
    started_at: int
    ended_at: int
    width: int | None
    height: int | None
    environment: dict[str, Any]
    clock_offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class PageView:
    """An interval of a document between two routes; `ordinal` counts from 1 in its session."""

    document_id: str
    session_id: str
    ordinal: int
    url: str
    path: str
    title: str
    started_at: int
    ended_at: int


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Events of one batch that were left out for one reason.

    `sequence` is the batch's, `first_position` (from 0) where the first of them
    stood in it, `bytes` what they took. They themselves are not kept: what
    cannot be understood cannot be masked.
    """

    document_id: str
    sequence: int
    reason: str
    events: int
    bytes: int
    first_position: int


@dataclass(frozen=True, slots=True)
class PageSummary:
    """What is recorded of one path of a site."""

    site_id: str
    path: str
    views: int
    sessions: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Asset:
    """An archived sub-resource; `body` is None unless `outcome` is `kept`.

    `release` names the build that it was pushed with, None if it was fetched.
    """

    site_id: str
    url: str
    captured_at: int
    outcome: Outcome
    status: int
    media_type: str
    body: bytes | None
    digest: str | None
    reason: str
    release: str | None = None


@dataclass(frozen=True, slots=True)
class AssetOutcome:
    """What became of one asset URL, kept versions preferred to failed attempts."""

    url: str
    outcome: Outcome
    reason: str
