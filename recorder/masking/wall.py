"""The wall: the tag's masking once more, over the events of one batch.

A pure function of the events and the site's policy. What the tag sent under that policy passes
byte for byte; `docs/masking.md` says what the wall cannot know.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from recorder.events import ROUTE_TAG, Event, EventType
from recorder.masking.attributes import Attributes
from recorder.masking.changes import Changes
from recorder.masking.css import Css
from recorder.masking.fonts import fonts_of
from recorder.masking.links import Links
from recorder.masking.own_events import OwnEvents
from recorder.masking.page_model import PageModel
from recorder.masking.passed_sheets import PassedSheets
from recorder.masking.payload import mask_payload
from recorder.masking.policy import Policy
from recorder.masking.tree import Tree, mask_strangers
from recorder.masking.urls import Urls

__all__ = ["Decoded", "Masked", "mask_decoded", "mask_description", "mask_events", "mask_page"]

Decoded = tuple[Event, Any]
"""An event and its data as `msgspec.json.decode` gives it; the wall changes the latter."""

_log = logging.getLogger(__name__)

_EMPTY: Final = msgspec.Raw(b'{"tag":"","payload":null}')
_HREF: Final = frozenset({"href"})
_NODE: Final = frozenset({"node"})


@dataclass(frozen=True, slots=True)
class Masked:
    """Events behind the wall, and how many things in them had to be masked there."""

    events: list[Event]
    count: int


def mask_events(events: Iterable[Event], policy: Policy, url: str = "") -> Masked:
    """`events` as `policy` allows them; those in which nothing was to be masked are the same ones.

    `url` is the document's. Events of which nothing may be told are left out; one that the wall
    cannot understand is emptied. Raises msgspec.DecodeError for data that is no JSON.
    """
    known = list(events)
    decoded = ((event, msgspec.json.decode(event.data)) for event in known)
    return mask_decoded(decoded, known, policy, url)


def mask_decoded(
    decoded: Iterable[Decoded], events: Sequence[Event], policy: Policy, url: str = ""
) -> Masked:
    """As `mask_events`, for events that somebody else decodes, one by one.

    `events` are all of the batch: in which fonts there are.
    """
    return _Wall(policy, events, url).mask(decoded)


def mask_page(href: str, policy: Policy) -> str:
    """A page's own URL."""
    return Urls(policy).page(href)


def mask_description(description: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """What a batch says of its session: traits, variant, release, device; as the tag masks it."""
    masked: dict[str, Any] = mask_payload(description, Urls(policy))
    return masked


class _Wall:
    """One batch's; nothing is kept from one to the next."""

    def __init__(self, policy: Policy, events: Sequence[Event], url: str) -> None:
        strict, hides = policy.mask == "strict", policy.mask != "inputs"
        self._urls = urls = Urls(policy)
        self._model = model = PageModel()
        css = Css(urls.resource, strict, fonts_of(events), PassedSheets(policy))
        self._links = Links(strict, model, urls)
        attributes = Attributes(strict, hides, model, urls, css, self._links)
        self._tree = Tree(hides, model, css, attributes)
        self._changes = Changes(strict, hides, model, urls, css, attributes, self._tree)
        self._own = OwnEvents(policy, urls)
        self._count = 0
        self._know_page(url)

    def mask(self, decoded: Iterable[Decoded]) -> Masked:
        kept: list[Event] = []
        for event, data in decoded:
            before = self._total
            try:
                tells = self._mask(event.type, data)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing may pass unmasked
                # Never the message: it may have what was to be masked.
                _log.warning("an event was emptied: %s", type(error).__name__)
                self._count += 1
                kept.append(Event(EventType.CUSTOM, event.timestamp, _EMPTY))
                continue
            if not tells:
                self._count += 1
            elif self._total == before:
                kept.append(event)
            else:
                encoded = msgspec.Raw(msgspec.json.encode(data))
                kept.append(Event(event.type, event.timestamp, encoded))
        return Masked(kept, self._total)

    @property
    def _total(self) -> int:
        return self._count + self._tree.count + self._changes.count

    def _mask(self, kind: int, data: dict[str, Any]) -> bool:
        """Masks `data` in place. False where nothing may be told."""
        if kind == EventType.INCREMENTAL:
            return self._changes.mask(data)
        if kind == EventType.FULL_SNAPSHOT:
            self._strangers(data, _NODE)
            self._model.begin()
            self._model.add_all(data["node"], 0)
            self._tree.node(data["node"], 0, "", 0)
        elif kind == EventType.META:
            self._strangers(data, _HREF)
            self._set(data, "href", self._urls.page(data["href"]))
            self._know_page(data["href"])
        elif kind == EventType.CUSTOM:
            tag, payload = self._own.custom(data["tag"], data.get("payload"))
            self._replace(data, {"tag": tag, "payload": payload})
            if tag == ROUTE_TAG and isinstance(payload, dict):
                self._know_page(str(payload.get("url")))
        elif kind == EventType.PLUGIN:
            name, payload = self._own.plugin(data["plugin"], data.get("payload"))
            self._replace(data, {"plugin": name, "payload": payload})
        elif data:
            data.clear()
            self._count += 1
        return True

    def _know_page(self, href: str) -> None:
        """The page's own URL, for links to elements in it."""
        page = self._urls.page(href.partition("#")[0])
        self._links.pages |= {page, self._links.without_path(page)}

    def _strangers(self, data: dict[str, Any], texts: frozenset[str]) -> None:
        self._count += mask_strangers(data, texts)

    def _set(self, data: dict[str, Any], name: str, value: Any) -> None:
        if data[name] != value:
            data[name] = value
            self._count += 1

    def _replace(self, data: dict[str, Any], masked: dict[str, Any]) -> None:
        """`data` becomes `masked`, which has every field that such an event has."""
        if any(data.get(name) != value for name, value in masked.items()) or (
            data.keys() - masked.keys()
        ):
            data.clear()
            data.update(masked)
            self._count += 1
