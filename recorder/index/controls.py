"""What a press was meant for, what is written on it, and what is around it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from recorder import limits
from recorder.index.mirror import SELECTED_ATTRIBUTES, Mirror, Node
from recorder.index.terms import Term, TermKind

__all__ = ["control_of", "element_term", "label_of"]

_CONTROLS: Final = frozenset({"a", "button", "input", "select", "textarea", "summary", "area"})
_FIELDS: Final = frozenset({"input", "select", "textarea"})
_ROLES: Final = frozenset(
    {"button", "link", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "option"}
    | {"checkbox", "radio", "switch", "combobox", "textbox", "searchbox", "slider", "treeitem"}
)
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "head"})
_BUTTON_TYPES: Final = frozenset({"button", "submit", "reset"})


def control_of(mirror: Mirror, target: Node) -> Node:
    """The control that a press on `target` was meant for, else `target`'s element itself.

    A label's is the control that it labels: browsers pass the click on.
    """
    around = list(target.around())
    for node in around:
        if node.tag == "label":
            return _labelled(mirror, node) or node
        if node.tag in _CONTROLS or node.attributes.get("role") in _ROLES:
            return node
    return around[0] if around else target


def label_of(mirror: Mirror, control: Node) -> str:
    """What is written on `control`, as a reader would call it; at most `LABEL_TEXT_CHARS`.

    Fields have what stands beside them, never what was typed.
    """
    told = control.attributes
    if told.get("aria-label", "").strip():
        return _one_line([told["aria-label"]])
    if control.tag == "input" and told.get("type", "").lower() in _BUTTON_TYPES:
        return _one_line([told.get("value") or told["type"]])
    if control.tag in _FIELDS:
        beside = [_written(label) for label in _labels(mirror, control)]
        return next(filter(None, beside), "") or _one_line(
            [told.get(name, "") for name in ("placeholder", "title", "alt", "name")], first=True
        )
    return _written(control) or _one_line([told.get("title", ""), told.get("alt", "")], first=True)


def element_term(element: Node) -> Term:
    """`element` with those around it, outermost first in the chain of parents."""
    chain = list(element.around())[: limits.INDEX_CHAIN_ELEMENTS]
    term: Term | None = None
    for node in reversed(chain):
        attributes = {
            name: node.attributes[name][: limits.INDEX_ATTRIBUTE_CHARS]
            for name in SELECTED_ATTRIBUTES
            if name in node.attributes
        }
        tag = node.tag[: limits.INDEX_ATTRIBUTE_CHARS]
        term = Term(TermKind.ELEMENT, name=tag, detail=attributes, parent=term)
    assert term is not None, "an element is around itself"  # noqa: S101
    return term


def _labelled(mirror: Mirror, label: Node) -> Node | None:
    named = label.attributes.get("for")
    if named is not None:
        return mirror.named("id", named)
    below = islice(label.below(), limits.INDEX_TEXT_NODES)
    return next((node for node in below if node.tag in _FIELDS or node.tag == "button"), None)


def _labels(mirror: Mirror, field: Node) -> Iterable[Node]:
    yield from (node for node in field.around() if node.tag == "label")
    name = field.attributes.get("id")
    labelling = mirror.named("for", name) if name else None
    if labelling and labelling.tag == "label":
        yield labelling


def _written(element: Node) -> str:
    """The text below `element`, pictures by their alternative text."""
    parts: list[str] = []
    size = 0
    for node in islice(element.below(), limits.INDEX_TEXT_NODES):
        part = node.attributes.get("alt", "") if node.tag == "img" else node.text
        if not part or _is_unseen(node, element):
            continue
        parts.append(part)
        size += len(part)
        if size > 2 * limits.INDEX_TEXT_CHARS:
            break
    return _one_line(parts)


def _is_unseen(node: Node, within: Node) -> bool:
    """Whether it is code, or what a field holds."""
    for holder in node.around():
        if holder is within:
            return False
        if holder.tag in _UNSEEN or holder.tag in ("select", "textarea"):
            return True
    return False


def _one_line(parts: Iterable[str], first: bool = False) -> str:
    """`parts`, or the first of them that says anything, in one line."""
    lines = [" ".join(part.split()) for part in parts]
    told = next(filter(None, lines), "") if first else " ".join(filter(None, lines))
    return told[: limits.INDEX_TEXT_CHARS].strip()
