"""Why a batch, or one event of it, is not accepted: names that are counted and documented."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "READ_STATUS",
    "STATUS",
    "BatchConflict",
    "EventRefusal",
    "ReadRefusal",
    "Refusal",
    "Refused",
    "RefusedBatch",
    "RefusedRead",
]


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
    REVOKED_KEY = "revoked_key"
    ORIGIN = "origin_not_allowed"
    CONFLICT = "conflict"
    ERASED = "erased"
    TOO_OLD = "too_old"
    DOCUMENT_TOO_LARGE = "document_too_large"
    SESSION_TOO_LARGE = "session_too_large"
    SESSION_TOO_LONG = "session_too_long"
    TOO_MANY_DOCUMENTS = "too_many_documents"
    RATE = "rate_limited"
    QUOTA = "quota_used_up"
    BUSY = "busy"
    UNAVAILABLE = "store_unavailable"


STATUS: dict[Refusal, int] = {
    Refusal.TOO_LARGE: 413,
    Refusal.TOO_MANY_EVENTS: 413,
    Refusal.ENCODING: 415,
    Refusal.SLOW_BODY: 408,
    Refusal.UNKNOWN_KEY: 401,
    Refusal.REVOKED_KEY: 401,
    Refusal.ORIGIN: 403,
    Refusal.CONFLICT: 409,
    Refusal.ERASED: 410,
    Refusal.TOO_OLD: 410,
    Refusal.DOCUMENT_TOO_LARGE: 413,
    Refusal.SESSION_TOO_LARGE: 413,
    Refusal.SESSION_TOO_LONG: 413,
    Refusal.TOO_MANY_DOCUMENTS: 413,
    Refusal.RATE: 429,
    Refusal.QUOTA: 429,
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
    LONG_STRING = "event_string_too_long"
    MANY_VALUES = "event_too_many_values"
    CLOCK = "event_clock"


class ReadRefusal(StrEnum):
    """Why a request to read is refused; `READ_STATUS` gives the HTTP status of each."""

    NO_TOKEN = "no_token"  # noqa: S105 - a reason, not a secret
    BAD_TOKEN = "bad_token"  # noqa: S105 - the same
    SCOPE = "scope_too_small"
    BAD_QUERY = "bad_query"
    UNKNOWN_SESSION = "unknown_session"
    UNKNOWN_DOCUMENT = "unknown_document"
    DAMAGED = "damaged_recording"
    RATE = "rate_limited"
    UNAVAILABLE = "store_unavailable"


READ_STATUS: dict[ReadRefusal, int] = {
    ReadRefusal.NO_TOKEN: 401,
    ReadRefusal.BAD_TOKEN: 401,
    ReadRefusal.SCOPE: 403,
    ReadRefusal.BAD_QUERY: 400,
    ReadRefusal.UNKNOWN_SESSION: 404,
    ReadRefusal.UNKNOWN_DOCUMENT: 404,
    ReadRefusal.DAMAGED: 422,
    ReadRefusal.RATE: 429,
    ReadRefusal.UNAVAILABLE: 503,
}


class Refused(Exception):
    """A request that is not carried out: `reason`, a `message` for people, an HTTP `status`.

    `retry_after` is in how many seconds the same request may succeed, None if never.
    """

    def __init__(
        self, reason: StrEnum, message: str, status: int, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.status = status
        self.retry_after = retry_after


class RefusedBatch(Refused):
    """A batch that cannot be accepted."""

    def __init__(self, reason: Refusal, message: str, retry_after: int | None = None) -> None:
        super().__init__(reason, message, STATUS.get(reason, 400), retry_after)


class RefusedRead(Refused):
    """A request of the API that is not answered."""

    def __init__(self, reason: ReadRefusal, message: str, retry_after: int | None = None) -> None:
        super().__init__(reason, message, READ_STATUS[reason], retry_after)


class BatchConflict(RefusedBatch):
    """What is stored under this batch's name is something else; the store keeps what it has."""

    def __init__(self, message: str) -> None:
        super().__init__(Refusal.CONFLICT, message)
