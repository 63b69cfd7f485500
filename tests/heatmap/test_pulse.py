"""The pulse of a document: what followed each press, turns of the scroll, active time."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from heatmap.pulse import Answer, Pulse, take_pulse
from heatmap.thresholds import IDLE_S
from recorder.events import Event
from tests.support.forging import custom, incremental, mutation

ROOT = 1
MOVE, INTERACTION, SCROLL, INPUT, SELECTION = 1, 2, 3, 5, 14


def at(time: float, event: dict[str, Any]) -> Event:
    return Event(event["type"], time, msgspec.Raw(json.dumps(event["data"]).encode()))


def begun(height: float = 600, top: float = 0) -> list[Event]:
    meta = {"type": 4, "data": {"href": "http://a.example/", "width": 800, "height": height}}
    node = {"id": ROOT, "type": 0, "childNodes": []}
    snapshot = {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": top}}}
    return [at(0, meta), at(0, snapshot)]


def answer(*events: Event, press: float = 1000) -> Answer:
    [only] = take_pulse([*begun(), *events], [press]).answers
    return only


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (mutation(), "changed"),
        (incremental(INPUT, id=5, text="a"), "changed"),
        (incremental(8, id=5), "changed"),
        (custom("heatwright/route", {"url": "/b"}), "changed"),
        (custom("heatwright/popover", {"id": 5, "open": True}), "changed"),
        (incremental(SCROLL, id=7, x=0, y=9), "scrolled"),
        (
            incremental(
                SELECTION, ranges=[{"start": 4, "startOffset": 0, "end": 4, "endOffset": 3}]
            ),
            "selected",
        ),
        (custom("heatwright/visibility", {"state": "hidden", "focused": False}), "left"),
        (custom("heatwright/visibility", {"state": "visible", "focused": False}), "left"),
        (custom("heatwright/error", {"kind": "error", "message": "no"}), "failed"),
        (custom("heatwright/error", {"kind": "rejection", "message": "no"}), "failed"),
    ],
)
def test_the_first_of_each_kind_after_a_press_is_its_answer(
    event: dict[str, Any], name: str
) -> None:
    found = answer(at(900, event), at(1250, event), at(1900, event), at(2000, mutation()))
    expected = {"changed": 250.0 if name == "changed" else 1000.0, name: 250.0}
    assert found == Answer(1000.0, **expected)


@pytest.mark.parametrize(
    "event",
    [
        incremental(MOVE, positions=[]),
        incremental(INTERACTION, type=0, id=5, x=1, y=1),
        incremental(SELECTION, ranges=[]),
        incremental(SELECTION, ranges=[{"start": 4, "startOffset": 2, "end": 4, "endOffset": 2}]),
        custom("heatwright/visibility", {"state": "visible", "focused": True}),
        custom("heatwright/error", {"kind": "console", "message": "only said"}),
        custom("heatwright/error", {"kind": "resource", "tag": "img"}),
        {"type": 2, "data": {"node": {"id": ROOT}}},
        {"type": 3, "data": {"source": "forged"}},
        {"type": 3, "data": {"source": 3, "id": [], "y": "far"}},
        {"type": 5, "data": {"tag": "heatwright/visibility", "payload": []}},
        {"type": 5, "data": []},
        {"type": 3, "data": None},
        {"type": 4, "data": "nowhere"},
        {"type": 2, "data": {"node": {"id": [ROOT]}}},
        {"type": 2, "data": {"node": 7}},
    ],
)
def test_what_the_visitor_does_is_no_answer_of_the_page(event: dict[str, Any]) -> None:
    found = answer(at(1250, event))
    assert msgspec.structs.replace(found, scrolled=None) == Answer(250.0)


def test_an_answer_in_the_press_own_millisecond_counts() -> None:
    assert answer(at(1000, mutation())).changed == 0


def test_without_a_tag_what_happened_since_the_pointer_went_down_is_an_answer() -> None:
    """Cause: a menu that opens as the button goes down was open before the click."""
    down = incremental(INTERACTION, type=1, id=5, x=1, y=1)
    assert answer(at(880, down), at(900, mutation())).changed == 0
    assert answer(at(-200, down), at(900, mutation()), at(1100, mutation())).changed == 100


@pytest.mark.parametrize(
    ("path", "turns"),
    [
        ([], 0),
        ([0, 2000], 0),
        ([0, 2000, 1401], 0),  # not a viewport's height
        ([0, 2000, 1400], 1),
        ([0, 2000, 1700, 2000, 1399], 1),
        ([0, 900, 100, 900, 100, 900], 4),
        ([3000, 2000, 2600], 2),
        ([900, 0], 1),  # it began at the top
        ([0, 300, 0, 300, 0, 300, 0], 0),
    ],
)
def test_scrolling_turns_after_a_viewport_each_way(path: list[float], turns: int) -> None:
    events = [at(100 * step, incremental(SCROLL, id=ROOT, x=0, y=y)) for step, y in enumerate(path)]
    inner = [at(50 + 100 * step, incremental(SCROLL, id=9, x=0, y=5e3 * step)) for step in range(9)]
    found = take_pulse(sorted([*begun(), *events, *inner], key=lambda one: one.timestamp), [])
    assert len(found.turns) == turns


def test_a_visitor_is_there_until_a_while_after_his_last_action() -> None:
    move = incremental(MOVE, positions=[])
    idle = IDLE_S * 1000
    events = [at(idle - 1, move), at(5 * idle, move), at(10 * idle, mutation())]
    assert take_pulse([*begun(), *events], []).active == [(0, 2 * idle - 1), (5 * idle, 6 * idle)]
    assert take_pulse([], []) == Pulse()
