"""Recordings that nobody recorded: rrweb nodes and events written by hand."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import msgspec

from recorder.batches import Batch
from recorder.drive import site_for
from recorder.events import Event
from recorder.store import Store
from replay import Moment, find_moment

__all__ = ["Forge", "custom", "incremental", "keep", "keep_events", "mutation", "remember"]

_numbers = itertools.count(1)


class Forge:
    """Makes serialized nodes with ids counted from 1, as rrweb-snapshot would."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def element(
        self, tag: str, attributes: dict[str, Any] | None = None, *children: Any, **more: Any
    ) -> dict[str, Any]:
        nodes = [self.text(child) if isinstance(child, str) else child for child in children]
        return {
            "type": 2,
            "tagName": tag,
            "attributes": attributes or {},
            "childNodes": nodes,
            "id": next(self._ids),
        } | more

    def text(self, text: str) -> dict[str, Any]:
        return {"type": 3, "textContent": text, "id": next(self._ids)}

    def document(self, *body: Any, head: tuple[Any, ...] = (), doctype: Any = "html") -> Any:
        """A document; `doctype` is a name, a tuple (name, public id, system id), or None."""
        children = []
        if doctype:
            name, public, system = (doctype, "", "") if isinstance(doctype, str) else doctype
            children.append(
                {
                    "type": 1,
                    "name": name,
                    "publicId": public,
                    "systemId": system,
                    "id": next(self._ids),
                }
            )
        root = self.element(
            "html", {}, self.element("head", {}, *head), self.element("body", {}, *body)
        )
        return {"type": 0, "childNodes": [*children, root], "id": next(self._ids)}


def remember(root: Any) -> dict[str, int]:
    """Ids of the nodes below `root`, by `id` attribute or, once each, by tag."""
    found: dict[str, int] = {}
    for child in root.get("childNodes", ()):
        name = child.get("attributes", {}).get("id") or child.get("tagName")
        if name:
            found.setdefault(str(name), child["id"])
        found = remember(child) | found
    return found


def incremental(source: int, **data: Any) -> dict[str, Any]:
    """An incremental event's type and data."""
    return {"type": 3, "data": {"source": source} | data}


def custom(tag: str, payload: Any) -> dict[str, Any]:
    """A custom event's type and data."""
    return {"type": 5, "data": {"tag": tag, "payload": payload}}


def mutation(**changes: Any) -> dict[str, Any]:
    """A mutation event; what is not given is empty."""
    lists: dict[str, Any] = {"adds": [], "removes": [], "texts": [], "attributes": []}
    return incremental(0, **(lists | changes))


def keep(
    store: Store,
    url: str,
    node: Any,
    *events: dict[str, Any],
    width: int = 800,
    height: int = 600,
) -> Moment:
    """Stores Meta, the snapshot of `node` and `events` as a session; its end as a moment."""
    start = int(time.time() * 1000) - 60_000
    forged = [
        {"type": 4, "data": {"href": url, "width": width, "height": height}},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}},
        *events,
    ]
    dated = [{**event, "timestamp": start + i} for i, event in enumerate(forged)]
    return keep_events(store, url, dated)


def keep_events(
    store: Store,
    url: str,
    events: list[dict[str, Any]],
    traits: dict[str, str] | None = None,
    visitor: str = "forger",
) -> Moment:
    """Stores whole rrweb events as a session; its end as a moment."""
    start = int(events[0]["timestamp"])
    number = next(_numbers)
    batch = Batch(
        key=site_for(store, url).write_key,
        visitor=visitor,
        session=f"forged-{number}",
        document=f"forged-document-{number}",
        tab="tab",
        sequence=0,
        url=url,
        started_at=start,
        sent_at=start,
        traits=traits or {},
        events=[
            Event(
                event["type"],
                event["timestamp"],
                msgspec.Raw(json.dumps(event.get("data")).encode()),
            )
            for event in events
        ],
    )
    store.accept(batch, source="import")
    return find_moment(store, batch.session)
