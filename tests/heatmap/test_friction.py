"""Friction at the edges of its thresholds, in presses of which everything is known."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from heatmap.anchors import Anchor, DocumentAnchors, ElementKeys
from heatmap.friction import friction_of
from heatmap.pulse import Answer, Pulse
from heatmap.statuses import Kind

CARD, BUY, FIELD, LINK, MORE = range(5)
ELEMENTS = [
    ElementKeys([("path", "p1", True)], "p1", "A card", "div"),
    ElementKeys([("id", "buy", True)], "id:buy", "Buy", "button"),
    ElementKeys([("id", "mail", True)], "id:mail", "E-mail", "input"),
    ElementKeys([("link", "/more", True)], "link:/more", "More", "a"),
    ElementKeys([("role", "role:button|More", True)], "role:button|More", "More", "span"),
]
WATCHED = Answer(60_000.0)
ANSWERED = Answer(60_000.0, changed=20.0)


def press(time: float, element: int = CARD, x: float = 50, y: float = 50, **more: Any) -> Anchor:
    """On a box of 100 × 100 at (0, 0), but for what `more` says."""
    known: dict[str, Any] = {
        "kind": Kind.CLICK,
        "weight": 1.0,
        "control": element,
        "u": x / 100,
        "v": y / 100,
        "size": (100.0, 100.0),
        "drift": 0.0,
        "masked": False,
        "unstable": False,
        "text": None,
    }
    return Anchor(time=time, element=element, x=x, y=y, **(known | more))


def friction(presses: list[Anchor], answers: list[Answer] | Answer = ANSWERED) -> list[str]:
    """`kind@time` of all that was wrong."""
    told = answers if isinstance(answers, list) else [answers] * len(presses)
    document = DocumentAnchors(presses, ELEMENTS, {}, [], Pulse(told))
    return [f"{one.kind}@{one.time:.0f}" for one in friction_of(document)]


@pytest.mark.parametrize(
    ("presses", "count"),
    [
        ([press(0), press(999), press(1998)], 3),
        ([press(0), press(1000), press(1999)], 0),
        ([press(0), press(900)], 0),
        ([press(0, CARD), press(100, BUY, 65, 64), press(200, CARD, 50, 50)], 3),
        ([press(0, CARD), press(100, BUY, 65, 65), press(200, CARD, 50, 50)], 0),
        ([press(0, BUY, 1, 1), press(100, BUY, 99, 99), press(200, BUY, 1, 1)], 3),
        ([press(0, BUY), press(100, BUY), press(200, BUY), press(5000, BUY)], 3),
        ([press(0, -1), press(100, -1), press(200, -1)], 3),
    ],
)
def test_rage_is_three_presses_in_quick_succession_on_one_place(
    presses: list[Anchor], count: int
) -> None:
    assert sum(one.startswith("rage") for one in friction(presses)) == count


def test_three_clicks_that_select_a_paragraph_are_no_rage() -> None:
    selecting = Answer(60_000.0, changed=20.0, selected=400.0)
    assert friction([press(0), press(200), press(400)], selecting) == []
    on_a_button = friction([press(0, BUY), press(200, BUY), press(400, BUY)], selecting)
    assert on_a_button == ["rage@0", "rage@200", "rage@400"]


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        (WATCHED, True),
        (Answer(2_500.0), True),
        (Answer(2_499.0), False),  # nobody knows
        (Answer(60_000.0, changed=2_500.0), False),
        (Answer(60_000.0, changed=2_501.0), True),
        (Answer(60_000.0, scrolled=100.0), False),
        (Answer(60_000.0, scrolled=101.0), True),
        (Answer(60_000.0, selected=100.0), False),
        (Answer(60_000.0, selected=101.0), True),
        (Answer(60_000.0, left=1_000.0), False),
        (Answer(60_000.0, left=1_001.0), True),
    ],
)
def test_a_press_is_dead_if_nothing_answers_in_time(answer: Answer, dead: bool) -> None:
    assert friction([press(0)], answer) == (["dead@0"] if dead else [])


def test_what_answers_unseen_is_never_dead() -> None:
    for quiet in (press(0, FIELD), press(0, LINK), press(0, CARD, control=LINK), press(0, -1)):
        assert friction([quiet], WATCHED) == []
    assert friction([press(0, CARD, masked=True)], WATCHED) == []
    assert friction([press(0, BUY)], WATCHED) == ["dead@0"]


def test_an_error_belongs_to_the_last_press_before_it() -> None:
    soon, late = Answer(9e4, changed=1.0, failed=1_000.0), Answer(9e4, changed=1.0, failed=1_001.0)
    assert friction([press(0)], soon) == ["error@0"]
    assert friction([press(0)], late) == []
    both = [Answer(9e4, changed=1.0, failed=900.0), Answer(9e4, changed=1.0, failed=400.0)]
    assert friction([press(0), press(500, LINK)], both) == ["error@500"]


@pytest.mark.parametrize(
    ("first", "second", "misses"),
    [
        (press(0, CARD, 124, 50), press(1500, BUY), True),
        (press(0, CARD, 125, 50), press(1500, BUY), False),
        (press(0, CARD, 124, 124), press(100, BUY), True),
        (press(0, CARD, 100, 50), press(100, BUY), False),
        (press(0, CARD, 124, 50), press(1501, BUY), False),
        (press(0, LINK, 124, 50), press(100, BUY), False),  # it was another's control
        (press(0, CARD, 124, 50), press(100, CARD), False),
        (press(0, CARD, 124, 50), press(100, MORE), True),
        (press(0, CARD, 110, 50, control=BUY), press(100, BUY), False),
    ],
)
def test_a_near_miss_is_a_press_beside_a_control_and_then_one_on_it(
    first: Anchor, second: Anchor, misses: bool
) -> None:
    assert friction([first, second]) == (["near_miss@0"] if misses else [])


def test_a_near_miss_names_what_was_missed_and_stays_where_it_was() -> None:
    document = DocumentAnchors(
        [press(0, CARD, 110, 50), press(700, BUY)], ELEMENTS, {}, [], Pulse([ANSWERED] * 2)
    )
    [miss] = friction_of(document)
    assert (miss.element, miss.control, miss.x) == (CARD, BUY, 110)


def test_a_press_can_be_wrong_in_several_ways_and_its_own_kind_stays_as_it_was() -> None:
    presses = [press(0, BUY), press(300, BUY, kind=Kind.TAP), press(600, BUY)]
    before = msgspec.json.encode(presses)
    kinds = friction(presses, WATCHED)
    assert sorted(kinds) == sorted(
        f"{kind}@{time}" for kind in ("rage", "dead") for time in (0, 300, 600)
    )
    assert msgspec.json.encode(presses) == before
