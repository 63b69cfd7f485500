"""One stream into documents: node ids mean something only within one load of a page.

A file may hold several loads, one after the other, and each begins with a Meta
event and a full snapshot. So does each checkout, where rrweb takes a snapshot
of the page that it records already, and no event says which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from recorder.events import Event, EventType, MetaData
from recorder.pages import fold_route

__all__ = ["Load", "split_loads"]

_LOADING: Final = (EventType.DOM_CONTENT_LOADED, EventType.LOAD)


@dataclass(slots=True)
class Load:
    """Events of one document by time, `url` as its first Meta event has it ("" without one)."""

    events: list[Event] = field(default_factory=list)
    url: str = ""
    has_snapshot: bool = False
    fresh_ids: int = 0


def split_loads(events: Sequence[Event]) -> list[Load]:
    """The documents in `events`, which go by time.

    A Meta event after a snapshot begins another document if events of loading
    stand between them, or if the node ids of its own snapshot begin anew.
    Anything else is a checkout: of the same page, or of a single-page
    application that has got to another URL.
    """
    loads: list[Load] = []
    early: list[Event] = []  # signs of loading: they belong to what comes next
    for place, event in enumerate(events):
        if event.type in _LOADING:
            early.append(event)
            continue
        if event.type == EventType.META:
            begun = _begun(loads[-1] if loads else None, events, place, bool(early))
            if begun:
                loads.append(begun)
        if not loads:
            loads.append(Load())
        loads[-1].events += [*early, event]
        early = []
        loads[-1].has_snapshot |= event.type == EventType.FULL_SNAPSHOT
    if loads:
        loads[-1].events += early
    return loads


def _begun(known: Load | None, events: Sequence[Event], place: int, loading: bool) -> Load | None:
    """The load that the Meta event at `place` begins, None if it is a checkout of `known`."""
    url = msgspec.json.decode(events[place].data, type=MetaData).href
    if known and not known.url:
        known.url = url
        return None
    snapshot = _next_snapshot(events, place)
    fresh = _fresh_ids(snapshot) if snapshot else 0
    if known and not (loading and known.has_snapshot):
        same_page = fold_route(known.url) == fold_route(url)
        if not fresh or (same_page and (fresh == known.fresh_ids or not known.has_snapshot)):
            return None
    return Load(url=url, fresh_ids=fresh)


def _next_snapshot(events: Sequence[Event], place: int) -> Event | None:
    """The full snapshot that follows the Meta event at `place`, before the next one."""
    for event in events[place + 1 :]:
        if event.type == EventType.FULL_SNAPSHOT:
            return event
        if event.type == EventType.META:
            return None
    return None


def _fresh_ids(snapshot: Event) -> int:
    """How many nodes a snapshot has whose ids are 1, 2, 3 … in document order; else 0.

    So it is when a recorder begins. Once a page has changed, some nodes have
    higher ids than those that follow them.
    """
    data: Any = msgspec.json.decode(snapshot.data)
    waiting = [data.get("node")] if isinstance(data, dict) else []
    count = 0
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            return 0
        count += 1
        if node.get("id") != count:
            return 0
        children = node.get("childNodes")
        waiting.extend(reversed(children if isinstance(children, list) else []))
    return count
