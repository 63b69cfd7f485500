"""Incremental events: see `recorder/client/redact/increments.ts`."""

from __future__ import annotations

from typing import Any, Final

from recorder.masking.attributes import Attributes
from recorder.masking.css import Css
from recorder.masking.fields import BUTTONS, INPUT_MASK
from recorder.masking.page_model import BLOCKED, TYPED, PageModel
from recorder.masking.patterns import mask_patterns
from recorder.masking.payload import mask_payload
from recorder.masking.script_regex import script_regex
from recorder.masking.text import mask_text
from recorder.masking.tree import Tree, mask_strangers
from recorder.masking.urls import Urls

__all__ = ["Changes"]

MUTATION: Final = 0
INPUT: Final = 5
RULE: Final = 8
CANVAS: Final = 9
FONT: Final = 10
DECLARATION: Final = 13
ADOPTED: Final = 15
DEFINED: Final = 16

HARMLESS: Final = frozenset({1, 2, 3, 4, 6, 7, 12, 14, DEFINED})
"""Numbers and ids alone: moves, interactions, scrolling, sizes, media, selections, definitions."""

_FONT_BYTES = script_regex(r"^\[[\d,]*\]$")
_CUSTOM_NAME = script_regex(r"^[a-z][\w.-]*-[\w.-]*$")
_DATA_URL = "data:image/"


