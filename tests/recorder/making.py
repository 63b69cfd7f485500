"""Batches as a tag would send them, and the events in them."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

from recorder.batches import Batch, decode_batch

NOW = int(time.time() * 1000)
ORIGIN = "https://shop.example"


def meta(at: int = 0, href: str = ORIGIN + "/", width: int = 390, height: int = 844) -> Any:
    return {
        "type": 4,
        "timestamp": NOW + at,
        "data": {"href": href, "width": width, "height": height},
    }


def custom(tag: str, payload: Any, at: int = 0) -> Any:
    return {"type": 5, "timestamp": NOW + at, "data": {"tag": tag, "payload": payload}}


def route(at: int, url: str, title: str = "") -> Any:
    return custom("heatwright/route", {"url": url, "title": title}, at)


def move(at: int = 0) -> Any:
    return {
        "type": 3,
        "timestamp": NOW + at,
        "data": {"source": 1, "positions": [{"x": 1, "y": 2, "id": 3, "timeOffset": 0}]},
    }


def snapshot(node: Any, at: int = 0) -> Any:
    data = {"node": node, "initialOffset": {"left": 0, "top": 0}}
    return {"type": 2, "timestamp": NOW + at, "data": data}


def wire(key: str, events: list[Any] | None = None, /, **changes: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "key": key,
        "visitor": "visitor-1",
        "session": "session-1",
        "document": "document-1",
        "tab": "tab-1",
        "sequence": 0,
        "url": ORIGIN + "/",
        "started_at": NOW,
        "sent_at": NOW,
        "traits": {},
        "variant": None,
        "release": None,
        "device": None,
        "events": [meta(), move(1)] if events is None else events,
    } | changes


def body(key: str, events: list[Any] | None = None, /, **changes: Any) -> bytes:
    return json.dumps(wire(key, events, **changes)).encode()


def gzipped(key: str, events: list[Any] | None = None, /, **changes: Any) -> bytes:
    return gzip.compress(body(key, events, **changes))


def batch(key: str, events: list[Any] | None = None, /, **changes: Any) -> Batch:
    return decode_batch(body(key, events, **changes), NOW)
