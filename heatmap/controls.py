"""Controls, as far as an element's keys tell: what a press is meant for."""

from __future__ import annotations

from typing import Final

from heatmap.anchors import ElementKeys

__all__ = ["is_control", "is_field", "is_link", "roles_of"]

_TAGS: Final = frozenset({"a", "button", "input", "select", "textarea", "summary", "label"})
_ROLES: Final = (
    *("button", "link", "tab", "menuitem"),
    *("checkbox", "radio", "switch", "option"),
)
_FIELDS: Final = frozenset({"input", "select", "textarea", "option"})


def is_control(keys: ElementKeys) -> bool:
    """Whether it does something when it is pressed."""
    if keys.tag in _TAGS:
        return True
    return any(role in _ROLES for role in roles_of(keys))


def roles_of(keys: ElementKeys) -> list[str]:
    """Its roles, by markup or by its tag."""
    return [key.removeprefix("role:").split("|")[0] for kind, key, _ in keys.keys if kind == "role"]


def is_field(keys: ElementKeys) -> bool:
    """Whether it is written into or chosen from: the answer may be a cursor, or a list that the
    browser draws."""
    return keys.tag in _FIELDS


def is_link(keys: ElementKeys) -> bool:
    """Whether it leads somewhere: the answer may be another document."""
    return keys.tag == "a" and any(kind == "link" for kind, _, _ in keys.keys)