class Changes:
    """Masks the data of incremental events in place."""

    def __init__(
        self,
        strict: bool,
        level_hides: bool,
        model: PageModel,
        urls: Urls,
        css: Css,
        attributes: Attributes,
        tree: Tree,
    ) -> None:
        self.count = 0
        self._strict = strict
        self._level_hides = level_hides
        self._model = model
        self._urls = urls
        self._css = css
        self._attributes = attributes
        self._tree = tree

    def mask(self, data: dict[str, Any]) -> bool:
        """Masks `data`; False where nothing of the event may be told, nor that it was."""
        source = data.get("source")
        if source in HARMLESS:
            self._harmless(data)
            return True
        id = data.get("id")
        state = self._model.state(id) if isinstance(id, int) else 0
        if state & BLOCKED:
            return False
        hides = self._tree.hides(state)
        if source == MUTATION:
            self._mutation(data)
        elif source == INPUT:
            return self._input(data)
        elif source == RULE:
            self._strangers(data, "adds", "replace", "replaceSync")
            self._rules(data, hides)
        elif source == ADOPTED:
            self._strangers(data, "styles")
            for style in data.get("styles") or ():
                self._strangers(style, "rules")
                for rule in style.get("rules") or ():
                    self._rule(rule, hides)
        elif source == DECLARATION:
            self._declaration(data, hides)
        elif source == FONT:
            self._font(data)
        elif source == CANVAS:
            self._canvas(data, hides)
        else:
            return False
        return True

    def _strangers(self, fields: dict[str, Any], *texts: str) -> None:
        self.count += mask_strangers(fields, frozenset(texts))

    def _set(self, fields: dict[str, Any], name: str, value: Any) -> None:
        if fields.get(name) != value:
            fields[name] = value
            self.count += 1

    def _harmless(self, data: dict[str, Any]) -> None:
        define = data.get("define")
        if data["source"] == DEFINED and isinstance(define, dict):
            if not _CUSTOM_NAME.match(str(define.get("name"))):
                self._strangers(define)
            self._strangers(data, "define")
        else:
            self._strangers(data)

    def _mutation(self, data: dict[str, Any]) -> None:
        self._strangers(data, "adds", "texts", "attributes")
        model, tree = self._model, self._tree
        for add in data["adds"]:
            self._strangers(add, "node")
            model.add_all(add["node"], add["parentId"])
        for change in data["attributes"]:
            model.change(change["id"], change["attributes"])
        self._keep(data, "adds", "parentId")
        for add in data["adds"]:
            parent = add["parentId"]
            tree.node(add["node"], model.state(parent), model.tag(parent), parent)
        self._keep(data, "texts", "id")
        for text in data["texts"]:
            self._text(text)
        self._keep(data, "attributes", "id")
        data["attributes"] = [one for one in data["attributes"] if self._attributes_of(one)]

    def _keep(self, data: dict[str, Any], name: str, id: str) -> None:
        """Leaves out what is inside of a blocked element."""
        told = data[name]
        if not told:
            return
        kept = [one for one in told if not self._model.state(one[id]) & BLOCKED]
        if len(kept) < len(told):
            data[name] = kept
            self.count += len(told) - len(kept)

    def _text(self, text: dict[str, Any]) -> None:
        self._strangers(text, "value")
        id, value = text["id"], text.get("value")
        if not value:
            return
        model = self._model
        parent = model.parent(id) if model.knows(id) else 0
        hides = self._tree.hides(model.state(parent))
        if model.knows(id) and not model.is_text(id):
            masked = ""
        else:
            masked = self._tree.content(model.tag(parent), hides)(value)
        self._set(text, "value", masked)

    def _attributes_of(self, change: dict[str, Any]) -> bool:
        """Masks the attributes of one element; False if none is left."""
        self._strangers(change, "attributes")
        id, attributes, model = change["id"], change["attributes"], self._model
        state = model.state_around(id) | (model.state_of(id) & ~TYPED)
        hides = self._tree.hides(state)
        told = len(attributes)
        self.count += self._attributes.mask(attributes, id, model.tag(id), model.is_svg(id), hides)
        return bool(attributes) or not told

    def _input(self, data: dict[str, Any]) -> bool:
        id, model = data["id"], self._model
        tag = model.tag(id)
        if tag is not None and (model.is_secret(id) or model.is_ignored(id)):
            return False
        self._strangers(data, "text")
        type = model.attribute(id, "type") or ""
        text = str(data.get("text") or "")
        if tag == "input" and BUTTONS.match(type):
            hides = self._tree.hides(model.state(id))
            masked = mask_text(text) if hides else mask_patterns(text)
        else:
            is_box = text == "on" and (tag is None or type in ("checkbox", "radio"))
            is_label = tag is None and self._level_hides and text == mask_text(text)
            masked = text if is_box or is_label or not text else INPUT_MASK
        if "text" in data:
            self._set(data, "text", masked)
        if self._strict and "isChecked" in data:
            self._set(data, "isChecked", False)
        return True

    def _rules(self, data: dict[str, Any], hides: bool) -> None:
        for rule in data.get("adds") or ():
            self._rule(rule, hides)
        for name in ("replace", "replaceSync"):
            if data.get(name):
                self._set(data, name, self._css.text(data[name], hides))

    def _rule(self, rule: dict[str, Any], hides: bool) -> None:
        self._strangers(rule, "rule")
        self._set(rule, "rule", self._css.text(rule["rule"], hides))

    def _declaration(self, data: dict[str, Any], hides: bool) -> None:
        self._strangers(data, "set", "remove")
        for told in (data.get("set"), data.get("remove")):
            if not told:
                continue
            self._strangers(told, "property", "value", "priority")
            self._set(told, "property", mask_patterns(told["property"]))
            if told.get("value"):
                value = self._css.value(told["property"], str(told["value"]), hides)
                self._set(told, "value", value)
            if told.get("priority") not in (None, "", "important"):
                self._set(told, "priority", "")

    def _font(self, data: dict[str, Any]) -> None:
        self._strangers(data, "family", "fontSource", "descriptors")
        self._set(data, "family", mask_patterns(data["family"]))
        source = data["fontSource"]
        if not data.get("buffer"):
            self._set(data, "fontSource", self._css.value("src", source, False))
        elif not _FONT_BYTES.match(source):
            self._set(data, "fontSource", "[]")
        if "descriptors" in data:
            self._set(data, "descriptors", mask_payload(data["descriptors"], self._urls))

    def _canvas(self, data: dict[str, Any], hides: bool) -> None:
        self._strangers(data, "commands", "property", "args")
        if hides:
            for name in ("property", "args"):
                if name in data:
                    self._set(data, name, "" if name == "property" else [])
            self._set(data, "commands", [])
            return
        for name in ("commands", "args"):
            if name in data:
                self._set(data, name, _masked_drawing(data[name], self._urls))


def _masked_drawing(value: Any, urls: Urls) -> Any:
    """Commands of a canvas with their texts masked; pictures are what is recorded."""
    if isinstance(value, str):
        return value if value.startswith(_DATA_URL) else urls.within(value)
    if isinstance(value, list):
        return [_masked_drawing(one, urls) for one in value]
    if isinstance(value, dict):
        is_picture = value.get("rr_type") == "ArrayBuffer"
        return {
            name: one if is_picture and name == "base64" else _masked_drawing(one, urls)
            for name, one in value.items()
        }
    return value
