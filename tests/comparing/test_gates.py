"""Rules: what they say, what they find, and that doubt is never a pass."""

from __future__ import annotations

import contextlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatmap.comparison import Comparison
from heatwright.gates import Judgement, Outcome, github_lines, judge, junit, parse_rule
from recorder.errors import WrongUse
from tests.comparing.making import BOX, Known, comparison

SIZES = {"buy": BOX, "tiny": (0.0, 0.0, 60.0, 18.0), "gone": (0.0, 0.0, 0.0, 0.0)}


@pytest.fixture(scope="module")
def made() -> Comparison:
    """Buy halves, tiny stays, few is rare; a named element is the first, second, … of its page."""
    return comparison(
        (200, {"buy": Known(200, 100, 8), "tiny": Known(150, 60), "few": Known(20, 15)}),
        (200, {"buy": Known(200, 50, 30), "tiny": Known(150, 58, 1), "few": Known(25, 2)}),
        SIZES,
    )


SELECTED: dict[str, list[list[int]]] = {
    "#buy": [[0], [0]],
    "#tiny": [[1], [1]],
    "#few": [[2], [2]],
    "#none": [[], []],
}


def outcome(text: str, made: Comparison) -> Judgement:
    return judge(parse_rule(text), made, SELECTED)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ctr(#buy) drops > 20%", Outcome.FAILED),
        ("ctr(#buy) drops > 60%", Outcome.PASSED),
        ("ctr(#buy) rises > 0%", Outcome.PASSED),
        ("ctr(#tiny) drops > 20%", Outcome.PASSED),
        # 3 % less is observed, as chance would have it.
        ("ctr(#tiny) drops > 1%", Outcome.NOT_EVALUATED),
        ("ctr(#few) drops > 20%", Outcome.NOT_EVALUATED),
        ("ctr(*) drops > 20%", Outcome.FAILED),
        ("ctr(*) rises > 20%", Outcome.PASSED),
        ("ctr(#buy@b) < 40%", Outcome.FAILED),
        ("ctr(#buy@a) < 40%", Outcome.PASSED),
        # 25 %, and its interval reaches beyond 28 %.
        ("ctr(#buy) < 0.28", Outcome.PASSED),
        ("exposure(#tiny) < 90%", Outcome.FAILED),
        ("exposure(#tiny) drops > 10%", Outcome.PASSED),
        ("presses(#buy) drops >= 50%", Outcome.FAILED),
        ("time(#buy) < 3s", Outcome.FAILED),
        ("time(#buy) drops > 5%", Outcome.PASSED),
        ("rage(#buy) > 8%", Outcome.FAILED),
        # 15 %, and its interval reaches down to 11 %.
        ("rage(#buy) > 12%", Outcome.PASSED),
        ("rage(#buy@a) > 8%", Outcome.PASSED),
        ("rage(#buy) rises > 100%", Outcome.FAILED),
        ("rage(#tiny) rises > 100%", Outcome.NOT_EVALUATED),
        ("rage(#few) > 1%", Outcome.NOT_EVALUATED),
        ("rage(*) > 8%", Outcome.FAILED),
        ("dead(*) > 1%", Outcome.PASSED),
        ("fidelity < 0.99", Outcome.PASSED),
        ("target_size(#tiny@b) < 24px", Outcome.FAILED),
        ("target_size(#buy) < 24", Outcome.PASSED),
        ("target_size(*@a) <= 18", Outcome.FAILED),
        ("distance > 0.05", Outcome.FAILED),
        ("distance > 0.9", Outcome.PASSED),
        ("unplaced > 2%", Outcome.NOT_EVALUATED),
    ],
)
def test_outcomes(rule: str, expected: Outcome, made: Comparison) -> None:
    found = outcome(rule, made)
    assert (found.outcome, found.reason != "") == (expected, True), found.reason


def test_a_failure_names_every_element(made: Comparison) -> None:
    found = outcome("target_size(*) < 41", made)
    assert [one.split(":")[0] for one in found.details] == ["buy", "tiny", "few"]
    assert found.details[1] == "tiny: 60 × 18 px on side b"


@pytest.mark.parametrize(("pressed", "expected"), [(0, Outcome.PASSED), (3, Outcome.NOT_EVALUATED)])
def test_a_size_that_nobody_knows_is_no_pass(pressed: int, expected: Outcome) -> None:
    """Cause: a menu's entries, pressed and without a box while it is closed, let sizes pass."""
    known = {"buy": Known(200, 50), "gone": Known(200, pressed)}
    found = outcome("target_size(*) < 24", comparison((200, known), (200, known), SIZES))
    assert (found.outcome, "3 sessions pressed it" in found.reason) == (expected, pressed > 0)


def test_a_rule_about_nothing_is_wrong_use(made: Comparison) -> None:
    with pytest.raises(WrongUse, match="No element of /shop fits '#none'"):
        outcome("ctr(#none) drops > 20%", made)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no rule"),
        ("ctr(#buy) falls > 20%", "is no rule"),
        ("ctr > 20%", "names no element"),
        ("ctr() > 20%", "names no element"),
        ("clicks(#buy) > 1", "no metric"),
        ("unplaced(#buy) > 2%", "of the page"),
        ("target_size(*) drops > 2%", "neither drops nor rises"),
        ("ctr(#buy) > 20px", "not in px"),
        ("ctr(#buy) > 20", "is that 20%?"),
        ("distance > 1" + "0" * 400, "too large"),
    ],
)
def test_what_is_no_rule_is_told_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as caught:
        parse_rule(text)
    assert caught.value.next_step


def test_selectors_may_have_parentheses_and_at_signs() -> None:
    rule = parse_rule("ctr(a:not(.x)[href='mailto:me@b.example'] @a) drops > 5%")
    assert (rule.target, rule.side) == ("a:not(.x)[href='mailto:me@b.example']", "a")
    assert parse_rule("ctr(a[href$='@b']) drops > 5%").target == "a[href$='@b']"


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_wrong_use(text: str) -> None:
    with contextlib.suppress(WrongUse):
        assert parse_rule(text).text == text.strip()


def test_ci_systems_can_read_it(made: Comparison) -> None:
    rules = ["ctr(#buy) drops > 20%", "ctr(#few) drops > 20%", "ctr(#buy) rises > 5%"]
    judgements = [outcome(rule, made) for rule in rules]
    suite = ET.fromstring(junit("/\x07<shop>", judgements))[0]  # noqa: S314 - we wrote it
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [case[0].tag if len(case) else "" for case in suite] == ["failure", "error", ""]
    lines = github_lines(judgements)
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning"]
    assert lines[0].startswith("::error title=ctr(#buy) drops > 20%25::buy: 50.0%25 to 25.0%25")
