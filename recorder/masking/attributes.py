"""Attributes of one element: see `recorder/client/redact/attributes.ts`.

Of an element that an earlier batch told, `tag` is None: then only what the tag could have sent of
some element passes, and of `value` nothing that may have been typed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from recorder.masking.css import Css
from recorder.masking.fields import BUTTONS, INPUT_MASK, is_plain_number
from recorder.masking.kinds import Kind, kind_of
from recorder.masking.links import Links
from recorder.masking.names import is_working
from recorder.masking.page_model import PageModel
from recorder.masking.script_regex import script_regex
from recorder.masking.text import mask_text
from recorder.masking.urls import Urls

__all__ = ["Attributes", "has_parameters"]

_FIELD = script_regex(r"^(?:|input|textarea|select|option|.+-.*)$")
_NUMBERED = frozenset({"li", "meter", "progress"})
_LAYOUT_META = script_regex(r"^(?:viewport|color-scheme|theme-color|content-type)$", "i")
_SECRET_META = script_regex(r"token|csrf|xsrf|secret|nonce|^refresh$", "i")
_SUSPECT = script_regex(r"[@?]|%40|:\/|url\(|\d(?:\D{0,12}\d){7}", "i")
_URL_OF_CSS = script_regex(r"url\(", "i")
_LEADING_SPACE = script_regex(r"^\s+")
_SPACE_OR_HASH = script_regex(r"[\s#]")
_SPACE = script_regex(r"\s")

_TOKEN_LIKE = script_regex(r"^(?=\D*\d)(?=[^a-z]*[a-z])[\w+/=.-]{16,}$", "i")
"""Metadata of an element that is not known: a token, rather than words, colours or sizes."""

_VIEWPORT = script_regex(
    r"^\s*(?:(?:width|height|(?:initial|minimum|maximum)-scale|user-scalable|viewport-fit|"
    r"interactive-widget|shrink-to-fit)\s*=\s*[\w.-]+)?\s*$",
    "i",
)
_COLOURS_OR_TYPE = script_regex(
    r"^(?:#[\da-f]{3,8}|(?:rgb|hsl)a?\([\d.,\s%/]+\)|(?:only|light|dark|normal|\s)+|"
    r"text\/html;\s*charset=[\w-]+)$",
    "i",
)


class Owner(NamedTuple):
    """Whose attributes these are. `tag` is None, and `attributes` not all, if it is not known."""

    id: int
    tag: str | None
    is_svg: bool
    hides: bool
    attributes: dict[str, Any]


class Attributes:
    """Masks the attributes of elements; `model` tells of their other attributes."""

    def __init__(
        self, strict: bool, hides: bool, model: PageModel, urls: Urls, css: Css, links: Links
    ) -> None:
        self._strict = strict
        self._level_hides = hides
        self._model = model
        self._urls = urls
        self._css = css
        self._links = links
        self._clean: set[str] = set()

    def mask(
        self, attributes: dict[str, Any], id: int, tag: str | None, is_svg: bool, hides: bool
    ) -> int:
        """Masks `attributes` in place; how many of them were not as they should have been."""
        changed: dict[str, Any] = {}
        for name, value in attributes.items():
            kind = kind_of(name)
            if kind is Kind.OTHER and type(value) is str:
                if hides or value not in self._clean:
                    masked: Any = self._other(name, value, tag, is_svg, hides)
                    if masked != value:
                        changed[name] = masked
            elif kind is Kind.CHOSEN and (self._strict or (tag, name) == ("option", "selected")):
                changed[name] = None
            elif type(value) is str:
                owner = Owner(id, tag, is_svg, hides, attributes)
                masked = self._text(kind, name, value, owner)
                if masked != value:
                    changed[name] = masked
            elif isinstance(value, dict) and kind is Kind.CSS:
                masked = {one: self._style(one, diff, hides) for one, diff in value.items()}
                if masked != value:
                    changed[name] = masked
            elif isinstance(value, (dict, list)):
                changed[name] = None
        for name, masked in changed.items():
            if masked is None:
                del attributes[name]
            else:
                attributes[name] = masked
        return len(changed)

    def _text(self, kind: Kind, name: str, value: str, owner: Owner) -> str | None:
        """Of any kind but `OTHER`. None for what must not be there at all."""
        _, tag, is_svg, hides, _ = owner
        if kind is Kind.VALUE:
            return self._value(value, owner)
        if not value:
            return value
        if kind is Kind.GONE:
            return None
        if kind is Kind.CSS:
            return self._css.text(value, hides)
        if kind is Kind.CONTENT and tag in ("meta", None):
            return self._content(value, owner)
        if kind is Kind.REPEATS:
            return mask_text(value)
        if kind is Kind.CODE:
            return ""
        if kind is Kind.CANVAS:
            return value if not self._level_hides and value.startswith("data:image/") else None
        is_url, masked = self._links.mask(
            kind, name, value, tag, is_svg, lambda other: self._sibling(owner, other)
        )
        return masked if is_url else self._other(name, value, tag, is_svg, hides)

    def _sibling(self, owner: Owner, name: str) -> str:
        """Another attribute of the same element."""
        told = owner.attributes.get(name)
        return told if isinstance(told, str) else self._model.attribute(owner.id, name) or ""

    def _style(self, name: str, value: Any, hides: bool) -> Any:
        """One property of a style diff: its value, or value and priority; `false` removes it."""
        if isinstance(value, str):
            return self._css.value(name, value, hides)
        if isinstance(value, list) and value:
            priority = value[1] if len(value) > 1 and value[1] == "important" else ""
            return [self._css.value(name, str(value[0]), hides), priority]
        return value if isinstance(value, bool) else None

    def _value(self, value: str, owner: Owner) -> str | None:
        id, tag, _, hides, _ = owner
        if tag is None:
            masked = mask_text(value) if hides else INPUT_MASK
            return value if value in ("", masked) else None
        if not value:
            return None if self._model.is_secret(id) else value
        is_label = tag == "input" and BUTTONS.match(self._sibling(owner, "type"))
        if _FIELD.match(tag) and not is_label:
            return None if self._model.is_secret(id) else INPUT_MASK
        if tag in _NUMBERED and is_plain_number(value):
            return value
        return mask_text(value) if hides else self._urls.within(value)

    def _content(self, content: str, owner: Owner) -> str:
        naming = ("name", "http-equiv", "property")
        rule = next((told for name in naming if (told := self._sibling(owner, name))), "")
        if _SECRET_META.search(rule):
            return ""
        if owner.tag is None and not rule:
            if owner.hides:
                return content if _lays_out(content) else mask_text(content)
            return "" if _TOKEN_LIKE.match(content) else self._urls.within(content)
        if owner.hides and not _LAYOUT_META.match(rule):
            return mask_text(content)
        return self._urls.within(content)

    def _other(self, name: str, value: str, tag: str | None, is_svg: bool, hides: bool) -> str:
        if hides and not is_working(name, tag, is_svg, self._strict):
            return mask_text(value)
        if value in self._clean:
            return value
        if not _SUSPECT.search(value):
            self._clean.add(value)
            return value
        text = self._css.text(value, hides) if _URL_OF_CSS.search(value) else value
        return self._urls.page(text) if has_parameters(text) else self._urls.within(text)


def has_parameters(text: str) -> bool:
    """Looks like a URL with parameters, in an attribute that nobody defined.

    `^\\s*[^\\s?#]*[/.][^\\s?#]*\\?[^\\s=]*=\\S*$` without its quadratic time.
    """
    path, mark, query = _LEADING_SPACE.sub("", text).partition("?")
    if not mark or "=" not in query or not ("/" in path or "." in path):
        return False
    return not _SPACE_OR_HASH.search(path) and not _SPACE.search(query)


def _lays_out(content: str) -> bool:
    """Looks like metadata that lays the page out, whose value is readable at every level."""
    parts = content.replace(";", ",").split(",")
    return bool(_COLOURS_OR_TYPE.match(content)) or all(map(_VIEWPORT.match, parts))
