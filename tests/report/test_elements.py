"""The same element on every device, counted by sessions; accounts that are checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heatmap.statuses import PRESSES, Kind, Status
from heatwright.report.accounts import page_lines, parts, total
from heatwright.report.elements import MOST_ROWS, element_table
from tests.report.making import DESKTOP, PHONE, heatmap, page, point, small_page


def test_shares_are_of_sessions_that_viewed_the_page_on_a_device() -> None:
    table = element_table(small_page(), PRESSES)
    assert [(one.device, one.kind, one.seen) for one in table.columns] == [
        ("desktop", Kind.CLICK, 1),
        ("phone", Kind.TAP, 2),
    ]
    buy, nav = table.rows
    assert (buy.label, buy.points, buy.everyone.used, buy.everyone.seen) == ("Buy", 2, 2, 3)
    assert [(one.used, one.seen) for one in buy.shares] == [(1, 1), (1, 2)]
    assert [(home.drawn, home.points, home.why) for home in nav.homes] == [
        (1, 1, None),
        (0, 1, Status.HIDDEN),
    ]
    assert [home.box for home in nav.homes] == [(40, 30, 120, 40), None]


def test_ten_clicks_of_one_session_are_one_session() -> None:
    points = [point("id:buy", time=time) for time in range(10)]
    (row,) = element_table(page(heatmap(points)), PRESSES).rows
    assert (row.points, row.everyone.used) == (10, 1)


def test_a_button_and_the_icon_in_it_are_one_row() -> None:
    icon = replace(point("path:svg", by="1"), control="id:next")
    table = element_table(page(heatmap([icon, point("id:next", by="2", time=1)])), PRESSES)
    assert [(row.name, row.points, row.everyone.used) for row in table.rows] == [("id:next", 2, 2)]


def test_one_element_with_two_names_is_one_row() -> None:
    wide = heatmap([point("id:a", by="1"), point("id:a", by="2", time=1)])
    narrow = heatmap([point("role:a", by="1"), point("role:a", by="2", time=1)], PHONE)
    (row,) = element_table(page(wide, narrow), PRESSES).rows
    assert row.name == "id:a" and row.everyone.used == 2


def test_an_element_missing_at_the_first_width_goes_by_what_another_calls_it() -> None:
    wide = heatmap([point("path:x", Status.UNMATCHED)])
    narrow = heatmap([point("id:menu")], PHONE, labels={"id:menu": "Menu"})
    (row,) = element_table(page(wide, narrow), PRESSES).rows
    assert (row.name, row.label) == ("id:menu", "Menu")


def test_points_without_an_element_are_in_no_row() -> None:
    points = [point("", Status.NO_TARGET), point("id:card", Status.MASKED, time=1)]
    assert element_table(page(heatmap(points)), PRESSES).rows == []


def test_further_elements_are_counted() -> None:
    points = [point(f"id:{number:03}", time=number) for number in range(MOST_ROWS + 3)]
    table = element_table(page(heatmap(points)), PRESSES)
    assert len(table.rows) == MOST_ROWS and table.left_out == 3


def test_heatmaps_of_other_samples_are_refused() -> None:
    mixed = page(heatmap([point("a", time=1)]), heatmap([point("a", time=2)], PHONE))
    with pytest.raises(ValueError, match="same samples"):
        element_table(mixed, PRESSES)


def test_the_ledger_is_held_against_what_was_gathered() -> None:
    lines = page_lines(small_page())
    summed, balanced = total(lines)
    assert balanced and summed.recorded == 6
    assert [(line.kind, line.account.line()) for line in lines][:2] == [
        (Kind.CLICK, "2 recorded = 2 drawn"),
        (Kind.CLICK, "2 recorded = 1 drawn + 1 hidden"),
    ]
    lost = page(heatmap([point("a")], DESKTOP), recorded={Kind.CLICK: 2})
    assert total(page_lines(lost))[1] is False


def test_a_bar_is_filled() -> None:
    summed, _ = total(page_lines(small_page()))
    found = parts(summed)
    assert [part.status for part in found] == [Status.DRAWN, Status.HIDDEN]
    assert sum(part.width for part in found) == pytest.approx(1000, abs=0.1)
