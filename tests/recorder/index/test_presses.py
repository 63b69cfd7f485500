from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder import limits
from recorder.events import Event
from recorder.index.presses import RAGE_GAP_MS, RAGE_PX, press_occurrences
from recorder.index.terms import Occurrence, Term, TermKind
from tests.recorder.visits import IDS, PAGE, anchor
from tests.support.forging import Forge, remember


def event(at: int, kind: int, data: Any) -> Event:
    return Event(kind, at, msgspec.Raw(json.dumps(data).encode()))


def snapshot(page: Any = PAGE) -> Event:
    return event(0, 2, {"node": page})


def press(at: int, id: int | str, **more: Any) -> Event:
    payload = anchor("buy", **more) | {"id": id if isinstance(id, int) else IDS[id]}
    return event(at, 6, {"plugin": "heatwright/anchor@1", "payload": payload})


def mutate(at: int, **changes: Any) -> Event:
    return event(at, 3, {"source": 0, **changes})


def chain(term: Term | None) -> str:
    """`html > body > a#help`."""
    parts: list[str] = []
    while term:
        id = term.detail.get("id")
        parts.append(term.name + (f"#{id}" if id else ""))
        term = term.parent
    return " > ".join(reversed(parts))


def told(found: list[Occurrence]) -> list[tuple[int, str, str]]:
    return [(one.at, one.term.text, chain(one.term.parent)) for one in found]


def labelled(*body: Any) -> tuple[str, str]:
    """Text and innermost element of a press on what is called `x`."""
    forge = Forge()
    page = forge.document(*(renumbered(forge, node) for node in body))
    found = press_occurrences([snapshot(page), press(1, remember(page)["x"])])
    return found[0].term.text, chain(found[0].term.parent).rpartition(" > ")[2]


def renumbered(forge: Forge, node: Any) -> Any:
    """`node` with ids of `forge`: the cases below are written without one."""
    if node["type"] == 3:
        return forge.text(node["textContent"])
    children = [renumbered(forge, child) for child in node["childNodes"]]
    return forge.element(node["tagName"], node["attributes"], *children)


def el(tag: str, attributes: dict[str, Any] | None = None, *children: Any) -> Any:
    return Forge().element(tag, attributes, *children)


X = {"id": "x"}


@pytest.mark.parametrize(
    ("body", "text", "element"),
    [
        ([el("button", X, " Add ", el("b", {}, "to\n cart"))], "Add to cart", "button#x"),
        ([el("button", {}, el("i", X), "Go")], "Go", "i#x"),
        ([el("div", {"role": "tab"}, el("i", X), "One")], "One", "i#x"),
        ([el("div", {}, el("p", X, "Words"), "Others")], "Words", "p#x"),
        ([el("button", X | {"aria-label": "Close"}, "×")], "Close", "button#x"),
        ([el("input", X | {"type": "submit", "value": "Send"})], "Send", "input#x"),
        ([el("input", X | {"value": "typed", "placeholder": "Name"})], "Name", "input#x"),
        ([el("label", {}, "Your name ", el("input", X))], "Your name", "input#x"),
        ([el("label", {"for": "x"}, "Mail"), el("input", X | {"name": "m"})], "Mail", "input#x"),
        ([el("label", {}, el("i", X, "News"), el("input", {"id": "n"}))], "News", "input#n"),
        ([el("label", X | {"for": "n"}, "News"), el("select", {"id": "n"})], "News", "select#n"),
        ([el("label", X, "Alone")], "Alone", "label#x"),
        ([el("select", X, el("option", {}, "chosen"))], "", "select#x"),
        ([el("textarea", X | {"title": "Story"}, "typed")], "Story", "textarea#x"),
        ([el("a", X, el("img", {"alt": "Home"}))], "Home", "a#x"),
        ([el("a", X, el("svg", {}, el("title", {}, "Menu")))], "Menu", "a#x"),
        ([el("a", X | {"title": "Up"}, el("i"))], "Up", "a#x"),
        ([el("button", X, el("style", {}, "b{}"), "Go")], "Go", "button#x"),
        ([el("button", X, "a" * 900)], "a" * limits.INDEX_TEXT_CHARS, "button#x"),
    ],
)
def test_what_is_written_on_what_was_pressed(body: list[Any], text: str, element: str) -> None:
    assert labelled(*body) == (text, element)


def test_a_press_is_on_what_was_there_then() -> None:
    """A page's handler took the button away in the millisecond of the press, before its click."""
    gone = mutate(1_000, removes=[{"id": IDS["buy"], "parentId": IDS["form"]}])
    renamed = mutate(900, texts=[{"id": IDS["buy"] - 1, "value": "Pay "}])
    events = [snapshot(), renamed, gone, press(1_080, "buy", ago=80), press(1_090, "buy")]
    around = "html > body > form > button#buy"
    assert told(press_occurrences(events)) == [(1_000, "Pay now", around), (1_090, "", "")]


def test_a_press_before_any_snapshot_or_on_what_is_not_recorded_counts() -> None:
    events = [press(1, "buy"), snapshot(), press(2_000, -1)]
    assert told(press_occurrences(events)) == [(1, "", ""), (2_000, "", "")]


def test_without_anchors_rrwebs_clicks_count_once_each() -> None:
    def interaction(at: int, kind: int, **more: Any) -> Event:
        data = {"source": 2, "type": kind, "id": IDS["buy"], "x": 1, "y": 1, **more}
        return event(at, 3, data)

    tap = [interaction(1, 7), interaction(2, 9), interaction(3, 2, pointerType=2)]
    events = [snapshot(), *tap, interaction(4_000, 2)]
    found = press_occurrences(events)
    assert [(one.at, one.term.name) for one in found] == [(3, "tap"), (4_000, "click")]
    assert [one.at for one in press_occurrences([*events, press(9_000, "buy")])] == [9_000]


@pytest.mark.parametrize(
    ("presses", "rage"),
    [
        ([(0, "buy", 5), (900, "buy", 500), (1_800, "buy", 5)], [0]),
        ([(0, "buy", 5), (900, "b", 20), (1_800, "img", 5)], [0]),
        ([(0, "buy", 5), (900, "b", 5 + RAGE_PX), (1_800, "img", 5)], []),
        ([(0, "buy", 5), (900, "buy", 5), (900 + RAGE_GAP_MS, "buy", 5)], []),
        ([(0, "buy", 5), (100, "buy", 5)], []),
        ([(at * 100, "buy", 5) for at in range(9)], [0]),
        ([(at, "buy", 5) for at in (0, 100, 200, 5_000, 5_100, 5_200)], [0, 5_000]),
    ],
)
def test_rage(presses: list[tuple[int, str, float]], rage: list[int]) -> None:
    events = [snapshot(), *(press(at, on, x=x) for at, on, x in presses)]
    found = [one for one in press_occurrences(events) if one.term.kind is TermKind.RAGE]
    assert [one.at for one in found] == rage


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-2, 0, 3, 9, 99, 10**400])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["kind", "id", "x", "y", "ago", "source", "type", "payload"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([2, 3]), st.dictionaries(st.just("node"), JSON))), JSON)
def test_no_forged_press_raises(events: list[tuple[int, Any]], payload: Any) -> None:
    forged = [event(number, kind, data) for number, (kind, data) in enumerate(events)]
    plugin = {"plugin": "heatwright/anchor@1", "payload": payload}
    click = {"source": 2, "type": 2, "id": payload, "x": payload, "y": 1}
    press_occurrences([*forged, event(99, 6, plugin), event(99, 3, click), press(100, "buy")])
