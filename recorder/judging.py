"""Events judged one by one: a bad one is left out and told of, the others are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from recorder import limits
from recorder.events import CustomData, Event, EventType, MetaData, PluginData
from recorder.json_guard import longest_string, nesting_depth, value_count
from recorder.refusals import EventRefusal

__all__ = ["Judging", "Quarantined", "in_clock_window", "is_page_url", "judge_event"]

_SCHEMES: Final = ("http://", "https://")
_EVENT: Final = msgspec.json.Decoder(Event)
_ANY: Final = msgspec.json.Decoder(Any)
_TYPES: Final = frozenset(int(kind) for kind in EventType)
_BODIES: Final[dict[int, type]] = {
    EventType.META: MetaData,
    EventType.CUSTOM: CustomData,
    EventType.PLUGIN: PluginData,
}


class Quarantined(msgspec.Struct):
    """Events of one batch that were left out for one reason.

    How many, their bytes, and where the first stood in the batch (from 0). The
    events themselves are not kept: what cannot be understood cannot be masked.
    """

    reason: EventRefusal
    first_position: int
    events: int = 0
    bytes: int = 0


class Judging:
    """A batch's events as of `now` (epoch ms). Iterating gives the sound ones with their data.

    One at a time, for whoever looks into it: decoded, a large batch takes ten
    times the room. `quarantine` tells of the others, as far as one has come.
    `events` are all that have an envelope, sound or not.
    """

    def __init__(self, raws: Sequence[msgspec.Raw], now: int) -> None:
        self._raws = raws
        self._envelopes = [_envelope(raw) for raw in raws]
        self._now = now
        self._left_out: dict[EventRefusal, Quarantined] = {}
        self.events = [event for event in self._envelopes if isinstance(event, Event)]

    def __iter__(self) -> Iterator[tuple[Event, Any]]:
        for position, event in enumerate(self._envelopes):
            if isinstance(event, EventRefusal):
                self._leave_out(event, position)
                continue
            data = _data(event, self._now)
            if isinstance(data, EventRefusal):
                self._leave_out(data, position)
            else:
                yield event, data

    def _leave_out(self, reason: EventRefusal, position: int) -> None:
        told = self._left_out.setdefault(reason, Quarantined(reason, position))
        told.events += 1
        told.bytes += len(bytes(self._raws[position]))

    @property
    def quarantine(self) -> list[Quarantined]:
        """One entry a reason."""
        return list(self._left_out.values())


def judge_event(raw: msgspec.Raw, now: int) -> Event | EventRefusal:
    """The event in `raw` as of `now` (epoch ms), or what is wrong with it."""
    event = _envelope(raw)
    if isinstance(event, EventRefusal):
        return event
    data = _data(event, now)
    return data if isinstance(data, EventRefusal) else event


def is_page_url(url: str) -> bool:
    """Whether a page can have been there."""
    return len(url) <= limits.URL_CHARS and url.lower().startswith(_SCHEMES)


def in_clock_window(at: float, now: int) -> bool:
    """Whether a visitor's clock may have said `at` when ours said `now` (epoch ms)."""
    return now - limits.CLOCK_BEHIND_MS <= at <= now + limits.CLOCK_AHEAD_MS


def _envelope(raw: msgspec.Raw) -> Event | EventRefusal:
    try:
        return _EVENT.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return EventRefusal.MALFORMED
    except RecursionError:
        return EventRefusal.TOO_DEEP


def _data(event: Event, now: int) -> dict[str, Any] | EventRefusal:
    """The whole data of `event`, decoded once for all that look into it, or what is wrong."""
    if event.type not in _TYPES:
        return EventRefusal.UNKNOWN_TYPE
    if not in_clock_window(event.timestamp, now):
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
        if event.type == EventType.META and not is_page_url(data["href"]):
            return EventRefusal.BAD_DATA
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return EventRefusal.BAD_DATA
    except RecursionError:
        return EventRefusal.TOO_DEEP
    return data
