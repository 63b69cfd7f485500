"""Every sub-resource that a replay of some events may load.

Reads snapshots and mutations as rrweb writes them. Pictures of every
`srcset` candidate, posters, style sheets, fonts, sprites: whatever the media
condition, because a replay may be at any width. Links, frames, scripts and
icons of the browser's own are no part of a replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from recorder.assets.css import css_references
from recorder.assets.urls import absolute, split_srcset
from recorder.events import Event, EventType, MetaData
from recorder.shapes import as_dict, as_dicts, as_text

__all__ = ["ReferenceFinder", "collect_references"]

_ELEMENT: Final = 2

_MUTATION: Final = 0
_STYLE_SHEET_RULE: Final = 8
_FONT: Final = 10
_STYLE_DECLARATION: Final = 13
_ADOPTED_STYLE_SHEET: Final = 15
_TELLING_SOURCES = frozenset(
    {_MUTATION, _STYLE_SHEET_RULE, _FONT, _STYLE_DECLARATION, _ADOPTED_STYLE_SHEET}
)

_SRC_TAGS = frozenset({"img", "source", "input"})
_HREF_TAGS = frozenset({"image", "use", "feimage"})
_PAINT_ATTRIBUTES = frozenset(
    {"style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "_csstext"}
    | {f"marker-{place}" for place in ("start", "mid", "end")}
)


def collect_references(events: Iterable[Event], page_url: str = "") -> set[str]:
    """Absolute http(s) URLs, without fragments, of what `events` of one document may load.

    `page_url` is the base until a Meta event tells the page's own URL.
    """
    return ReferenceFinder(page_url).feed(events)


class ReferenceFinder:
    """Reads one document's events piece by piece; remembers what later pieces refer to."""

    def __init__(self, page_url: str) -> None:
        self._page_url = page_url
        self._base = page_url
        self._tags: dict[int, str] = {}
        self._link_is_sheet: dict[int, bool] = {}
        self._style_texts: set[int] = set()

    def feed(self, events: Iterable[Event]) -> set[str]:
        """URLs that `events` (in order, after those fed before) name."""
        found: set[str] = set()
        for event in events:
            if event.type == EventType.META:
                self._page_url = msgspec.json.decode(event.data, type=MetaData).href
                self._base = self._page_url
            elif event.type == EventType.FULL_SNAPSHOT:
                data = as_dict(msgspec.json.decode(event.data))
                self._tags.clear()
                self._style_texts.clear()
                found.update(self._nodes([(as_dict(data.get("node")), "")]))
            elif event.type == EventType.INCREMENTAL:
                data = as_dict(msgspec.json.decode(event.data))
                if _number(data.get("source")) in _TELLING_SOURCES:
                    found.update(self._incremental(data))
        return found

    def _incremental(self, data: dict[str, Any]) -> Iterator[str]:
        source = _number(data.get("source"))
        if source == _MUTATION:
            yield from self._mutation(data)
        elif source == _STYLE_DECLARATION:
            yield from self._css(as_text(as_dict(data.get("set")).get("value")))
        elif source == _FONT:
            yield from self._css(as_text(data.get("fontSource")))
        else:
            for sheet in [data, *as_dicts(data.get("styles"))]:
                for rule in as_dicts(sheet.get("adds")) + as_dicts(sheet.get("rules")):
                    yield from self._css(as_text(rule.get("rule")))
                for name in ("replace", "replaceSync"):
                    yield from self._css(as_text(sheet.get(name)))

    def _mutation(self, data: dict[str, Any]) -> Iterator[str]:
        for added in as_dicts(data.get("adds")):
            parent = self._tags.get(_number(added.get("parentId")), "")
            yield from self._nodes([(as_dict(added.get("node")), parent)])
        for text in as_dicts(data.get("texts")):
            if _number(text.get("id")) in self._style_texts:
                yield from self._css(as_text(text.get("value")))
        for change in as_dicts(data.get("attributes")):
            node_id = _number(change.get("id"))
            attributes = as_dict(change.get("attributes"))
            yield from self._attributes(node_id, self._tags.get(node_id, ""), attributes)

    def _nodes(self, pending: list[tuple[dict[str, Any], str]]) -> Iterator[str]:
        """References of nodes and all below them. `pending` holds (node, tag of its parent)."""
        while pending:
            node, parent = pending.pop()
            node_id = _number(node.get("id"))
            tag = ""
            if node.get("type") == _ELEMENT:
                tag = as_text(node.get("tagName")).lower()
                self._tags[node_id] = tag
                yield from self._attributes(node_id, tag, as_dict(node.get("attributes")))
            elif parent == "style" or node.get("isStyle"):
                self._style_texts.add(node_id)
                yield from self._css(as_text(node.get("textContent")))
            # Last in, first out: children in document order, so that <base> comes early.
            pending.extend((child, tag) for child in reversed(as_dicts(node.get("childNodes"))))

    def _attributes(self, node_id: int, tag: str, attributes: dict[str, Any]) -> Iterator[str]:
        if tag == "base" and "href" in attributes:
            self._base = absolute(as_text(attributes["href"]), self._page_url) or self._page_url
        if tag == "link":
            yield from self._link(node_id, attributes)
        for name, value in attributes.items():
            lower = name.lower()
            if lower == "style" and isinstance(value, dict):
                yield from self._style_changes(value)
            elif lower in _PAINT_ATTRIBUTES:
                yield from self._css(as_text(value))
            elif lower in ("srcset", "imagesrcset"):
                for candidate, _ in split_srcset(as_text(value)):
                    yield from self._url(candidate)
            elif _is_resource(tag, lower):
                yield from self._url(as_text(value))

    def _link(self, node_id: int, attributes: dict[str, Any]) -> Iterator[str]:
        if "rel" in attributes:
            relations = as_text(attributes["rel"]).lower().split()
            self._link_is_sheet[node_id] = "stylesheet" in relations
        if self._link_is_sheet.get(node_id):
            yield from self._url(as_text(attributes.get("href")))

    def _style_changes(self, changes: dict[str, Any]) -> Iterator[str]:
        """An inline style as rrweb's difference object: property to value, or [value, priority]."""
        for value in changes.values():
            yield from self._css(as_text(value[0] if isinstance(value, list) and value else value))

    def _css(self, css: str) -> set[str]:
        return css_references(css, self._base) if css else set()

    def _url(self, reference: str) -> Iterator[str]:
        if url := absolute(reference, self._base):
            yield url


def _is_resource(tag: str, attribute: str) -> bool:
    """Whether this attribute of this element names a picture that is shown."""
    match attribute:
        case "src":
            return tag in _SRC_TAGS
        case "poster":
            return tag in ("video", "")
        case "background":
            return tag in ("body", "table", "tr", "td", "th")
        case "href" | "xlink:href":
            return tag in _HREF_TAGS
        case _:
            return False


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1
