from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recorder.index.mirror import Mirror
from tests.support.forging import Forge, remember


def shown(mirror: Mirror, id: int) -> str:
    """Tags and texts below a node, nested."""
    node = mirror.nodes[id]
    children = []
    child = node.first
    while child:
        children.append(shown(mirror, child.id))
        child = child.next
    inside = " ".join(children)
    return f"{node.tag}({inside})" if node.tag else node.text


def loaded(*body: Any) -> tuple[Mirror, Forge, dict[str, int]]:
    forge = Forge()
    page = forge.document(*body)
    mirror = Mirror()
    mirror.load({"node": page})
    return mirror, forge, remember(page)


def test_an_add_waits_for_the_parent_and_the_sibling_it_names() -> None:
    mirror, forge, ids = loaded()
    first, parent, last = forge.element("i"), forge.element("ul"), forge.element("b")
    mirror.change(
        {
            "adds": [
                {"parentId": parent["id"], "nextId": last["id"], "node": first},
                {"parentId": parent["id"], "nextId": None, "node": last},
                {"parentId": ids["body"], "nextId": None, "node": parent},
            ]
        }
    )
    assert shown(mirror, ids["body"]) == "body(ul(i() b()))"


def test_a_sibling_that_never_comes_means_the_end() -> None:
    mirror, forge, ids = loaded(Forge().text("before") | {"id": 50})
    add = {"parentId": ids["body"], "nextId": 999, "node": forge.element("i")}
    mirror.change({"adds": [add]})
    assert shown(mirror, ids["body"]) == "body(before i())"


def test_frames_and_shadow_trees_hang_in_their_elements() -> None:
    mirror, forge, ids = loaded(Forge().element("iframe", {"id": "frame"}) | {"id": 70})
    inner = forge.document(forge.element("button", {"id": "deep"}))
    mirror.change({"adds": [{"parentId": ids["frame"], "nextId": None, "node": inner}]})
    deep = mirror.nodes[remember(inner)["deep"]]
    assert [node.tag for node in deep.around()] == [
        "button",
        "body",
        "html",
        "iframe",
        "body",
        "html",
    ]
    again = forge.document(forge.element("i"))
    mirror.change({"adds": [{"parentId": ids["frame"], "nextId": None, "node": again}]})
    assert deep.id not in mirror.nodes


def test_attributes_come_and_go() -> None:
    mirror, _, ids = loaded(Forge().element("a", {"id": "x", "onclick": "y"}) | {"id": 80})
    change = {"id": ids["x"], "attributes": {"class": "on", "ID": None, "style": {"a": "b"}}}
    mirror.change({"attributes": [change, {"id": 999, "attributes": {"class": "on"}}]})
    assert mirror.nodes[ids["x"]].attributes == {"class": "on"}
    assert mirror.named("id", "x") is None


def test_elements_are_found_by_id_as_long_as_they_are_there() -> None:
    mirror, forge, ids = loaded(Forge().element("i", {"id": "a"}) | {"id": 80})
    mirror.change({"attributes": [{"id": ids["a"], "attributes": {"id": "b"}}]})
    assert mirror.named("id", "a") is None and mirror.named("id", "b") is mirror.nodes[80]
    twin = {"parentId": ids["body"], "nextId": None, "node": forge.element("u", {"id": "b"})}
    mirror.change({"adds": [twin]})
    assert mirror.named("id", "b") is mirror.nodes[80]
    mirror.change({"removes": [{"id": 80, "parentId": ids["body"]}]})
    found = mirror.named("id", "b")
    assert found and found.tag == "u"


KEYS = ["node", "id", "type", "childNodes", "tagName", "attributes", "textContent", "adds"]
KEYS += ["removes", "texts", "parentId", "nextId", "value"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(JSON, st.lists(JSON, max_size=4))
def test_whatever_was_recorded_is_taken(snapshot: Any, changes: list[Any]) -> None:
    mirror = Mirror()
    mirror.load({"node": snapshot})
    for change in changes:
        mirror.change(change)
    for node in mirror.nodes.values():
        assert len(list(node.below())) < 1_000


# Any sequence of changes to a page, told as rrweb tells it.


@dataclass
class Plain:
    """The same tree as plain lists."""

    id: int
    children: list[Plain] = field(default_factory=list)
    parent: Plain | None = None

    def every(self) -> Iterator[Plain]:
        yield self
        for child in self.children:
            yield from child.every()

    def shown(self) -> str:
        return f"n{self.id}({' '.join(child.shown() for child in self.children)})"

    def told(self) -> dict[str, Any]:
        children = [child.told() for child in self.children]
        return {"type": 2, "id": self.id, "tagName": f"n{self.id}", "childNodes": children}


def move(root: Plain, numbers: tuple[int, int, int], fresh: int) -> dict[str, Any]:
    """Takes a node out, or makes one, and puts it somewhere; the event that tells of it."""
    which, where, place = numbers
    nodes = list(root.every())
    node = nodes[which % len(nodes)]
    removes = []
    if node is root or which % 3 == 0:
        node = Plain(fresh)
    elif node.parent:
        removes = [{"id": node.id, "parentId": node.parent.id}]
        node.parent.children.remove(node)
    if which % 5 == 1 and removes:
        return {"removes": removes}
    left = list(root.every())
    parent = left[where % len(left)]
    at = place % (len(parent.children) + 1)
    following = parent.children[at].id if at < len(parent.children) else None
    parent.children.insert(at, node)
    node.parent = parent
    # What is moved is told with all below it, the last sibling first, each alone.
    adds = [{"parentId": parent.id, "nextId": following, "node": node.told() | {"childNodes": []}}]
    for inner in node.every():
        for number, child in reversed(list(enumerate(inner.children))):
            after = inner.children[number + 1].id if number + 1 < len(inner.children) else None
            alone = child.told() | {"childNodes": []}
            adds.append({"parentId": inner.id, "nextId": after, "node": alone})
    if place % 2:
        adds.reverse()
    return {"removes": removes, "adds": adds}


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), max_size=15))
def test_the_mirror_follows_any_changes(moves: list[tuple[int, int, int]]) -> None:
    root = Plain(1)
    mirror = Mirror()
    mirror.load({"node": root.told()})
    for number, numbers in enumerate(moves, 2):
        mirror.change(move(root, numbers, number))
        assert shown(mirror, 1) == root.shown()
    assert set(mirror.nodes) == {node.id for node in root.every()}
