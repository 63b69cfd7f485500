"""Conversions by element: those who used it, and those who only saw it."""

from __future__ import annotations

from collections.abc import Sequence

from heatmap.backdrop import View
from heatmap.exposure import Exposure
from heatmap.journeys.conversions import Conversion, conversions_of
from heatmap.placement import Sample
from recorder.store import PageView
from tests.comparing.making import anchor, element
from tests.report.making import NOW, document, session

SEEN = float(NOW)
SOON, BEFORE = SEEN + 5_000, SEEN - 5_000


def view(name: str, *, sees: bool = True, uses: bool = False, tag: str = "button") -> View:
    row = session(name)
    keys = [element("buy", tag)]
    exposures = [Exposure(0, keys[0], SEEN, SEEN + 1000)] if sees else []
    samples = [Sample(row, "d", anchor(0), keys)] if uses else []
    shown = PageView("d", name, 1, "/", "/", "", NOW, NOW + 2_000)
    return View(row, document(), shown, samples, exposures)


def told(views: Sequence[View], goals: dict[str, list[float]]) -> Conversion:
    [only] = conversions_of(views, goals)
    return only


def test_who_used_it_is_told_from_who_only_saw_it() -> None:
    views = [view(f"u{i}", uses=True) for i in range(4)] + [view(f"s{i}") for i in range(6)]
    goals = {"u0": [SOON], "u1": [SOON, SOON + 1], "s0": [SOON], "elsewhere": [SOON]}
    found = told(views, goals)
    assert (found.users.used, found.users.seen) == (2, 4)
    assert (found.viewers.used, found.viewers.seen) == (1, 6)
    assert found.difference.value == 2 / 4 - 1 / 6
    assert found.q is None, "ten sessions conclude nothing"


def test_a_goal_before_it_was_used_or_seen_does_not_count() -> None:
    views = [view("u", uses=True), view("s")]
    found = told(views, {"u": [BEFORE], "s": [BEFORE]})
    assert (found.users.used, found.viewers.used) == (0, 0)
    assert told(views, {"u": [BEFORE, SOON]}).users.used == 1


def test_a_session_with_many_views_is_one() -> None:
    views = [view("u", uses=True), view("u"), view("u", uses=True)]
    found = told(views, {"u": [SOON]})
    assert (found.users.seen, found.viewers.seen) == (1, 0)


def test_only_what_can_be_used_has_a_row() -> None:
    assert conversions_of([view("a", uses=True, tag="p")], {}) == []
    assert conversions_of([], {"a": [SOON]}) == []


def test_a_planted_difference_is_found() -> None:
    views = [view(f"u{i}", uses=True) for i in range(60)] + [view(f"s{i}") for i in range(60)]
    goals = {f"u{i}": [SOON] for i in range(40)} | {f"s{i}": [SOON] for i in range(10)}
    found = told(views, goals)
    assert found.q is not None
    assert found.q < 0.001
    assert found.difference.low > 0.2
    same = {f"{side}{i}": [SOON] for side in "us" for i in range(20)}
    alike = told(views, same)
    assert alike.q is not None
    assert alike.q > 0.5
