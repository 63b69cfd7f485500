"""Every recorded point appears once."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from heatmap.grids import build_grids
from heatmap.ledger import Ledger
from heatmap.points import Placement
from heatmap.statuses import Kind, Status
from tests.heatmap.strategies import placements


@given(st.lists(placements(), max_size=40), st.integers(0, 40))
def test_it_balances_and_adds(points: list[Placement], cut: int) -> None:
    ledger = Ledger.of(points)
    assert ledger.balances()
    assert ledger.total().recorded == len(points)
    assert Ledger.of(points[cut:]) + Ledger.of(points[:cut]) == ledger
    assert ledger + Ledger() == ledger


@given(st.lists(placements(), max_size=40))
def test_its_drawn_weight_is_the_grids_mass(points: list[Placement]) -> None:
    ledger = Ledger.of(points)
    for kind in Kind:
        drawn = ledger.total(kind).weights.get(Status.DRAWN, 0.0)
        assert drawn == build_grids(points).mass(kind)


def _point(status: Status, width: int = 390) -> Placement:
    place = 1.0 if status is Status.DRAWN else None
    return Placement(
        *("s", "d", 0, Kind.CLICK, "", "box", width, status),  # type: ignore[arg-type]
        x=place,
        y=place,
        target=0,
    )


def test_a_lost_point_shows() -> None:
    points = [_point(Status.DRAWN), _point(Status.HIDDEN)]
    assert not Ledger.of(points, {(Kind.CLICK, 390): 3}).balances()
    assert not Ledger.of(points, {(Kind.CLICK, 390): 2, (Kind.MOVE, 390): 1}).balances()
    assert not Ledger.of(points, {}).balances()
    assert Ledger.of(points, {(Kind.CLICK, 390): 2}).balances()


def test_one_width_too_many_does_not_make_up_for_another() -> None:
    points = [_point(Status.DRAWN, 390), _point(Status.DRAWN, 390)]
    assert not Ledger.of(points, {(Kind.CLICK, 390): 1, (Kind.CLICK, 1440): 1}).balances()


def test_the_line_reads_as_a_sum() -> None:
    points = [_point(Status.DRAWN)] * 1203 + [_point(Status.NO_TARGET), _point(Status.HIDDEN)]
    assert Ledger.of(points).line() == "1,205 recorded = 1,203 drawn + 1 hidden + 1 no target"
    assert Ledger.of(points).line(Kind.CLICK, 390) == Ledger.of(points).line()
    assert Ledger().line() == "0 recorded = 0 drawn"
    assert "≠" in Ledger.of(points, {(Kind.CLICK, 390): 7}).line()


def test_json_names_every_status() -> None:
    (account,) = json.loads(json.dumps(Ledger.of([_point(Status.MASKED)]).to_json()))["accounts"]
    assert set(account["counts"]) == {s.value for s in Status}
    assert (account["kind"], account["width"], account["recorded"]) == ("click", 390, 1)
