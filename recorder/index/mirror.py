"""A light mirror of a recorded DOM: enough to say what a press was on.

Snapshots and mutations as rrweb writes them, by the rules of the stage
(`replay/stage/mutations.ts`): removes, adds, texts, attributes, in this order;
an add that names a parent or sibling which only a later one brings waits for it.
Frames hang below their element and shadow trees below their host, so that
what is around an element is found in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from recorder.shapes import as_dict, as_dicts, as_text

__all__ = ["SELECTED_ATTRIBUTES", "Mirror", "Node"]

SELECTED_ATTRIBUTES: Final[tuple[str, ...]] = (
    *("id", "class", "name", "type", "role", "href", "for", "title", "alt", "placeholder"),
    *("aria-label", "data-testid", "data-test-id", "data-test", "data-cy", "data-qa"),
)
"""Attributes by which people write selectors; the others are not kept."""

_KEPT: Final = frozenset({*SELECTED_ATTRIBUTES, "value"})

_DOCUMENT, _ELEMENT, _TEXT = 0, 2, 3  # rrweb's `NodeType`


class Node:
    """A document, an element or a text. Siblings are linked: pages have long lists."""

    __slots__ = ("attributes", "first", "id", "last", "next", "parent", "previous", "tag", "text")

    def __init__(self, id: int, tag: str = "", text: str = "") -> None:
        self.id = id
        self.tag = tag
        """In small letters; empty for what is no element."""
        self.text = text
        self.attributes: dict[str, str] = {}
        self.parent: Node | None = None
        self.first: Node | None = None
        self.last: Node | None = None
        self.next: Node | None = None
        self.previous: Node | None = None

    def around(self) -> Iterator[Node]:
        """The element itself, if it is one, and those around it, inside out."""
        node: Node | None = self
        while node:
            if node.tag:
                yield node
            node = node.parent

    def below(self) -> Iterator[Node]:
        """All nodes below, in document order. What is changed meanwhile may be missed."""
        node = self.first
        while node:
            yield node
            if node.first:
                node = node.first
                continue
            while node is not None and node is not self and node.next is None:
                node = node.parent
            node = None if node is None or node is self else node.next

    def insert(self, child: Node, before: Node | None) -> None:
        """Puts `child`, which has no parent, before one of the children, or at the end."""
        child.parent = self
        child.next = before
        child.previous = before.previous if before else self.last
        if child.previous:
            child.previous.next = child
        else:
            self.first = child
        if before:
            before.previous = child
        else:
            self.last = child

    def detach(self) -> None:
        """Takes the node, with all below it, out of its parent."""
        if self.parent:
            if self.previous:
                self.previous.next = self.next
            else:
                self.parent.first = self.next
            if self.next:
                self.next.previous = self.previous
            else:
                self.parent.last = self.previous
        self.parent = self.next = self.previous = None


class Mirror:
    """The nodes of one document by rrweb's id. Takes whatever was recorded; never raises."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self._named: defaultdict[tuple[str, str], dict[Node, None]] = defaultdict(dict)
        self._orphans: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)

    def load(self, snapshot: Any) -> None:
        """A full snapshot's data, in place of all that was."""
        self.nodes.clear()
        self._named.clear()
        self._orphans.clear()
        self._build(as_dict(as_dict(snapshot).get("node")))

    def named(self, attribute: str, value: str) -> Node | None:
        """The element whose `id` or `for` is `value`: the first that came of several."""
        return next(iter(self._named.get((attribute, value), ())), None)

    def change(self, mutation: Any) -> None:
        """A mutation event's data."""
        data = as_dict(mutation)
        for removed in as_dicts(data.get("removes")):
            if node := self._node(removed.get("id")):
                self._forget(node)
        self._add_all(as_dicts(data.get("adds")))
        for change in as_dicts(data.get("texts")):
            if node := self._node(change.get("id")):
                node.text = as_text(change.get("value"))
        for change in as_dicts(data.get("attributes")):
            if node := self._node(change.get("id")):
                self._set_attributes(node, as_dict(change.get("attributes")))

    def _add_all(self, adds: list[dict[str, Any]]) -> None:
        early: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for add in adds:
            self._add(add, early)
        # Siblings that never came: the end of the parent is the best place left.
        left = [add for waiting in early.values() for add in waiting]
        for add in left:
            self._add(add | {"nextId": None}, defaultdict(list))

    def _add(self, first: dict[str, Any], early: defaultdict[int, list[dict[str, Any]]]) -> None:
        """Places one add, or notes which id it waits for; then all that waited for it."""
        ready = [first]
        while ready:
            add = ready.pop()
            node = as_dict(add.get("node"))
            parent_id, next_id = add.get("parentId"), add.get("nextId")
            known = self._node(node.get("id"))
            if known:
                self._forget(known)
            parent, following = self._node(parent_id), self._node(next_id)
            if parent is None:
                if isinstance(parent_id, int):
                    self._orphans[parent_id].append(add)
            elif following is None and isinstance(next_id, int) and next_id > 0:
                early[next_id].append(add)
            else:
                built = self._build(node)
                if node.get("type") == _DOCUMENT:
                    for old in _children(parent):
                        self._forget(old)
                in_place = following is not None and following.parent is parent
                parent.insert(built, following if in_place else None)
                # Taken from the end: turned round, so that recorded order is kept.
                ready += reversed(self._orphans.pop(built.id, []))
                ready += reversed(early.pop(built.id, []))

    def _build(self, recorded: dict[str, Any]) -> Node:
        """The node and all below it, known by their ids from now on."""
        top = self._make(recorded)
        pending = [(top, recorded)]
        while pending:
            parent, source = pending.pop()
            for child in as_dicts(source.get("childNodes")):
                node = self._make(child)
                parent.insert(node, None)
                pending.append((node, child))
        return top

    def _make(self, recorded: dict[str, Any]) -> Node:
        id = recorded.get("id")
        node = Node(id if isinstance(id, int) else -1)
        kind = recorded.get("type")
        if kind == _ELEMENT:
            node.tag = as_text(recorded.get("tagName")).lower() or "unknown"
            self._set_attributes(node, as_dict(recorded.get("attributes")))
        elif kind == _TEXT:
            node.text = as_text(recorded.get("textContent"))
        if node.id > 0:
            self.nodes[node.id] = node
        return node

    def _forget(self, node: Node) -> None:
        node.detach()
        for gone in (node, *node.below()):
            if self.nodes.get(gone.id) is gone:
                del self.nodes[gone.id]
            self._rename(gone, known=False)

    def _node(self, id: Any) -> Node | None:
        return self.nodes.get(id) if isinstance(id, int) else None

    def _set_attributes(self, node: Node, changes: dict[str, Any]) -> None:
        self._rename(node, known=False)
        for name, value in changes.items():
            lower = name.lower()
            if lower not in _KEPT:
                continue
            if value is None or value is False:
                node.attributes.pop(lower, None)
            elif isinstance(value, str | bool):
                node.attributes[lower] = as_text(value)
            elif isinstance(value, int | float):
                node.attributes[lower] = str(value)
        self._rename(node, known=True)

    def _rename(self, node: Node, *, known: bool) -> None:
        """From now on `named` finds the node by its attributes, or does no longer."""
        for attribute in ("id", "for"):
            value = node.attributes.get(attribute)
            if value is None:
                continue
            if known:
                self._named[attribute, value][node] = None
            else:
                self._named[attribute, value].pop(node, None)
                if not self._named[attribute, value]:
                    del self._named[attribute, value]


def _children(node: Node) -> list[Node]:
    children = []
    child = node.first
    while child:
        children.append(child)
        child = child.next
    return children
