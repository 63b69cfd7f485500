"""Visits with known facts: what they leave in a store, and what is true of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from recorder.batches import Batch
from recorder.events import Event
from recorder.store import Store
from recorder.store.rows import Source
from tests.support.forging import Forge, remember

ORIGIN = "https://shop.example"
NOVEMBER = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000
TOUCH = {"pointer": "coarse", "hover": False}


def _page() -> Any:
    forge = Forge()
    return forge.document(
        forge.element(
            "form",
            {"class": "order wide"},
            forge.element(
                "button", {"id": "buy", "class": "btn"}, "Buy ", forge.element("b", {}, "now")
            ),
            forge.element("label", {"id": "label", "for": "news"}, "Größe"),
            forge.element("input", {"id": "news", "type": "checkbox", "name": "news"}),
        ),
        forge.element("a", {"id": "help", "href": "/help"}, forge.element("img", {"alt": "Help"})),
    )


PAGE = _page()
IDS = remember(PAGE)

PRESSED = {
    "buy": "Buy now",
    "b": "Buy now",
    "label": "Größe",
    "img": "Help",
    "body": "Buy now Größe Help",
}
"""What can be pressed, and what is written on it."""

SELECTORS = {
    "#buy": {"buy", "b"},
    "button > b": {"b"},
    "form.order": {"buy", "b", "label"},
    ".wide input[type=checkbox]": {"label"},
    "a[href^='/h']": {"img"},
    "BUTTON": {"buy", "b"},
    ":not(form) > a": {"img"},
    "body": {"buy", "b", "label", "img", "body"},
    "p": set(),
}
"""Selectors, and which of `PRESSED` they fit."""


@dataclass(frozen=True)
class Visit:
    """One session. `documents` are pairs of width and URLs; the rest happens in the first."""

    id: str = "session-1"
    visitor: str = "visitor-1"
    start: int = NOVEMBER + DAY // 2
    length_ms: int = 12_500
    device: str | None = None
    touch: bool = True
    source: Source = "tag"
    agent: str = ""
    variant: str | None = None
    release: str | None = None
    traits: dict[str, str] = field(default_factory=dict)
    documents: Sequence[tuple[int, Sequence[str]]] = ((390, ("/",)),)
    title: str = ""
    pages: Sequence[str] = ()
    presses: Sequence[str] = ()
    errors: Sequence[str] = ()
    requests: Sequence[tuple[str, str, int]] = ()
    goals: Sequence[str] = ()
    reports: Sequence[str] = ()
    missing: int = 0
    """Batches of the first document that never come."""

    @property
    def device_shown(self) -> str:
        if self.device:
            return self.device
        width = self.documents[0][0]
        if self.touch:
            return "phone" if width < 600 else "tablet"
        return "laptop" if width < 1366 else "desktop"

    def keep(self, store: Store, key: str) -> None:
        """Stores the visit: one batch a document, and a last one after the gap."""
        for number, (width, urls) in enumerate(self.documents):
            events = self._document(number, width, urls)
            self._batch(store, key, number, 0, events)
        end = [(self.start + self.length_ms, 3, {"source": 1, "positions": []})]
        self._batch(store, key, 0, 1 + self.missing, end)

    def _document(self, number: int, width: int, urls: Sequence[str]) -> list[Any]:
        at = self.start + number * 1_000
        environment = {**(TOUCH if self.touch else {}), "title": self.title if not number else ""}
        events: list[Any] = [
            (at, 4, {"href": ORIGIN + urls[0], "width": width, "height": 800}),
            (at, 2, {"node": PAGE, "initialOffset": {"left": 0, "top": 0}}),
            (at, 5, {"tag": "heatwright/environment", "payload": environment}),
        ]
        events += [
            (at + 100 * place, 5, {"tag": "heatwright/route", "payload": {"url": ORIGIN + url}})
            for place, url in enumerate(urls[1:], 1)
        ]
        return events + (self._happenings() if number == 0 else [])

    def _happenings(self) -> list[Any]:
        told: list[tuple[str, Any]] = [("page", {"name": name}) for name in self.pages]
        told += [
            ("error", {"kind": "error", "message": text, "stack": "at f (https://x/a.js:1:2)"})
            for text in self.errors
        ]
        told += [
            ("request", {"kind": "fetch", "method": method, "url": url, "status": status})
            for method, url, status in self.requests
        ]
        told += [("goal", {"goal": goal}) for goal in self.goals]
        told += [("report", {"reason": reason}) for reason in self.reports]
        # 300 ms apart from each other, presses 2 s: they make no rage.
        events = [
            (self.start + 300 * place, 5, {"tag": f"heatwright/{name}", "payload": payload})
            for place, (name, payload) in enumerate(told, 1)
        ]
        return events + [
            (
                self.start + 2_000 * place,
                6,
                {"plugin": "heatwright/anchor@1", "payload": anchor(name)},
            )
            for place, name in enumerate(self.presses, 1)
        ]

    def _batch(
        self, store: Store, key: str, document: int, sequence: int, events: list[Any]
    ) -> None:
        batch = Batch(
            key=key,
            visitor=self.visitor,
            session=self.id,
            document=f"{self.id}-document-{document}",
            tab="tab",
            sequence=sequence,
            url=ORIGIN + "/",
            started_at=self.start + document * 1_000,
            sent_at=self.start,
            events=[
                Event(kind, at, msgspec.Raw(json.dumps(data).encode()))
                for at, kind, data in sorted(events, key=lambda event: event[0])
            ],
            traits=self.traits,
            variant=self.variant,
            release=self.release,
            device=self.device,
            user_agent=self.agent,
        )
        store.accept(batch, source=self.source)


def anchor(name: str, **more: Any) -> dict[str, Any]:
    """The tag's payload of a click on the element of `PAGE` that is called `name`."""
    return {"kind": "click", "id": IDS[name], "x": 5, "y": 5, "box": [0, 0, 9, 9], **more}
