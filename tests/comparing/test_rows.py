"""The same element on both sides, where the truth is known."""

from __future__ import annotations

import pytest

from heatmap.comparison import Row, Verdict
from heatmap.comparison.catalogue import Catalogue
from heatmap.identity import Page
from heatmap.statistics.differences import p_value
from tests.comparing.making import Known, comparison, element


def row(rows: list[Row], name: str) -> Row:
    return next(one for one in rows if one.entry.name == f"id:{name}")


def test_what_was_planted_is_found_and_nothing_else() -> None:
    made = comparison(
        (200, {"buy": Known(200, 100), "same": Known(150, 60), "rare": Known(20, 10)}),
        (200, {"buy": Known(200, 50), "same": Known(150, 62), "new": Known(90, 40)}),
    )
    buy = row(made.rows, "buy")
    assert made.rows[0] is buy
    assert (buy.verdict, buy.a.rate.value, buy.b.rate.value) == (Verdict.LOWER, 0.5, 0.25)
    assert buy.relative == pytest.approx(-0.5)
    assert row(made.rows, "same").verdict is Verdict.NOT_SHOWN
    # Absent on one side is not zero.
    assert row(made.rows, "new").verdict is Verdict.NOT_COMPARABLE
    assert row(made.rows, "rare").verdict is Verdict.NOT_COMPARABLE
    assert made.distance is not None
    assert made.distance.p < 0.01


def test_a_share_is_of_those_who_saw_it_and_exposure_of_all() -> None:
    made = comparison((100, {"buy": Known(40, 10)}), (50, {"buy": Known(50, 10)}), presses=7)
    buy = made.rows[0]
    assert (buy.a.rate.used, buy.a.rate.seen, buy.a.exposure.value) == (10, 40, 0.4)
    assert (buy.b.rate.used, buy.b.rate.seen, buy.b.exposure.value) == (10, 50, 1.0)
    # Pressed seven times by each: sessions count once, presses are told beside it.
    assert buy.a.presses == 70
    assert buy.a.seconds == 2.0


def test_too_few_are_never_judged_however_far_apart() -> None:
    made = comparison((29, {"buy": Known(29, 29)}), (500, {"buy": Known(500, 0)}))
    buy = made.rows[0]
    assert (buy.verdict, buy.q) == (Verdict.TOO_FEW, None)
    assert buy.needed is not None
    assert p_value(buy.a.rate, buy.b.rate) < 1e-9


def test_many_elements_without_a_difference_are_judged_together() -> None:
    # One of forty is as far apart as chance makes one of forty.
    alike = {f"e{number}": Known(100, 30) for number in range(39)}
    made = comparison(
        (100, alike | {"odd": Known(100, 30)}), (100, alike | {"odd": Known(100, 44)})
    )
    odd = row(made.rows, "odd")
    assert odd.difference.p < 0.05
    assert odd.q is not None
    assert odd.q > 0.05
    assert odd.verdict is Verdict.NOT_SHOWN


def test_a_loud_session_is_named() -> None:
    made = comparison((40, {"buy": Known(40, 3)}), (40, {"buy": Known(40, 30)}), presses=10)
    assert {session: pytest.approx(share) for session, share in made.a.usage.loud().items()} == {
        f"a-{number}": pytest.approx(1 / 3) for number in range(3)
    }
    assert not made.b.usage.loud()


def test_elements_of_two_pages_are_one_where_matches_lead_both_ways() -> None:
    catalogue = Catalogue(
        [Page([element("buy"), element("old")]), Page([element("new"), element("buy")])]
    )
    assert catalogue.at(0, 0) is catalogue.at(1, 1)
    assert catalogue.at(0, 0).indexes == (0, 1)
    assert catalogue.find(element("new")) is catalogue.at(1, 0)
    assert catalogue.at(1, 0).indexes == (None, 0)
    # On neither page, but with an id of its own: one element still.
    assert catalogue.find(element("modal")) is catalogue.find(element("modal"))
