"""The wire batch: bytes from outside become a `Batch`, or a refusal with a name.

A batch is one piece of one document's event stream (wire format version 1).
The envelope is judged as a whole; events one by one: a bad event is left out
and counted under its reason, the others are kept.
"""

from __future__ import annotations

import re
import time
from typing import Any

import msgspec

from recorder import limits
from recorder.events import CustomData, Event, EventType, MetaData, PluginData
from recorder.json_guard import longest_string, mend_surrogates, nesting_depth, value_count
from recorder.refusals import BatchConflict, EventRefusal, Refusal, RefusedBatch

__all__ = [
    "Batch",
    "BatchConflict",
    "EventRefusal",
    "Quarantined",
    "Refusal",
    "RefusedBatch",
    "WireBatch",
    "decode_batch",
    "judge_event",
    "judge_label",
    "judge_traits",
]

WIRE_VERSION = 1

_ID = re.compile(limits.ID_PATTERN)
_SCHEMES = ("http://", "https://")


class Quarantined(msgspec.Struct):
    """Events of one batch that were left out for one reason.

    How many, their bytes, and where the first stood in the batch (from 0). The
    events themselves are not kept: what cannot be understood cannot be masked.
    """

    reason: EventRefusal
    first_position: int
    events: int = 0
    bytes: int = 0


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A checked batch. Times are epoch ms by the visitor's clock, but for `received_at`.

    `events` are sound and within limits; `quarantine` tells of those left out,
    one entry a reason. `url` is the document's URL when the batch was sealed.
    `user_agent` comes from the request, not from the wire. `received_at` is
    ours; None for a batch that came over no wire. `size` is the bytes of the
    body, which the events keep in memory.
    """

    key: str
    visitor: str
    session: str
    document: str
    tab: str
    sequence: int
    url: str
    started_at: int
    sent_at: int
    traits: dict[str, str] = {}
    variant: str | None = None
    release: str | None = None
    device: str | None = None
    events: list[Event] = []
    quarantine: list[Quarantined] = []
    user_agent: str = ""
    received_at: int | None = None
    size: int = 0

    @property
    def refused(self) -> dict[str, int]:
        """How many events were left out, by reason."""
        return {str(one.reason): one.events for one in self.quarantine}


class WireBatch(msgspec.Struct):
    """A batch as it is sent: `Batch` says what the fields mean.

    `v` is the wire format's version. Traits may be any plain value; they become text.
    """

    v: int
    key: str
    visitor: str
    session: str
    document: str
    tab: str
    sequence: int
    url: str
    started_at: float
    sent_at: float
    events: list[msgspec.Raw]
    traits: dict[str, str | int | float | bool | None] = {}
    variant: str | None = None
    release: str | None = None
    device: str | None = None


_WIRE = msgspec.json.Decoder(WireBatch)
_EVENT = msgspec.json.Decoder(Event)
_ANY = msgspec.json.Decoder(Any)
_TYPES = frozenset(int(kind) for kind in EventType)
_BODIES: dict[int, type] = {
    EventType.META: MetaData,
    EventType.CUSTOM: CustomData,
    EventType.PLUGIN: PluginData,
}


def decode_batch(body: bytes, now_ms: int | None = None) -> Batch:
    """The batch in `body` (JSON, already inflated), judged by the clock `now_ms`.

    Raises RefusedBatch, and nothing else, for every `body` that is no batch.
    """
    now = int(time.time() * 1000) if now_ms is None else now_ms
    if len(body) > limits.INFLATED_BYTES:
        raise RefusedBatch(
            Refusal.TOO_LARGE, f"A batch holds at most {limits.INFLATED_BYTES} bytes."
        )
    wire = _decode_envelope(mend_surrogates(body))
    _judge_envelope(wire, now)
    events, quarantine = _judge_events(wire.events, now)
    return Batch(
        key=wire.key,
        visitor=wire.visitor,
        session=wire.session,
        document=wire.document,
        tab=wire.tab,
        sequence=wire.sequence,
        url=wire.url,
        started_at=int(wire.started_at),
        sent_at=int(wire.sent_at),
        traits=judge_traits(wire.traits),
        variant=judge_label(wire.variant, "variant"),
        release=judge_label(wire.release, "release"),
        device=judge_label(wire.device, "device"),
        events=events,
        quarantine=quarantine,
        received_at=now,
        size=len(body),
    )


def _decode_envelope(body: bytes) -> WireBatch:
    try:
        return _WIRE.decode(body)
    except RecursionError:
        raise RefusedBatch(Refusal.NESTING, "The batch is nested too deeply.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RefusedBatch(Refusal.MALFORMED, f"This is not a batch: {error}.") from None


def _judge_envelope(wire: WireBatch, now: int) -> None:
    """Raises RefusedBatch for the first thing in the envelope that is not right."""
    if wire.v != WIRE_VERSION:
        raise RefusedBatch(Refusal.VERSION, f"Only wire version {WIRE_VERSION} is understood.")
    for name in ("visitor", "session", "document", "tab"):
        if not _ID.fullmatch(getattr(wire, name)):
            raise RefusedBatch(Refusal.BAD_ID, f"{name} does not fit {limits.ID_PATTERN}.")
    if not 0 <= wire.sequence <= limits.SEQUENCE_MAX:
        raise RefusedBatch(
            Refusal.BAD_SEQUENCE, f"sequence must be from 0 to {limits.SEQUENCE_MAX}."
        )
    if not _is_page_url(wire.url):
        raise RefusedBatch(
            Refusal.BAD_URL, f"url must be an http(s) URL of at most {limits.URL_CHARS} characters."
        )
    if "\x00" in wire.url or "\x00" in wire.key:
        raise RefusedBatch(Refusal.BAD_TEXT, "Text must not hold NUL characters.")
    if not wire.events:
        raise RefusedBatch(Refusal.NO_EVENTS, "The batch has no events.")
    if len(wire.events) > limits.EVENTS_PER_BATCH:
        raise RefusedBatch(
            Refusal.TOO_MANY_EVENTS, f"A batch holds at most {limits.EVENTS_PER_BATCH} events."
        )
    for name in ("started_at", "sent_at"):
        if not _in_clock_window(getattr(wire, name), now):
            raise RefusedBatch(
                Refusal.CLOCK, f"{name} is too far from the server's clock (epoch milliseconds)."
            )


def _is_page_url(url: str) -> bool:
    return len(url) <= limits.URL_CHARS and url.lower().startswith(_SCHEMES)


def _in_clock_window(at: float, now: int) -> bool:
    return now - limits.CLOCK_BEHIND_MS <= at <= now + limits.CLOCK_AHEAD_MS


def _judge_events(raws: list[msgspec.Raw], now: int) -> tuple[list[Event], list[Quarantined]]:
    """The sound events among `raws`, and what is to be told of the others."""
    events: list[Event] = []
    left_out: dict[EventRefusal, Quarantined] = {}
    for position, raw in enumerate(raws):
        judged = judge_event(raw, now)
        if isinstance(judged, Event):
            events.append(judged)
        else:
            told = left_out.setdefault(judged, Quarantined(judged, position))
            told.events += 1
            told.bytes += len(bytes(raw))
    return events, list(left_out.values())


def judge_event(raw: msgspec.Raw, now: int) -> Event | EventRefusal:
    """The event in `raw` as of `now` (epoch ms), or what is wrong with it."""
    try:
        event = _EVENT.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return EventRefusal.MALFORMED
    except RecursionError:
        return EventRefusal.TOO_DEEP
    return _flaw(event, now) or event


def _flaw(event: Event, now: int) -> EventRefusal | None:
    """What is wrong with `event`; its whole body is decoded once, so that readers can."""
    if event.type not in _TYPES:
        return EventRefusal.UNKNOWN_TYPE
    if not _in_clock_window(event.timestamp, now):
        return EventRefusal.CLOCK
    body = bytes(event.data)
    if value_count(body, limits.VALUES_PER_EVENT) > limits.VALUES_PER_EVENT:
        return EventRefusal.MANY_VALUES
    if nesting_depth(body, limits.NESTING_LEVELS) > limits.NESTING_LEVELS:
        return EventRefusal.TOO_DEEP
    if longest_string(body, limits.STRING_BYTES) > limits.STRING_BYTES:
        return EventRefusal.LONG_STRING
    try:
        data = _ANY.decode(body)
        if not isinstance(data, dict):
            return EventRefusal.BAD_DATA
        if shape := _BODIES.get(event.type):
            msgspec.json.decode(body, type=shape)
        if event.type == EventType.META and not _is_page_url(data["href"]):
            return EventRefusal.BAD_DATA
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return EventRefusal.BAD_DATA
    except RecursionError:
        return EventRefusal.TOO_DEEP
    return None


def judge_traits(traits: dict[str, str | int | float | bool | None]) -> dict[str, str]:
    """Traits as text: `true` and `false` in small letters, numbers as JSON, null left out."""
    if len(traits) > limits.TRAITS:
        raise RefusedBatch(Refusal.BAD_TRAITS, f"A session has at most {limits.TRAITS} traits.")
    texts: dict[str, str] = {}
    for name, value in traits.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if not 0 < len(name) <= limits.TRAIT_NAME_CHARS or len(text) > limits.TRAIT_VALUE_CHARS:
            raise RefusedBatch(
                Refusal.BAD_TRAITS,
                f"A trait has a name of 1 to {limits.TRAIT_NAME_CHARS} characters "
                f"and a value of at most {limits.TRAIT_VALUE_CHARS}.",
            )
        if "\x00" in name or "\x00" in text:
            raise RefusedBatch(Refusal.BAD_TEXT, "Text must not hold NUL characters.")
        texts[name] = text
    return texts


def judge_label(label: str | None, name: str) -> str | None:
    """`label`, None if it is empty. Raises RefusedBatch when it is too long or holds NUL."""
    if label and (len(label) > limits.LABEL_CHARS or "\x00" in label):
        raise RefusedBatch(
            Refusal.BAD_TEXT,
            f"{name} has at most {limits.LABEL_CHARS} characters, none of them NUL.",
        )
    return label or None
