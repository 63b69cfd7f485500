"""Other people's visits out of recorded ones: each has texts, ids, an order and tracks of its own.

What is the same on a real site stays the same: markup, style sheets, products. What is
not, is not:

- a strip on top of each page with name, address, order number and basket, of as many
  elements as the basket has lines, so that the node ids of all the page shift;
- the cards of its favourites in another order;
- mouse tracks of a random walk, ten positions to an event as rrweb has them;
- clicks, taps, scrolls and what the anchor plugin measured of them, elsewhere and in another order;
- other times between all of it, and some of it left out.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from bench.storage.recorded import Document, Visit
from recorder.batches import Batch, decode_batch

__all__ = ["Walk", "batches_of", "derived"]

_ID_FIELDS = frozenset({"id", "parentId", "nextId", "previousId", "rootId"})
_SYLLABLES = "ka lo mi ren sta vor el du fe gri ho jun pe qua ri so tu ul wen za".split()  # noqa: SIM905
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"

_KEPT = 0.9
"""Share of interactions that a derived visitor has, too."""

_MOVE, _INTERACTION, _SCROLL, _INPUT = 1, 2, 3, 5


def derived(
    visits: list[Visit], number: int, started_at: int
) -> tuple[dict[str, Any], list[Document]]:
    """Visitor `number`: what stands in the envelope of each batch, and the documents."""
    chance = random.Random(f"storage/{number}")  # noqa: S311 - the same each time, no secret
    base = visits[number % len(visits)]
    person = _Person(chance)
    who = {
        "visitor": _hex(chance, 24),
        "session": _hex(chance, 24),
        "tab": _hex(chance, 16),
        "traits": dict(base.session.traits),
        "variant": base.session.variant,
        "device": base.session.device,
        "started_at": started_at,
    }
    first = min(e["timestamp"] for d in base.documents for b in d.batches for e in b)
    clock = _Clock(chance, first, started_at)
    return who, [_document(one, person, clock, chance) for one in base.documents]


def batches_of(
    key: str, who: dict[str, Any], documents: list[Document], now: int
) -> Iterator[Batch]:
    """The visit as batches from the wire."""
    chance = random.Random(who["session"])  # noqa: S311 - the same each time, no secret
    agent = f"{_AGENT} Chrome/{chance.randint(130, 156)}.0.{chance.randrange(9)}.0 Safari/537.36"
    for document in documents:
        name = _hex(chance, 24)
        for sequence, events in enumerate(document.batches):
            last = max(int(event["timestamp"]) for event in events)
            wire = {
                "v": 1, "key": key, **who, "document": name, "sequence": sequence,
                "url": document.url, "sent_at": last + 40, "release": None, "events": events,
            }  # fmt: skip
            body = json.dumps(wire, separators=(",", ":"), ensure_ascii=False).encode()
            yield msgspec.structs.replace(decode_batch(body, now), user_agent=agent)


class _Person:
    """What only this visitor has."""

    def __init__(self, chance: random.Random) -> None:
        def word() -> str:
            return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))

        self.name = f"{word().title()} {word().title()}"
        self.mail = f"{word()}.{word()}@{word()}.example"
        self.order = f"T-{chance.randrange(10**9):09d}"
        self.basket = [
            f"{chance.randint(1, 4)} × {word()} {word()} at {chance.uniform(5, 400):.2f}"
            for _ in range(chance.randint(0, 6))
        ]

    def strip(self, first: int) -> list[dict[str, Any]]:
        """Elements with ids from `first` on."""
        lines = [f"Signed in as {self.name}", self.mail, f"Order {self.order}", *self.basket]
        return [
            {
                "type": 2,
                "tagName": "p",
                "attributes": {"class": "account-line"},
                "childNodes": [{"type": 3, "textContent": line, "id": first + 2 * n + 1}],
                "id": first + 2 * n,
            }
            for n, line in enumerate(lines)
        ]


class _Clock:
    """The recorded times, begun at another moment and stretched here and there."""

    def __init__(self, chance: random.Random, first: float, start: int) -> None:
        self._chance = chance
        self._before = first
        self._now = float(start)

    def at(self, recorded: float) -> float:
        gap = max(0.0, recorded - self._before)
        self._before = max(recorded, self._before)
        self._now += round(gap * self._chance.uniform(0.6, 1.8))
        return self._now


def _document(
    document: Document, person: _Person, clock: _Clock, chance: random.Random
) -> Document:
    shift = _Shift(document, person)
    slots = [
        event
        for batch in document.batches
        for event in batch
        if _is_interaction(event) and chance.random() < _KEPT
    ]
    chance.shuffle(slots)
    walk = Walk(chance)
    batches: list[list[dict[str, Any]]] = []
    for batch in document.batches:
        out: list[dict[str, Any]] = []
        for event in batch:
            at = clock.at(event["timestamp"])
            chosen = event
            if _is_interaction(event):
                if not slots:
                    continue
                chosen = slots.pop()
            data = shift.of(chosen["data"])
            if chosen["type"] == 2:
                shift.insert(data, person)
                _reorder(data, chance)
            _elsewhere(chosen["type"], data, walk, chance)
            out.append({"type": chosen["type"], "data": data, "timestamp": at})
        if out:
            batches.append(out)
    return Document(document.url, batches)


def _is_interaction(event: dict[str, Any]) -> bool:
    """Whether a person did it, and not the page."""
    sources = (_MOVE, _INTERACTION, _SCROLL, _INPUT)
    return event["type"] == 6 or (event["type"] == 3 and event["data"]["source"] in sources)


class _Shift:
    """Makes room for the person's strip: all node ids from the body's first child on move up."""

    def __init__(self, document: Document, person: _Person) -> None:
        snapshots = (e["data"]["node"] for b in document.batches for e in b if e["type"] == 2)
        self._first = min((_body(node)["id"] + 1 for node in snapshots), default=10**9)
        self._by = 2 * (3 + len(person.basket))

    def of(self, value: Any, field: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self.of(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        if field in _ID_FIELDS and isinstance(value, int) and value >= self._first:
            return value + self._by
        return value

    def insert(self, snapshot: dict[str, Any], person: _Person) -> None:
        _body(snapshot["node"])["childNodes"][:0] = person.strip(self._first)


def _body(node: dict[str, Any]) -> dict[str, Any]:
    html = next(child for child in node["childNodes"] if child.get("tagName") == "html")
    return next(child for child in html["childNodes"] if child.get("tagName") == "body")


def _reorder(value: Any, chance: random.Random) -> None:
    """The cards of each list in another order."""
    children = value.get("childNodes", []) if isinstance(value, dict) else []
    if "node" in value:
        children = [value["node"]]
    cards = [n for n, one in enumerate(children) if _class(one) == "card-slot"]
    mixed = chance.sample(cards, len(cards))
    children[:] = [
        children[mixed[cards.index(n)]] if n in cards else one for n, one in enumerate(children)
    ]
    for child in children:
        _reorder(child, chance)


def _class(node: dict[str, Any]) -> str:
    return str(node.get("attributes", {}).get("class", ""))


class Walk:
    """A hand that goes on from where it was."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._x, self._y = chance.uniform(100, 1300), chance.uniform(100, 800)
        self._angle = chance.uniform(0, 7)

    def step(self) -> tuple[int, int]:
        """Where it is a moment later, CSS px."""
        self._angle += self._chance.gauss(0, 0.5)
        pace = abs(self._chance.gauss(0, 30))
        x, y = self._x + pace * math.cos(self._angle), self._y + pace * math.sin(self._angle)
        if 0 <= x <= 1439 and 0 <= y <= 899:
            self._x, self._y = x, y
        else:
            self._angle += math.pi  # back from the edge, where nobody stays
        return round(self._x), round(self._y)


