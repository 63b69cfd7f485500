"""Placements are checked as they are made; the points file is safe to open."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatmap.points import COLUMNS, WEIGHT_QUANTUM, Placement, write_points
from heatmap.statuses import Chart, Kind, Status
from tests.heatmap.strategies import placements


def point(**changes: Any) -> Placement:
    """A drawn click, with changes."""
    fields: dict[str, Any] = {
        "session": "s",
        "document": "d",
        "time_ms": 1200,
        "kind": Kind.CLICK,
        "element": "#buy",
        "chart": Chart.BOX,
        "width": 390,
        "status": Status.DRAWN,
        "x": 1.005,
        "y": 20.0,
        "target": 3,
        "u": 0.5,
        "v": 0.5,
    }
    return Placement(**{**fields, **changes})


def rows(*points: Placement) -> list[dict[str, str]]:
    """The points file, read back."""
    file = io.StringIO()
    write_points(file, points)
    return list(csv.DictReader(io.StringIO(file.getvalue())))


def test_the_columns_are_the_contract() -> None:
    assert ",".join(COLUMNS) == (
        "session,document,time_ms,kind,element,chart,width,x,y,weight,state,confidence,status"
    )
    (row,) = rows(point(x=-0.001, y=1234.5678, confidence=0.875))
    assert list(row.values()) == [
        *("s", "d", "1200", "click", "#buy", "box", "390"),
        *("0.00", "1234.57", "1", "main", "0.875", "drawn"),
    ]


def test_what_is_not_drawn_has_no_place() -> None:
    (row,) = rows(point(status=Status.HIDDEN, x=None, y=None))
    assert (row["x"], row["y"], row["confidence"], row["status"]) == ("", "", "", "hidden")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r=", " ="])
def test_text_is_never_a_formula_and_numbers_stay_numbers(start: str) -> None:
    (row,) = rows(point(element=start + "1+1", x=-7.0, time_ms=-5))
    assert row["element"] == "'" + start.replace("\r", " ") + "1+1"
    assert (row["x"], row["time_ms"]) == ("-7.00", "-5")


@given(st.lists(placements(), max_size=20), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_arrival(
    points: list[Placement], chance: random.Random
) -> None:
    before = rows(*points)
    chance.shuffle(points)
    assert rows(*points) == before and len(before) == len(points)


def test_any_text_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    nasty = 'a"b,c\nd\0\ud800'
    assert write_points(path, [point(element=nasty, session=nasty)]) == 1
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["element"] == 'a"b,c\nd?'


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("name", ["weight", "u", "v"])
def test_numbers_that_are_none_are_refused(name: str, bad: float) -> None:
    with pytest.raises(ValueError, match=r"weight|fractions"):
        point(**{name: bad})


@pytest.mark.parametrize(
    "changes",
    [
        {"x": None},
        {"y": float("nan")},
        {"target": -1},
        {"u": 1.01},
        {"confidence": 1.5},
        {"chart": Chart.TEXT},
        {"chart": Chart.TEXT, "text": 0, "grapheme": 0, "fx": -0.5},
        {"status": Status.OUTSIDE},
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"drawn point|drawn in text|fractions|confidence|no x"):
        point(**changes)


def test_weights_are_multiples_of_the_quantum() -> None:
    weight = point(weight=0.1).weight
    assert weight == pytest.approx(0.1, abs=WEIGHT_QUANTUM)
    assert (weight / WEIGHT_QUANTUM).is_integer()
