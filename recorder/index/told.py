"""What the page and the tag told by custom events: errors, requests, goals, names, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from recorder.events import (
    ERROR_TAG,
    GOAL_TAG,
    PAGE_TAG,
    REPORT_TAG,
    REQUEST_TAG,
    CustomData,
    Event,
    EventType,
)
from recorder.index.fingerprints import fingerprint
from recorder.index.terms import Occurrence, Term, TermKind
from recorder.shapes import as_dict, as_text

__all__ = ["told_occurrences"]

_TEXT_CHARS: Final = 1_000
"""Characters of one text; the tag's own limits are 500 for messages and below."""

_MORE: Final = "more"
"""The tag's `kind` for what was beyond its limit of a minute: only its number is known."""

MORE_ERRORS: Final = "(more errors in one minute than are recorded)"


def told_occurrences(events: Iterable[Event]) -> Iterator[Occurrence]:
    """Occurrences of all custom events that tell of something; `events` in any order."""
    for event in events:
        if event.type != EventType.CUSTOM:
            continue
        custom = msgspec.json.decode(event.data, type=CustomData)
        read = _READERS.get(custom.tag)
        payload = as_dict(custom.payload)
        if read and (term := read(payload)):
            yield Occurrence(int(event.timestamp), term, _amount(payload))


def _error(payload: dict[str, Any]) -> Term | None:
    kind = _text(payload, "kind")
    if kind == _MORE:
        return Term(TermKind.ERROR, MORE_ERRORS, _MORE, detail={"kind": _MORE, "frame": ""})
    if kind == "resource":
        message = f"{_text(payload, 'tag')} {_text(payload, 'url')} did not load"
        frame = ""
    else:
        name, told = _text(payload, "name"), _text(payload, "message")
        message = f"{name}: {told}" if name else told
        frame = _text(payload, "stack").partition("\n")[0] or _text(payload, "source")
    if not message:
        return None
    group = fingerprint(kind, message, frame)
    return Term(TermKind.ERROR, message, group, detail={"kind": kind, "frame": frame})


def _request(payload: dict[str, Any]) -> Term | None:
    method, url = _text(payload, "method"), _text(payload, "url")
    if not url or _text(payload, "kind") == _MORE:
        return None
    status = payload.get("status")
    known = isinstance(status, int) and 100 <= status <= 999
    end = str(status) if known else _text(payload, "outcome")
    name = f"{method} {url}".strip()
    return Term(
        TermKind.REQUEST,
        f"{name} {end}".strip(),
        name,
        float(status) if known and isinstance(status, int) else None,
    )


def _plain(kind: TermKind, key: str) -> Callable[[dict[str, Any]], Term | None]:
    def read(payload: dict[str, Any]) -> Term | None:
        text = _text(payload, key)
        return Term(kind, text) if text else None

    return read


_READERS: Final[dict[str, Callable[[dict[str, Any]], Term | None]]] = {
    ERROR_TAG: _error,
    REQUEST_TAG: _request,
    GOAL_TAG: _plain(TermKind.GOAL, "goal"),
    REPORT_TAG: _plain(TermKind.REPORT, "reason"),
    PAGE_TAG: _plain(TermKind.PAGE, "name"),
}


def _amount(payload: dict[str, Any]) -> int:
    """How many times: what repeats within a minute is told again at its end, with their number."""
    told = payload.get("repeated", payload.get("count") if payload.get("kind") == _MORE else None)
    return told if isinstance(told, int) and 0 < told < 1_000_000 else 1


def _text(payload: dict[str, Any], key: str) -> str:
    return as_text(payload.get(key))[:_TEXT_CHARS].strip()
