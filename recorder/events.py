"""rrweb events as Heatwright handles them: typed envelope, verbatim body.

An event is `{type, data, timestamp}`. Only the envelope is decoded on the way
in; `data` stays the bytes that came (`msgspec.Raw`), so that what is stored is
what was accepted, and decoding takes a sixth to an eighth of the time. The
typed bodies below are for the few kinds that Python itself reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

import msgspec

__all__ = [
    "ANCHOR_PLUGIN",
    "CONSENT_TAG",
    "ENVIRONMENT_TAG",
    "ERROR_TAG",
    "FAULTS_TAG",
    "GOAL_TAG",
    "IDENTIFY_TAG",
    "LIMIT_TAG",
    "PAGE_TAG",
    "POPOVER_TAG",
    "REDUCED_TAG",
    "REPORT_TAG",
    "REQUEST_TAG",
    "ROUTE_TAG",
    "TRAIT_TAG",
    "VISIBILITY_TAG",
    "CustomData",
    "Event",
    "EventType",
    "MetaData",
    "PluginData",
    "decode_events",
    "encode_events",
    "identities",
]

ANCHOR_PLUGIN = "heatwright/anchor@1"
"""Name of the record plugin whose events carry one measured pointer sample each."""

ROUTE_TAG = "heatwright/route"
"""Custom event at a client-side route: payload `{"url", "title"}`."""

ENVIRONMENT_TAG = "heatwright/environment"
"""Custom event with the layout environment, first after the Meta event."""

GOAL_TAG = "heatwright/goal"
"""Custom event of `heatwright.track(goal, properties)`: payload `{"goal", "properties"}`."""

CONSENT_TAG = "heatwright/consent"
"""Consent, told after each snapshot: payload `{"at", "version"}`, epoch ms, text or null."""

IDENTIFY_TAG = "heatwright/identify"
"""`heatwright.identify(id, traits)`: payload `{"id", "traits"}`."""

TRAIT_TAG = "heatwright/trait"
"""`heatwright.tag(name, value)`: payload `{"name", "value"}`."""

PAGE_TAG = "heatwright/page"
"""`heatwright.page(name)`: payload `{"name"}`; the page view under way has this name."""

REPORT_TAG = "heatwright/report"
"""`heatwright.report(reason)`: payload `{"reason"}`."""

ERROR_TAG = "heatwright/error"
"""An error of the page: see `recorder/client/errors.ts`."""

REQUEST_TAG = "heatwright/request"
"""A request of the page's scripts: see `recorder/client/requests.ts`."""

VISIBILITY_TAG = "heatwright/visibility"
"""Whether the page can be seen and has the keyboard: payload `{"state", "focused"}`."""

POPOVER_TAG = "heatwright/popover"
"""A popover opened or closed: payload `{"id", "open"}`."""

LIMIT_TAG = "heatwright/limit"
"""The last event of a recording that ended before its page: payload `{"reason"}`, one of
`mutations`, `bytes`, `duration`, `offline`."""

REDUCED_TAG = "heatwright/reduced"
"""The page could not load all of the tag: payload `{"missing"}`."""

FAULTS_TAG = "heatwright/faults"
"""Errors inside the tag, which the page never saw: payload `{"count", "first"}`."""


class EventType(IntEnum):
    """rrweb's `EventType`."""

    DOM_CONTENT_LOADED = 0
    LOAD = 1
    FULL_SNAPSHOT = 2
    INCREMENTAL = 3
    META = 4
    CUSTOM = 5
    PLUGIN = 6


class Event(msgspec.Struct, frozen=True):
    """One rrweb event; `timestamp` is epoch milliseconds by the visitor's clock.

    A whole number stays one, so that it is written as it was sent.
    """

    type: int
    timestamp: int | float
    data: msgspec.Raw = msgspec.Raw(b"{}")


class MetaData(msgspec.Struct, frozen=True):
    """Body of a Meta event: the URL and the viewport (scrollbar included), CSS px."""

    href: str
    width: float = 0
    height: float = 0


class CustomData(msgspec.Struct, frozen=True):
    """Body of a Custom event."""

    tag: str
    payload: Any = None


class PluginData(msgspec.Struct, frozen=True):
    """Body of a Plugin event."""

    plugin: str
    payload: msgspec.Raw = msgspec.Raw(b"null")


_DECODER = msgspec.json.Decoder(list[Event])
_ENCODER = msgspec.json.Encoder()


def decode_events(body: bytes) -> list[Event]:
    """Events of a JSON array. Raises `msgspec.DecodeError` (or its ValidationError)."""
    return _DECODER.decode(body)


def encode_events(events: Iterable[Event]) -> bytes:
    """The JSON array of `events`; bodies come out byte for byte as they came in."""
    return _ENCODER.encode(list(events))


def identities(events: Iterable[Event]) -> Iterator[str]:
    """Users that the page said who they are, see `heatwright.identify`."""
    for event in events:
        if event.type == EventType.CUSTOM and IDENTIFY_TAG.encode() in bytes(event.data):
            custom = msgspec.json.decode(event.data, type=CustomData)
            if custom.tag == IDENTIFY_TAG and isinstance(custom.payload, dict):
                yield str(custom.payload.get("id"))
