"""Grids are an exact account of weight: no order, no partition and no path changes a bit."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatmap.grids import Grids, build_grids, grids_of_columns
from heatmap.points import WEIGHT_QUANTUM, Columns, Placement
from heatmap.statuses import KINDS, Kind, Status
from tests.heatmap.strategies import drawn, placements


@given(st.lists(placements(), max_size=60))
def test_mass_is_exactly_the_drawn_weight(points: list[Placement]) -> None:
    grids = build_grids(points)
    for kind in Kind:
        weights = [p.weight for p in points if p.status is Status.DRAWN and p.kind is kind]
        assert grids.mass(kind) == sum(weights)
    assert grids.mass() == sum(grids.mass(kind) for kind in Kind)


@given(st.lists(drawn(), max_size=60), st.integers(0, 60), st.randoms(use_true_random=False))
def test_neither_order_nor_partition_matters(
    points: list[Placement], cut: int, chance: random.Random
) -> None:
    whole = build_grids(points)
    chance.shuffle(points)
    parts = [build_grids(points[:cut]), build_grids(points[cut : cut + 7])]
    parts.append(build_grids(points[cut + 7 :]))

    assert (parts[0] + parts[1]) + parts[2] == whole
    assert parts[2] + (parts[1] + parts[0]) == whole
    assert whole + Grids() == whole == Grids() + whole


def _columns(n: int, *, weighted: bool) -> Columns:
    rng = np.random.default_rng(4)
    return Columns(
        target=rng.integers(0, 50, n, np.int32),
        kind=rng.integers(0, len(KINDS), n).astype(np.int8),
        u=rng.random(n, np.float32),
        v=rng.random(n, np.float32),
        weight=np.asarray(rng.integers(0, 1 << 22, n) * WEIGHT_QUANTUM, np.float64)
        if weighted
        else None,
    )


def _part(columns: Columns, span: slice) -> Columns:
    return Columns(
        target=columns.target[span],
        kind=columns.kind[span],
        u=columns.u[span],
        v=columns.v[span],
        weight=None if columns.weight is None else columns.weight[span],
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_threads_change_nothing(weighted: bool) -> None:
    """Above a million points the work is cut by key range; halves stay below that."""
    n = (1 << 20) + 12_345
    columns = _columns(n, weighted=weighted)
    half = n // 2
    whole = grids_of_columns(columns)

    assert whole == (
        grids_of_columns(_part(columns, slice(half)))
        + grids_of_columns(_part(columns, slice(half, None)))
    )
    expected = n if columns.weight is None else columns.weight.sum()
    assert whole.mass() == expected


def test_indexes_too_large_for_the_keys_go_through_a_table() -> None:
    target = np.array([2**31 - 1, 7, 2**31 - 1], np.int32)
    zero, place = np.zeros(3, np.int8), np.array([0.25, 0.5, 0.25])
    grids = grids_of_columns(Columns(target, zero, place, place))

    assert [(g.target, g.mass.sum()) for g in grids.boxes(Kind.CLICK)] == [(7, 1), (2**31 - 1, 2)]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_lone_point_keeps_its_place(u: float, v: float) -> None:
    one = np.zeros(1, np.int32)
    columns = Columns(one, one.astype(np.int8), np.array([u]), np.array([v]))
    (grid,) = grids_of_columns(columns).boxes(Kind.CLICK)
    assert abs(grid.u[0] - u) <= 1 / 65536
    assert abs(grid.v[0] - v) <= 1 / 65536


def test_text_grids_keep_grapheme_and_place_inside_it() -> None:
    at = np.array([0.1, 0.9, 0.9])
    columns = Columns(
        target=np.array([3, 3, 3], np.int32),
        kind=np.zeros(3, np.int8),
        u=at,
        v=np.array([0.5, 0.5, 0.5]),
        text=np.array([1, 1, 0], np.int32),
        grapheme=np.array([40, 40, 2], np.int32),
    )
    first, second = grids_of_columns(text=columns).texts(Kind.CLICK)

    assert (first.target, first.text, first.grapheme.tolist()) == (3, 0, [2])
    assert (second.text, second.grapheme.tolist()) == (1, [40, 40])
    assert np.allclose(second.fx, [0.1, 0.9], atol=1 / 128)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -0.1, 1.1])
def test_places_beyond_the_element_are_refused(bad: float) -> None:
    one, ok = np.zeros(1, np.int32), np.array([0.5])
    with pytest.raises(ValueError, match="within 0 and 1"):
        grids_of_columns(Columns(one, one.astype(np.int8), ok, np.array([bad])))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_weights_that_are_none_are_refused(bad: float) -> None:
    one, ok = np.zeros(1, np.int32), np.array([0.5])
    with pytest.raises(ValueError, match="weight"):
        grids_of_columns(Columns(one, one.astype(np.int8), ok, ok, weight=np.array([bad])))


def test_a_cell_cannot_outgrow_its_exactness() -> None:
    one, ok = np.zeros(1, np.int32), np.array([0.5])
    heavy = Columns(one, one.astype(np.int8), ok, ok, weight=np.array([2.0**25]))
    with pytest.raises(ValueError, match="one cell"):
        grids_of_columns(heavy)


def test_charts_do_not_mix() -> None:
    with pytest.raises(ValueError, match="different charts"):
        Grids().box + Grids().text


def test_no_points_are_no_grids() -> None:
    assert build_grids([]) == Grids() and Grids().mass() == 0
    assert not list(Grids().boxes(Kind.CLICK)) and not list(Grids().texts(Kind.MOVE))
