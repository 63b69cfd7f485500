"""What a batch says beyond its events: times, viewport, environment, page views.

Pure functions of one batch; `merging` joins them into rows, so that the rows
come out the same in whatever order batches arrive.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import zstandard

from recorder import limits
from recorder.batches import Batch
from recorder.events import (
    ENVIRONMENT_TAG,
    ROUTE_TAG,
    CustomData,
    Event,
    EventType,
    MetaData,
    encode_events,
)
from recorder.json_guard import nesting_depth

__all__ = ["ZSTD_LEVEL", "Facts", "Mark", "compress", "facts_of"]

ZSTD_LEVEL: Final = 3
"""On real sessions eight times as fast as gzip -6, no larger; level 9: 11 % less in five times."""

TITLE_CHARS: Final = 1_000
"""Characters of a page title that are kept for tables."""

ENVIRONMENT_BYTES: Final = 16_384
"""Bytes of a layout environment; ours has 400."""

ENVIRONMENT_LEVELS: Final = 8
"""JSON levels of a layout environment; ours has 2."""

PIXELS_MAX: Final = 100_000
"""CSS pixels of a viewport's side that are believed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A Meta or route event: a page view may start at `at`. `position` counts in the batch."""

    position: int
    at: int
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A batch made ready to be stored. Times are epoch ms; None where no event says.

    `viewport` is time, width, height and URL of the first Meta event.
    """

    batch: Batch
    body: bytes
    digest: bytes
    first_at: int | None
    last_at: int | None
    viewport: tuple[int, int, int, str] | None
    environment: tuple[int, dict[str, Any]] | None
    marks: tuple[Mark, ...]


def facts_of(batch: Batch) -> Facts:
    """All that the store keeps of `batch`. `body` is zstd, `digest` of what is inside it."""
    array = encode_events(batch.events)
    times = [int(event.timestamp) for event in batch.events]
    marks: list[Mark] = []
    viewports: list[tuple[int, int, int, str]] = []
    environments: list[tuple[int, dict[str, Any]]] = []
    for position, (event, at) in enumerate(zip(batch.events, times, strict=True)):
        if event.type == EventType.META:
            meta = msgspec.json.decode(event.data, type=MetaData)
            url = _url(meta.href)
            viewports.append((at, _pixels(meta.width), _pixels(meta.height), url))
            marks.append(Mark(position, at, url, ""))
        elif event.type == EventType.CUSTOM:
            custom = msgspec.json.decode(event.data, type=CustomData)
            if custom.tag == ROUTE_TAG and (mark := _route(position, at, custom.payload)):
                marks.append(mark)
            elif custom.tag == ENVIRONMENT_TAG and (found := _environment(event, custom.payload)):
                environments.append((at, found))
    return Facts(
        batch,
        compress(array),
        hashlib.sha256(array).digest(),
        min(times, default=None),
        max(times, default=None),
        min(viewports, default=None),
        min(environments, key=lambda entry: entry[0], default=None),
        tuple(marks),
    )


def compress(body: bytes) -> bytes:
    """`body` as one zstd frame with a checksum."""
    # A compressor is not thread-safe and costs microseconds: a fresh one each time.
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compress(body)


def _route(position: int, at: int, payload: Any) -> Mark | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("url"), str):
        return None
    title = payload.get("title")
    return Mark(position, at, _url(payload["url"]), _text(title, TITLE_CHARS) if title else "")


def _environment(event: Event, payload: Any) -> dict[str, Any] | None:
    body = bytes(event.data)
    if not isinstance(payload, dict) or len(body) > ENVIRONMENT_BYTES:
        return None
    if nesting_depth(body, ENVIRONMENT_LEVELS) > ENVIRONMENT_LEVELS:
        return None
    cleaned = _without_nul(payload)
    return cleaned if isinstance(cleaned, dict) else None


def _without_nul(value: Any) -> Any:
    """`value` with NUL replaced: PostgreSQL refuses it in text and in JSON."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def _text(value: Any, limit: int) -> str:
    return str(value)[:limit].replace("\x00", "\ufffd")


def _url(href: str) -> str:
    return _text(href, limits.URL_CHARS)


def _pixels(length: float) -> int:
    return round(min(max(length, 0), PIXELS_MAX))
