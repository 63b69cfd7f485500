"""Snapshots and changes as rrweb would write them, for what the wall makes of them."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from recorder.events import Event
from recorder.masking import Policy, mask_events

__all__ = ["change", "element", "event", "masked", "snapshot", "text"]


def event(kind: int, data: Any) -> Event:
    return Event(kind, 1, msgspec.Raw(json.dumps(data).encode()))


def element(id: int, tag: str, *children: Any, svg: bool = False, **attributes: Any) -> Any:
    named = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
    node = {"type": 2, "id": id, "tagName": tag, "attributes": named, "childNodes": [*children]}
    return node | ({"isSVG": True} if svg else {})


def text(id: int, content: str) -> Any:
    return {"type": 3, "id": id, "textContent": content}


def snapshot(*children: Any) -> Event:
    document = {"type": 0, "id": 1, "childNodes": [element(2, "html", *children)]}
    return event(2, {"node": document, "initialOffset": {"left": 0, "top": 0}})


def change(*, adds: Any = (), texts: Any = (), attributes: Any = (), removes: Any = ()) -> Event:
    """A mutation: adds as (parent, node), texts and attributes as (id, what it is now)."""
    return event(
        3,
        {
            "source": 0,
            "adds": [{"parentId": id, "nextId": None, "node": node} for id, node in adds],
            "texts": [{"id": id, "value": value} for id, value in texts],
            "attributes": [{"id": id, "attributes": told} for id, told in attributes],
            "removes": [{"parentId": id, "id": gone} for id, gone in removes],
        },
    )


def masked(*events: Event, mask: Any = "inputs", **rules: Any) -> list[Any]:
    """The data of each event that is left, behind the wall."""
    found = mask_events(events, Policy(mask, **rules))
    return [json.loads(bytes(one.data)) for one in found.events]
