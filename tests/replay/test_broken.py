"""Recordings that contradict themselves: the stage builds what it can and counts the rest."""

from __future__ import annotations

import random
from typing import Any

import pytest

from recorder.store import Store
from replay import Theatre
from tests.support.forging import Forge, incremental, keep, mutation, remember
from tests.support.recording import SMALL

URL = "http://shop.example/broken"

FORGERIES = 24
"""Random recordings; each takes about 50 ms."""


def add(parent: int | None, node: Any, after: int | None = None) -> dict[str, Any]:
    return {"parentId": parent, "nextId": after, "node": node}


async def account(theatre: Theatre, store: Store, node: Any, *events: Any) -> dict[str, Any]:
    """Counts of what could not be done; the page is rebuilt, shot and read off all the same."""
    moment = keep(store, URL, node, *events)
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        assert await stage.screenshot()
        assert (await stage.boxes())[0]["path"] == ""
        await stage.elements()
        fidelity = await stage.fidelity()
    assert fidelity.events == len(moment.events)
    return fidelity.counts


@pytest.mark.parametrize(
    ("events", "count"),
    [
        ([mutation(adds=[add(900, {"type": 3, "textContent": "x", "id": 901})])],
         {"unresolved_adds": 1}),
        ([mutation(adds=[add(901, {"type": 2, "tagName": "a", "attributes": {}, "id": 900}),
                         add(900, {"type": 2, "tagName": "b", "attributes": {}, "id": 901})])],
         {"unresolved_adds": 2}),
        ([mutation(adds=[add(4, {"type": 3, "textContent": "x", "id": 900}, 901),
                         add(4, {"type": 3, "textContent": "y", "id": 901}, 900)])],
         {"next_sibling_not_found": 2}),
        ([mutation(adds=[add(4, {"type": 3, "textContent": "x", "id": 3})])], {"duplicate_id": 1}),
        ([mutation(adds=[add(3, {"type": 2, "tagName": "body", "attributes": {}, "id": 4})])],
         {"duplicate_id": 1, "add_refused": 1}),
        ([mutation(adds=[add(-1, {"type": 3, "textContent": "x", "id": 900})])],
         {"unresolved_adds": 1}),
        ([mutation(removes=[{"parentId": 4, "id": 900}])], {"node_not_found": 1}),
        ([mutation(removes=[{"parentId": 5, "id": 3}])], {"remove_from_other_parent": 1}),
        ([mutation(texts=[{"id": 900, "value": "x"}])], {"node_not_found": 1}),
        ([mutation(attributes=[{"id": 3, "attributes": {"a": "b"}}])], {"node_not_found": 1}),
        ([mutation(attributes=[{"id": 4, "attributes": {"a b": "c", "d": "e"}}])],
         {"attribute_refused": 1}),
        ([mutation(adds=[add(4, {"type": 77, "id": 900})])], {"node_not_built": 1}),
        ([mutation(adds=[add(4, {"type": 2, "tagName": "", "attributes": {}, "id": 900})])],
         {"node_not_built": 1}),
        ([mutation(adds=[add(4, {"type": 2, "tagName": "constructor", "id": 900})])],
         {"node_not_built": 1}),
        ([mutation(adds=[add(4, None)])], {"event_refused": 1}),
        ([{"type": 42, "data": {}}], {"unknown_event": 1}),
        ([incremental(99)], {"unknown_event": 1}),
        ([{"type": 3, "data": None}], {"event_refused": 1}),
        ([{"type": 3, "data": "text"}], {"unknown_event": 1}),
        ([incremental(5, id=900, text="x", isChecked=False)], {"node_not_found": 1}),
        ([incremental(8, id=4, adds=[{"rule": "a{}"}])], {"style_sheet_not_found": 1}),
        ([incremental(13, id=4, index=[0])], {"style_rule_not_found": 1}),
        ([incremental(15, id=900, styleIds=[1])], {"node_not_found": 1}),
        ([incremental(15, id=1, styleIds=[1], styles=[{"styleId": 1, "rules": [{"rule": "}"}]}])],
         {"style_change_refused": 1}),
        ([incremental(16, define={"name": "no hyphen"})], {"event_refused": 1}),
        ([incremental(14, ranges=[{"start": 900, "startOffset": 0, "end": 3, "endOffset": 1}])],
         {"node_not_found": 1}),
        ([incremental(14, ranges=[{"start": 3, "startOffset": 0, "end": 3, "endOffset": 99}])],
         {"selection_refused": 1}),
        ([incremental(14, ranges=None)], {}),
        ([incremental(3, id=900, x="far", y=None)], {}),
        ([{"type": 2, "data": {"node": None}}], {"event_refused": 1}),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_counted(
    events: list[Any], count: dict[str, int], theatre: Theatre, store: Store
) -> None:
    f = Forge()
    text, body = f.text("body of"), f.element("body")  # 1, 2
    document: dict[str, Any] = {"type": 0, "id": 1}
    text["id"], body["id"] = 3, 4
    body["childNodes"] = [text]
    html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [body], "id": 5}
    document["childNodes"] = [html]
    counts = await account(theatre, store, document, *events)
    assert {name: number for name, number in counts.items() if number} == count


async def test_rubbish_pointer_samples_are_counted(theatre: Theatre, store: Store) -> None:
    def sample(payload: Any) -> dict[str, Any]:
        return {"type": 6, "data": {"plugin": "heatwright/anchor@1", "payload": payload}}

    sound = {"kind": "tap", "id": 3, "x": 1, "y": 1, "box": [0, 0, 9, 9], "button": 0}
    f = Forge()
    node = f.document(f.element("p", {}, "text"))
    rubbish = [
        None, "text", {}, sound | {"x": "1"}, sound | {"box": [1, 2, 3]}, sound | {"box": None},
        sound | {"kind": "rage"}, sound | {"text": {"id": 1}}, sound | {"y": None},
    ]  # fmt: skip
    moves = incremental(1, positions=[{"x": 1, "y": 1, "id": 3, "timeOffset": 0}, {"x": 1}])
    events = [*map(sample, rubbish), sample(sound), moves, incremental(1), {"type": 6, "data": 1}]
    moment = keep(store, URL, node, *events)
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment, apply=False)
        await stage.settle("recorded")
        found = await stage.anchors()
        fidelity = await stage.fidelity()
    assert [anchor["kind"] for anchor in found["anchors"]] == ["tap", "move"]
    assert fidelity.counts["sample_refused"] == len(rubbish) + 2
    assert fidelity.events == len(events) + 1


