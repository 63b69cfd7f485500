"""What the collector answers, as shapes: encoded from these, and described by them."""

from __future__ import annotations

import msgspec

from recorder.store import DocumentRow, PageView, QuarantineRow, SessionRow

__all__ = [
    "Acknowledged",
    "ErrorAnswer",
    "Healthy",
    "Reason",
    "SessionAnswer",
    "SessionDocument",
    "SessionsAnswer",
]


class Acknowledged(msgspec.Struct):
    """A batch is durable: how many of its events are kept, and how many left out by reason.

    `masked_by_wall`: what came unmasked and was masked here; with our tag 0.
    `duplicate`: the same batch was here before, and nothing was changed.
    """

    accepted: int
    refused: dict[str, int]
    masked_by_wall: int
    duplicate: bool


class Healthy(msgspec.Struct):
    """The store took a write just now."""

    ok: bool = True


class Reason(msgspec.Struct):
    """Why a request is refused: `reason` for programs, `message` for people."""

    reason: str
    message: str


class ErrorAnswer(msgspec.Struct):
    """The body of every answer that is no success."""

    error: Reason


class SessionsAnswer(msgspec.Struct):
    """A piece of the list; `next` is the cursor of the following piece, null at the end."""

    sessions: list[SessionRow]
    next: str | None


class SessionDocument(msgspec.Struct):
    """A document; `gaps` are the sequence numbers of batches that never came."""

    document: DocumentRow
    gaps: list[int]
    quarantine: list[QuarantineRow]


class SessionAnswer(msgspec.Struct):
    """One session; `refused` counts, by reason, the events that were left out."""

    session: SessionRow
    documents: list[SessionDocument]
    page_views: list[PageView]
    refused: dict[str, int]
