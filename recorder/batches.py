"""The wire batch: bytes from outside become a `Batch`, or a refusal with a name.

A batch is one piece of one document's event stream (wire format version 1).
The envelope is judged as a whole; events one by one: a bad event is left out
and counted under its reason, the others are kept.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from recorder import limits
from recorder.events import CustomData, Event, EventType, MetaData, PluginData
from recorder.json_guard import mend_surrogates, nesting_depth
from recorder.masking import Decoded, Policy, mask_decoded, mask_description, mask_page
from recorder.refusals import BatchConflict, EventRefusal, Refusal, RefusedBatch

__all__ = [
    "Batch",
    "BatchConflict",
    "EventRefusal",
    "Refusal",
    "RefusedBatch",
    "decode_batch",
    "judge_event",
    "judge_label",
    "judge_traits",
    "mask_batch",
]

WIRE_VERSION = 1

_ID = re.compile(limits.ID_PATTERN)
_SCHEMES = ("http://", "https://")


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A checked batch. Times are epoch ms by the visitor's clock, but for `received_at`.

    `events` are sound and within limits; `refused` counts those left out by
    reason. `url` is the document's URL when the batch was sealed.
    `user_agent` comes from the request, not from the wire. `received_at` is
    ours; None for a batch that came over no wire. `size` is the bytes of the
    body, which the events keep in memory. `masked_by_wall` counts what was
    not masked as the site's policy wants it; with our own tag it is 0.
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
    refused: dict[str, int] = {}
    user_agent: str = ""
    received_at: int | None = None
    size: int = 0
    masked_by_wall: int = 0


class _Wire(msgspec.Struct):
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


_WIRE = msgspec.json.Decoder(_Wire)
_EVENT = msgspec.json.Decoder(Event)
_ANY = msgspec.json.Decoder(Any)
_TYPES = frozenset(int(kind) for kind in EventType)
_BODIES: dict[int, type] = {
    EventType.META: MetaData,
    EventType.CUSTOM: CustomData,
    EventType.PLUGIN: PluginData,
}


def decode_batch(
    body: bytes, now_ms: int | None = None, policy_of: Callable[[str], Policy] | None = None
) -> Batch:
    """The batch in `body` (JSON, already inflated), judged by the clock `now_ms`.

    `policy_of` gives the policy of a write key, by which the batch is masked;
    None leaves it as it is. Raises RefusedBatch, and nothing else, for every
    `body` that is no batch.
    """
    now = int(time.time() * 1000) if now_ms is None else now_ms
    if len(body) > limits.INFLATED_BYTES:
        raise RefusedBatch(
            Refusal.TOO_LARGE, f"A batch holds at most {limits.INFLATED_BYTES} bytes."
        )
    wire = _decode_envelope(mend_surrogates(body))
    _judge_envelope(wire, now)
    refused: Counter[str] = Counter()
    decoded = [told for raw in wire.events if (told := judge_event(raw, now, refused))]
    batch = Batch(
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
        events=[event for event, _ in decoded],
        refused=dict(refused),
        received_at=now,
        size=len(body),
    )
    return batch if policy_of is None else _masked(batch, decoded, policy_of(batch.key))


def mask_batch(batch: Batch, policy: Policy) -> Batch:
    """`batch` as `policy` allows it, all that it says of its session included."""
    return _masked(batch, [(event, _ANY.decode(event.data)) for event in batch.events], policy)


def _masked(batch: Batch, decoded: list[Decoded], policy: Policy) -> Batch:
    url = mask_page(batch.url, policy)
    said = {name: getattr(batch, name) for name in ("traits", "variant", "release", "device")}
    described = mask_description(said, policy)
    masked = mask_decoded(decoded, policy, url)
    others = (url != batch.url) + sum(described[name] != said[name] for name in said)
    if not masked.count + others:
        return batch
    return msgspec.structs.replace(
        batch, url=url, events=masked.events, masked_by_wall=masked.count + others, **described
    )


def _decode_envelope(body: bytes) -> _Wire:
    try:
        return _WIRE.decode(body)
    except RecursionError:
        raise RefusedBatch(Refusal.NESTING, "The batch is nested too deeply.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RefusedBatch(Refusal.MALFORMED, f"This is not a batch: {error}.") from None


def _judge_envelope(wire: _Wire, now: int) -> None:
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


def judge_event(raw: msgspec.Raw, now: int, refused: Counter[str]) -> Decoded | None:
    """The event in `raw` as of `now` (epoch ms) and its data, or None: `refused` counts why."""
    try:
        event = _EVENT.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        refused[EventRefusal.MALFORMED.value] += 1
        return None
    data = _decode_data(event, now)
    if isinstance(data, EventRefusal):
        refused[data.value] += 1
        return None
    return event, data


def _decode_data(event: Event, now: int) -> dict[str, Any] | EventRefusal:
    """The whole data of `event`, decoded once for all that look into it, or what is wrong."""
    if event.type not in _TYPES:
        return EventRefusal.UNKNOWN_TYPE
    if not _in_clock_window(event.timestamp, now):
        return EventRefusal.CLOCK
    body = bytes(event.data)
    if nesting_depth(body, limits.NESTING_LEVELS) > limits.NESTING_LEVELS:
        return EventRefusal.TOO_DEEP
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
    return data


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