async def test_a_deeply_nested_snapshot_is_rebuilt(theatre: Theatre, store: Store) -> None:
    f = Forge()
    inner = f.element("i", {}, "core")
    for _ in range(250):
        inner = f.element("div", {}, inner)
    assert await account(theatre, store, f.document(inner)) == {}


@pytest.mark.parametrize("seed", range(4))
async def test_random_forgeries_never_break_the_stage(
    seed: int, theatre: Theatre, store: Store
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable test wants repeatable numbers
    for _ in range(FORGERIES // 4):
        f = Forge()
        body = [random_node(f, chance, 3) for _ in range(4)]
        node = f.document(*body)
        ids = [*remember(node).values(), -1, 0, 2, 5, 9, 999]
        events = [random_event(f, chance, ids) for _ in range(25)]
        await account(theatre, store, node, *events)


def random_node(f: Forge, chance: random.Random, depth: int) -> dict[str, Any]:
    kind = chance.random()
    if kind < 0.2 or not depth:
        return f.text(chance.choice(["text", "", "\u202e\U0001f642", " "]))
    tags = ["div", "p", "form", "style", "textarea", "svg", "dialog", "iframe", "x-y", "html",
            "body", "table", "template", "link", "select", "meta", "script"]  # fmt: skip
    more = chance.choice([{}, {}, {"isShadowHost": True}, {"isSVG": True}, {"isCustom": True}])
    attributes = {
        name: chance.choice(["", "x", True, False, None, 3, {"a": 1}])
        for name in chance.sample(
            ["id", "open", "rr_open_mode", "_cssText", "value", "style", "rr_scrollTop", "rel"], 2
        )
    }
    children = [random_node(f, chance, depth - 1) for _ in range(chance.randrange(3))]
    node = f.element(chance.choice(tags), attributes, *children, **more)
    if chance.random() < 0.1:
        node["id"] = chance.randrange(12)
    if chance.random() < 0.2:
        node["isShadow"] = True
    return node


def random_event(f: Forge, chance: random.Random, ids: list[int]) -> dict[str, Any]:
    def an_id() -> int:
        return chance.choice(ids)

    node = random_node(f, chance, 2)
    ids.append(node["id"])
    number = chance.choice([-1, 0, 3, 1e9, "x", None])
    return chance.choice([
        mutation(adds=[add(an_id(), node, chance.choice([None, an_id()]))]),
        mutation(removes=[{"parentId": an_id(), "id": an_id()}]),
        mutation(texts=[{"id": an_id(), "value": chance.choice(["t", None])}]),
        mutation(attributes=[{"id": an_id(), "attributes": node.get("attributes", {})}]),
        mutation(adds=[add(an_id(), f.document("in a frame"))]),
        incremental(chance.randrange(-1, 18), id=an_id(), x=number, y=number, text=number,
                    isChecked=number, adds=[{"rule": "a{", "index": number}], index=[number],
                    removes=[{"index": number}], styleIds=[number], positions=number),
        {"type": 2, "data": {"node": f.document(node), "initialOffset": None}},
    ])  # fmt: skip
