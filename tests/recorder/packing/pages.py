"""Visits to one page that looks a little different to everyone, as batches and as events."""

from __future__ import annotations

import json
import random
from typing import Any

from recorder.batches import Batch, decode_batch
from tests.recorder.making import NOW, ORIGIN, custom, meta, snapshot, wire

WORDS = ("tent", "boot", "stove", "rope", "lamp", "sack", "pole", "mat", "cup", "axe")

CSS = "".join(f".{word}-{n}{{margin:{n}px;color:#{n:03x}}}" for n in range(40) for word in WORDS)


class Ids:
    """Node ids as rrweb gives them: a parent before its children."""

    def __init__(self, first: int) -> None:
        self.next = first

    def element(self, tag: str, *children: Any, **attributes: str) -> dict[str, Any]:
        own = self.next
        self.next += 1
        built = [child(self) if callable(child) else child for child in children]
        return {
            "type": 2,
            "tagName": tag,
            "attributes": attributes,
            "childNodes": built,
            "id": own,
        }

    def text(self, content: str) -> dict[str, Any]:
        self.next += 1
        return {"type": 3, "textContent": content, "id": self.next - 1}


def page(greeting: str, *, banner: int = 0, version: str = "") -> dict[str, Any]:
    """A page of a list; `banner` elements come before it and shift the ids of all that follows."""
    ids = Ids(1)

    def item(word: str) -> Any:
        return lambda ids: ids.element(
            "li", lambda ids: ids.text(f"A {word}{version} for the hills"), data_word=word
        )

    return ids.element(
        "html",
        lambda ids: (
            ids.element("style", lambda ids: ids.text(CSS.replace("margin", "pad" + version)))
            if version
            else ids.element("style", lambda ids: ids.text(CSS))
        ),
        *[lambda ids: ids.element("aside") for _ in range(banner)],
        lambda ids: ids.element("p", lambda ids: ids.text(greeting)),
        *[item(word) for word in WORDS],
    )


def moves(chance: random.Random, at: int, count: int = 8) -> dict[str, Any]:
    """A batch of mouse positions, as rrweb writes them."""
    return {
        "type": 3,
        "timestamp": NOW + at,
        "data": {
            "source": 1,
            "positions": [
                {
                    "x": chance.randrange(1440),
                    "y": chance.randrange(900),
                    "id": chance.randrange(1, 60),
                    "timeOffset": -50 * (count - n),
                }
                for n in range(count)
            ],
        },
    }


def click(chance: random.Random, at: int) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": 2,
        "type": chance.randrange(10),
        "id": chance.randrange(1, 60),
        "x": chance.random() * 1000,
        "y": chance.randrange(900),
    }
    if chance.random() < 0.5:
        data["pointerType"] = chance.randrange(3)
    return {"type": 3, "timestamp": NOW + at, "data": data}


def visit(
    key: str,
    visitor: str,
    *,
    greeting: str = "",
    document: str = "",
    path: str = "/list",
    banner: int = 0,
    version: str = "",
    user: str = "",
    batches: int = 4,
) -> list[Batch]:
    """One document of `visitor` in several batches, each with something of its own."""
    given = wires(
        key,
        visitor,
        greeting=greeting,
        document=document,
        path=path,
        banner=banner,
        version=version,
        user=user,
        batches=batches,
    )
    return [decode_batch(as_sent(one), NOW) for one in given]


def wires(
    key: str,
    visitor: str,
    *,
    greeting: str = "",
    document: str = "",
    path: str = "/list",
    banner: int = 0,
    version: str = "",
    user: str = "",
    batches: int = 4,
) -> list[dict[str, Any]]:
    """The same as what goes over the wire."""
    chance = random.Random(f"{visitor} {document}")  # noqa: S311 - the same each time, no secret
    url = ORIGIN + path
    out: list[dict[str, Any]] = []
    for sequence in range(batches):
        at = sequence * 1000
        events: list[Any] = [moves(chance, at + 500), click(chance, at + 600)]
        if sequence == 0:
            body = page(greeting or f"Hello {visitor}", banner=banner, version=version)
            events = [meta(at, url, 1440, 900), snapshot(body, at + 1), *events]
        if user and sequence == 1:
            events.append(custom("heatwright/identify", {"id": user, "traits": {}}, at + 700))
        out.append(
            wire(
                key,
                events,
                visitor=visitor,
                session=f"session-{visitor}",
                document=document or f"document-{visitor}",
                sequence=sequence,
                url=url,
            )
        )
    return out


def as_sent(given: dict[str, Any]) -> bytes:
    """Wire data as a browser writes it: without a space."""
    return json.dumps(given, separators=(",", ":"), ensure_ascii=False).encode()