def _elsewhere(kind: int, data: dict[str, Any], walk: Walk, chance: random.Random) -> None:
    """Another track, another spot, another place of the scroll bar; times stay."""
    if kind == 3 and data["source"] == _MOVE:
        nodes = [one["id"] for one in data["positions"]]
        data["positions"] = [
            {"x": x, "y": y, "id": chance.choice(nodes), "timeOffset": -50 * (10 - n)}
            for n, (x, y) in enumerate(walk.step() for _ in range(10))
        ]
    elif kind == 3 and data["source"] == _INTERACTION and "x" in data:
        data["x"] = _near(data["x"], chance)
        data["y"] = _near(data["y"], chance)
    elif kind == 3 and data["source"] == _SCROLL:
        data["y"] = max(0, round(data["y"] * chance.uniform(0.7, 1.3)))
    elif kind == 6 and "box" in data["payload"]:
        payload = data["payload"]
        payload["x"] = round(payload["x"] + chance.gauss(0, 6), 3)
        payload["y"] = round(payload["y"] + chance.gauss(0, 4), 3)
        if "text" in payload:
            payload["text"]["fx"] = round(chance.random(), 3)
            payload["text"]["fy"] = round(chance.random(), 3)


def _near(length: float, chance: random.Random) -> float:
    """Whole pixels stay whole, as a mouse's are; a finger's are float32, as browsers have them."""
    moved = length + chance.gauss(0, 6)
    return round(moved) if float(length).is_integer() else float(np.float32(moved))


def _hex(chance: random.Random, digits: int) -> str:
    return f"{chance.getrandbits(4 * digits):0{digits}x}"
