"""Why a batch, or one event of it, is not accepted: names that are counted and documented."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["STATUS", "BatchConflict", "EventRefusal", "Refusal", "RefusedBatch"]


class Refusal(StrEnum):
    """Why a whole batch is refused; `STATUS` gives the HTTP status of each."""

    TOO_LARGE = "too_large"
    BROKEN_GZIP = "broken_gzip"
    ENCODING = "unsupported_encoding"
    MALFORMED = "malformed"
    NESTING = "too_deep"
    VERSION = "unknown_version"
    BAD_ID = "bad_id"
    BAD_URL = "bad_url"
    BAD_SEQUENCE = "bad_sequence"
    BAD_TRAITS = "bad_traits"
    BAD_TEXT = "bad_text"
    TOO_MANY_EVENTS = "too_many_events"
    NO_EVENTS = "no_events"
    CLOCK = "clock"
    SLOW_BODY = "slow_body"
    UNKNOWN_KEY = "unknown_key"
    ORIGIN = "origin_not_allowed"
    CONFLICT = "conflict"
    BUSY = "busy"
    UNAVAILABLE = "store_unavailable"


STATUS: dict[Refusal, int] = {
    Refusal.TOO_LARGE: 413,
    Refusal.TOO_MANY_EVENTS: 413,
    Refusal.ENCODING: 415,
    Refusal.SLOW_BODY: 408,
    Refusal.UNKNOWN_KEY: 401,
    Refusal.ORIGIN: 403,
    Refusal.CONFLICT: 409,
    Refusal.BUSY: 503,
    Refusal.UNAVAILABLE: 503,
}
"""HTTP status by refusal; those that are not here are 400."""


class EventRefusal(StrEnum):
    """Why one event is left out while the rest of its batch is kept."""

    MALFORMED = "malformed_event"
    UNKNOWN_TYPE = "unknown_event_type"
    BAD_DATA = "bad_event_data"
    TOO_DEEP = "event_too_deep"
    CLOCK = "event_clock"


class RefusedBatch(Exception):
    """A batch that cannot be accepted: `reason`, a `message` for people, an HTTP `status`."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.status = STATUS.get(reason, 400)


class BatchConflict(RefusedBatch):
    """What is stored under this batch's name is something else; the store keeps what it has."""

    def __init__(self, message: str) -> None:
        super().__init__(Refusal.CONFLICT, message)
