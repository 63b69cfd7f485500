"""Recording files, in every wrapping that is about: from bytes to streams of raw events.

- an array of rrweb's events, or `{"events": [...]}`, as JSON; packed events in it are strings
- one event a line (JSON lines), or an array of them a line
- PostHog's `[windowId, event]` or `{"window_id", "data"}` a line, and its exported files
- each of them as gzip

What tells them apart is what they hold, never how a file is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from recorder import limits
from recorder.importing.unpacking import (
    BrokenPacking,
    has_packed_fields,
    unpack_event,
    unpack_fields,
)
from recorder.inflate import BrokenGzip, InflatedTooLarge, gunzip, is_gzip
from recorder.json_guard import mend_surrogates
from recorder.refusals import EventRefusal

__all__ = ["RefusedFile", "Stream", "read_streams", "recording_files"]

SUFFIXES: Final = (".json", ".jsonl", ".ndjson")
"""How recordings in a folder are called, also with `.gz` behind it."""

_BOM: Final = b"\xef\xbb\xbf"
_DEPTH: Final = 4  # wrappings around events: an exported file has three
_WRAPPERS: Final = ("events", "snapshots", "data")
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_DICT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT: Final = msgspec.json.Decoder(str)
_JSON_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class RefusedFile(Exception):
    """A file that cannot be taken at all: why, in one sentence."""


@dataclass(slots=True)
class Stream:
    """Events of one window, as they stand in the file, each still JSON."""

    events: list[msgspec.Raw] = field(default_factory=list)


def recording_files(paths: Iterable[Path]) -> list[Path]:
    """The files among `paths`, and the recordings in its folders and theirs, each once, by name."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            if one == path or (one.is_file() and one.name.removesuffix(".gz").endswith(SUFFIXES)):
                found[one] = None
    return list(found)


def read_streams(body: bytes, refused: Counter[str]) -> dict[str, Stream]:
    """The streams in a file, by window; "" where the file names none.

    What cannot be read is counted in `refused`. Raises RefusedFile where there
    is nothing else.
    """
    text = mend_surrogates(_plain(body)).removeprefix(_BOM).strip()
    gathering = _Gathering(refused)
    for value in _values(text, refused):
        gathering.add(value, "", 0)
    if not gathering.streams:
        raise RefusedFile("it holds no rrweb events.")
    return gathering.streams


def _plain(body: bytes) -> bytes:
    if not is_gzip(body):
        if len(body) > limits.IMPORT_BYTES:
            raise RefusedFile(f"it has more than {limits.IMPORT_BYTES:,} bytes.")
        return body
    try:
        return gunzip(body, limits.IMPORT_BYTES)
    except InflatedTooLarge:
        raise RefusedFile(f"it holds more than {limits.IMPORT_BYTES:,} bytes.") from None
    except BrokenGzip as error:
        raise RefusedFile(f"its gzip is damaged: {error}.") from error


def _values(text: bytes, refused: Counter[str]) -> Iterator[msgspec.Raw]:
    """The one JSON value in `text`; where it is not one, that of each line."""
    try:
        yield msgspec.json.decode(text, type=msgspec.Raw)
        return
    except _JSON_ERRORS as error:
        if b"\n" not in text:
            raise RefusedFile(f"it is not JSON: {error}.") from error
    lines = [line for line in text.split(b"\n") if line.strip()]
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=msgspec.Raw)
        except _JSON_ERRORS:
            refused[EventRefusal.MALFORMED.value] += 1


class _Gathering:
    """Takes wrappings off until there are events."""

    def __init__(self, refused: Counter[str]) -> None:
        self.streams: dict[str, Stream] = {}
        self._refused = refused

    def add(self, value: msgspec.Raw, window: str, depth: int) -> None:
        """Takes `value`, which stands `depth` wrappings deep and, so far, in `window`."""
        if depth > _DEPTH:
            self._refused[EventRefusal.MALFORMED.value] += 1
            return
        try:
            self._sort(value, window, depth)
        except (*_JSON_ERRORS, BrokenPacking):
            self._refused[EventRefusal.MALFORMED.value] += 1

    def _sort(self, value: msgspec.Raw, window: str, depth: int) -> None:
        first = bytes(value)[:1]
        if first == b"[":
            items = _RAW_LIST.decode(value)
            named = _window_of(items)
            if named is not None:
                self.add(items[1], named, depth + 1)
                return
            for item in items:
                self.add(item, window, depth + 1)
        elif first == b'"':
            body = mend_surrogates(unpack_event(_TEXT.decode(value)))
            self._sort_object(msgspec.Raw(body), window, depth)
        elif first == b"{":
            self._sort_object(value, window, depth)
        else:
            self._refused[EventRefusal.MALFORMED.value] += 1

    def _sort_object(self, value: msgspec.Raw, window: str, depth: int) -> None:
        parts = _RAW_DICT.decode(value)
        for name in ("window_id", "windowId"):
            if name in parts and bytes(parts[name])[:1] == b'"':
                window = _TEXT.decode(parts[name])
        if "type" in parts and "timestamp" in parts:
            if "cv" in parts:
                value = _unpacked(value)
            self.streams.setdefault(window, Stream()).events.append(value)
            return
        wrapped = next((parts[name] for name in _WRAPPERS if name in parts), None)
        if wrapped is not None:
            self.add(wrapped, window, depth + 1)
        # Anything else is what goes before the events: a version, the number of a segment.


def _window_of(items: list[msgspec.Raw]) -> str | None:
    """The window in `[windowId, event]`; None for what is none."""
    if len(items) != 2 or bytes(items[0])[:1] != b'"' or bytes(items[1])[:1] != b"{":
        return None
    window = _TEXT.decode(items[0])
    # An array of two events of which the first is packed looks alike.
    return window if len(window) <= limits.LABEL_CHARS and window.isprintable() else None


def _unpacked(value: msgspec.Raw) -> msgspec.Raw:
    event: dict[str, Any] = msgspec.json.decode(value)
    if not has_packed_fields(event):
        return value
    return msgspec.Raw(mend_surrogates(msgspec.json.encode(unpack_fields(event))))
