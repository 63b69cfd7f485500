"""What one batch tells of the page: which id is which element, and what stands around it.

The tag asks the page itself; the wall knows only the snapshot and the nodes that were added in
the same batch. Nothing is kept from one batch to the next.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from recorder import limits
from recorder.masking.fields import is_secret
from recorder.masking.script_regex import script_regex

__all__ = ["BLOCKED", "MASKED", "TYPED", "PageModel", "decoded", "own_state"]

MASKED: Final = 1
"""Inside of `rr-mask`: masked at every level."""
BLOCKED: Final = 4
"""Inside of a blocked element, which has no inside."""
TYPED: Final = 8
"""Text that people type outside of form fields: as `MASKED`, but not the editor's attributes."""

_MASK_CLASS = script_regex(r"(?:^|\s)rr-mask(?:\s|$)")
_BLOCK_CLASS = script_regex(r"(?:^|\s)rr-block(?:\s|$)")
_IGNORE_CLASS = script_regex(r"(?:^|\s)rr-ignore(?:\s|$)")
_BOX = script_regex(r"\b(?:text|search)box\b", "i")
_NAMES_OF_SECRETS = frozenset({"type", "name", "id", "autocomplete", "data-rr-is-password"})
_NAMES_OF_STATES = frozenset({"class", "contenteditable", "role"})
_TOLD = _NAMES_OF_SECRETS | _NAMES_OF_STATES | {"rel", "as", "http-equiv", "property"}


def own_state(tag: str, attributes: dict[str, Any]) -> int:
    """What tag and attributes say by themselves, as `named` of `redact/nodes.ts`."""
    state = TYPED if tag == "textarea" else 0
    editable = attributes.get("contenteditable")
    if editable is not None and str(editable).lower() != "false":
        state = TYPED
    role = attributes.get("role")
    if isinstance(role, str) and _BOX.search(role):
        state = TYPED
    classes = attributes.get("class")
    if isinstance(classes, str) and "rr-" in classes:
        state |= MASKED if _MASK_CLASS.search(classes) else 0
        state |= BLOCKED if _BLOCK_CLASS.search(classes) else 0
    return state


class PageModel:
    """Nodes by id as the batch tells them; masks change nodes in place, but not what is asked."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        """Ids by which fragments may name an element."""
        self.is_complete = False
        """Whether `names` has all of them: the snapshot is here, and nothing of it is blocked."""
        self._nodes: dict[int, tuple[dict[str, Any], int]] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._secrets: set[int] = set()
        self._states: dict[int, int] = {}
        self._missed: set[int] = set()

    def begin(self) -> None:
        """A snapshot follows: ids mean something else from now on."""
        for kept in (self.names, self._nodes, self._changed, self._secrets, self._states):
            kept.clear()
        self.is_complete = True

    def add(self, node: dict[str, Any], parent: int) -> None:
        """`node`, without what is below it."""
        id = node["id"]
        if id in self._nodes or id in self._missed:
            self._states.clear()
        self._nodes[id] = (node, parent)
        if self._changed:
            self._changed.pop(id, None)
        attributes = node.get("attributes")
        if attributes:
            name = attributes.get("id")
            if isinstance(name, str):
                self.names.add(name)

    def add_all(self, node: dict[str, Any], parent: int) -> None:
        """`node` and all below it."""
        waiting = [(node, parent)]
        while waiting:
            one, above = waiting.pop()
            self.add(one, above)
            if children := one.get("childNodes"):
                id = one["id"]
                waiting += [(child, id) for child in children]

    def change(self, id: int, attributes: dict[str, Any]) -> None:
        """Attributes of a known node are others now."""
        if id not in self._nodes:
            return
        told = {name: value for name, value in attributes.items() if name in _TOLD}
        if not told:
            return
        if not _NAMES_OF_SECRETS.isdisjoint(told) and self.is_secret(id):
            self._secrets.add(id)
        self._changed.setdefault(id, {}).update(told)
        if not _NAMES_OF_STATES.isdisjoint(told):
            self._states.clear()
        if isinstance(name := told.get("id"), str):
            self.names.add(name)

    def knows(self, id: object) -> bool:
        """Whether the batch tells what `id` is."""
        return id in self._nodes

    def tag(self, id: int) -> str | None:
        """The element's tag, empty for what is no element; None if it is not known."""
        found = self._nodes.get(id)
        return None if found is None else str(found[0].get("tagName") or "")

    def is_svg(self, id: int) -> bool:
        """Whether it is an element of SVG."""
        found = self._nodes.get(id)
        return bool(found and found[0].get("isSVG"))

    def is_text(self, id: int) -> bool:
        """Whether it is a text node."""
        found = self._nodes.get(id)
        return bool(found and found[0].get("type") == 3)

    def parent(self, id: int) -> int:
        """The id of what holds a known node; 0 if that is not known."""
        return self._nodes[id][1]

    def attribute(self, id: int, name: str) -> str | None:
        """An attribute's text as it now is, None if there is none or it is not known."""
        changed = self._changed.get(id)
        if changed and name in changed:
            value = changed[name]
        else:
            found = self._nodes.get(id)
            value = (found[0].get("attributes") or {}).get(name) if found else None
        if value is None or value is False:
            return None
        return value if isinstance(value, str) else ""

    def is_secret(self, id: int) -> bool:
        """Whether nothing may be told of this field; it then stays so."""
        if id in self._secrets:
            return True
        if is_secret(lambda name: self.attribute(id, name)):
            self._secrets.add(id)
            return True
        return False

    def is_ignored(self, id: int) -> bool:
        """Whether it is a field with the class `rr-ignore`."""
        return bool(_IGNORE_CLASS.search(self.attribute(id, "class") or ""))

    def state(self, id: int) -> int:
        """Of a node and all that is known around it."""
        states = self._states
        path: list[int] = []
        at = id
        while at not in states and at in self._nodes:
            path.append(at)
            if len(path) > limits.WALL_LEVELS:
                states.update(dict.fromkeys(path, MASKED))
                return MASKED
            at = self._nodes[at][1]
        if at not in states:
            self._missed.add(at)
        state = states.get(at, 0)
        for at in reversed(path):
            state |= self.state_of(at)
            states[at] = state
        return state

    def state_around(self, id: int) -> int:
        """Of all that is known around a node."""
        found = self._nodes.get(id)
        return 0 if found is None else self.state(found[1])

    def state_of(self, id: int) -> int:
        """Of a node by itself."""
        found = self._nodes.get(id)
        if found is None or found[0].get("type") != 2:
            return 0
        told = {name: self.attribute(id, name) for name in _NAMES_OF_STATES}
        return own_state(found[0]["tagName"], told)


def decoded(fragment: str) -> str:
    """A fragment's name as `decodeURIComponent` reads it; as it is where that would throw."""
    try:
        return unquote(fragment, errors="strict")
    except UnicodeDecodeError:
        return fragment
