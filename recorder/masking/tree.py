"""Serialized nodes: see `recorder/client/redact/tree.ts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from recorder.masking.attributes import Attributes
from recorder.masking.css import Css
from recorder.masking.page_model import BLOCKED, MASKED, TYPED, PageModel, own_state
from recorder.masking.patterns import mask_patterns
from recorder.masking.payload import mask_strings
from recorder.masking.script_regex import script_regex
from recorder.masking.sheets import is_sheet
from recorder.masking.text import mask_text

__all__ = ["ELEMENT", "Tree", "mask_strangers"]

DOCUMENT: Final = 0
DOCTYPE: Final = 1
ELEMENT: Final = 2
TEXT: Final = 3

_NOT_TEXT: Final = frozenset({"script", "noscript", "textarea", "template"})
_FIELDS: Final = {
    DOCUMENT: frozenset({"type", "id", "childNodes", "compatMode", "rootId"}),
    DOCTYPE: frozenset({"type", "id", "name", "publicId", "systemId", "rootId"}),
    ELEMENT: frozenset(
        {"type", "id", "tagName", "attributes", "childNodes", "isSVG", "needBlock", "rootId"}
        | {"isShadow", "isShadowHost", "isCustom"}
    ),
    TEXT: frozenset({"type", "id", "textContent", "isStyle", "isShadow", "rootId"}),
}
_OTHER_FIELDS: Final = frozenset({"type", "id", "textContent", "isShadow", "rootId"})
_TEXTS: Final = frozenset(
    {"tagName", "attributes", "childNodes", "textContent", "compatMode", "name", "publicId"}
    | {"systemId"}
)
_NO_TEXT: Final = frozenset({int, float, bool, type(None)})
_SIZE = script_regex(r"^\d+(?:\.\d+)? \d+(?:\.\d+)?$")
_BOX: Final = frozenset({"class", "rr_block_size"})


class Tree:
    """Masks serialized nodes in place; `count` grows by each thing that was not as it should be."""

    def __init__(
        self, level_hides: bool, model: PageModel, css: Css, attributes: Attributes
    ) -> None:
        self.count = 0
        self._level_hides = level_hides
        self._model = model
        self._css = css
        self._attributes = attributes

    def hides(self, state: int) -> bool:
        """Whether text is masked."""
        return self._level_hides or state & (MASKED | TYPED) > 0

    def node(self, node: dict[str, Any], state: int, tag: str | None, parent: int) -> None:
        """Masks `node` and all below it; `state` and `tag` are its parent's, None: not known."""
        waiting: list[tuple[list[dict[str, Any]], int, str | None, int]]
        waiting = [([node], state, tag, parent)]
        while waiting:
            children, state, tag, parent = waiting.pop()
            mask: Callable[[str], str] | None = None
            for child in children:
                kind = child["type"]
                if (
                    not _FIELDS.get(kind, _OTHER_FIELDS) >= child.keys()
                    or child["id"].__class__ is not int
                ):
                    self.count += mask_strangers(child, _TEXTS)
                if kind == TEXT:
                    text = child.get("textContent")
                    if text:
                        mask = mask or self.content(tag, self.hides(state))
                        if (masked := mask(text)) != text:
                            child["textContent"] = masked
                            self.count += 1
                elif kind == ELEMENT:
                    own = self._element(child, state)
                    below = child.get("childNodes")
                    if below:
                        waiting.append((below, state | own, child["tagName"], child["id"]))
                elif kind == DOCUMENT:
                    waiting.append((child["childNodes"], state, "", child["id"]))
                elif kind != DOCTYPE and child.get("textContent"):
                    child["textContent"] = ""
                    self.count += 1

    def content(self, parent: str | None, hides: bool) -> Callable[[str], str]:
        """How text directly in an element `parent` is masked; None: it is not known."""
        if parent == "style":
            return lambda text: self._css.text(text, hides)
        if parent in _NOT_TEXT:
            return lambda text: ""
        plain = mask_text if hides else mask_patterns
        if parent is not None:
            return plain
        return lambda text: self._css.text(text, hides) if is_sheet(text) else plain(text)

    def _element(self, node: dict[str, Any], inherited: int) -> int:
        """Masks one element's own attributes; its own state."""
        attributes = node["attributes"]
        own = own_state(node["tagName"], attributes)
        if own & BLOCKED or ("rr_width" in attributes and "rr_height" in attributes):
            self._block(node)
            attributes = node["attributes"]
        if attributes:
            hides = self.hides(inherited | (own & ~TYPED))
            self.count += self._attributes.mask(
                attributes, node["id"], node["tagName"], bool(node.get("isSVG")), hides
            )
        return own

    def _block(self, node: dict[str, Any]) -> None:
        """Nothing but the element's place stays."""
        self._model.is_complete = False
        attributes = node["attributes"]
        size = attributes.get("rr_block_size")
        sized = size is None or (isinstance(size, str) and _SIZE.match(size))
        if not node.get("childNodes") and attributes.keys() <= _BOX and sized:
            return
        self.count += 1
        node["childNodes"] = []
        classes = attributes.get("class")
        node["attributes"] = {"class": classes} if isinstance(classes, str) else {}
        if sized and size is not None:
            node["attributes"]["rr_block_size"] = size
        elif "rr_width" in attributes:
            lengths = (_px(attributes.get(side)) for side in ("rr_width", "rr_height"))
            node["attributes"]["rr_block_size"] = " ".join(lengths)


def mask_strangers(fields: dict[str, Any], texts: frozenset[str]) -> int:
    """Masks all strings in `fields` but of `texts`, in place; how many fields had some."""
    changed = 0
    for name, value in fields.items():
        if name in texts or value.__class__ in _NO_TEXT or not value:
            continue
        if (masked := mask_strings(value)) != value:
            fields[name] = masked
            changed += 1
    return changed


_LENGTH = script_regex(r"^\s*(\d+(?:\.\d*)?|\.\d+)")


def _px(length: Any) -> str:
    """JavaScript's `(parseFloat(length) || 0).toFixed(1)` of lengths that are not negative."""
    found = _LENGTH.match(str(length))
    return f"{float(found[1]) if found else 0:.1f}"
