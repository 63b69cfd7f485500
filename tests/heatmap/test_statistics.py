"""Differences, power and permutations as other people compute them, and against known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact, norm

from heatmap.statistics.differences import adjusted, difference, p_value
from heatmap.statistics.permutation import distance
from heatmap.statistics.power import detectable, sessions_needed
from heatmap.statistics.shares import Share


@st.composite
def shares(draw: st.DrawFn) -> Share:
    seen = draw(st.integers(1, 2_000))
    return Share.of(draw(st.integers(0, seen)), seen)


@given(shares(), shares())
def test_p_values_are_those_of_scipys_tests(a: Share, b: Share) -> None:
    table = np.array([[a.used, a.seen - a.used], [b.used, b.seen - b.used]])
    assume(0 < a.used + b.used < a.seen + b.seen)
    expected = table.sum(axis=1)[:, None] * table.sum(axis=0)[None, :] / table.sum()
    if expected.min() < 1:
        theirs = fisher_exact(table).pvalue
    else:
        statistic = chi2_contingency(table, correction=False).statistic
        theirs = 2 * norm.sf(math.sqrt(statistic * (table.sum() - 1) / table.sum()))
    assert p_value(a, b) == pytest.approx(theirs, abs=1e-9)


def test_newcombes_own_example() -> None:
    # 56 of 70 against 48 of 80: 0.0524 to 0.3339 in table II, method 10, of the paper.
    found = difference(Share.of(48, 80), Share.of(56, 70))
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(shares(), shares())
def test_a_difference_is_within_its_interval_and_turns_with_its_sides(a: Share, b: Share) -> None:
    one, other = difference(a, b), difference(b, a)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert (one.value, one.low, one.p) == pytest.approx((-other.value, -other.high, other.p))


def test_nothing_is_known_without_sessions() -> None:
    found = difference(Share.of(0, 0), Share.of(3, 4))
    assert (found.low, found.high, found.p, found.clear) == (-1, 1, 1, False)
    assert distance(np.zeros((3, 2)), np.ones((3, 2))) is None
    assert adjusted([]) == []


@given(st.floats(0.01, 0.6), st.integers(20, 50_000))
def test_the_sessions_needed_for_what_is_detectable_are_the_sessions_there(
    base: float, sessions: int
) -> None:
    rise = detectable(base, sessions, sessions)
    assume(rise < 1 - base)
    needed = sessions_needed(base, base + rise)
    assert needed is not None
    assert abs(needed - sessions) <= 1


def test_equal_shares_are_never_told_apart() -> None:
    assert sessions_needed(0.2, 0.2) is None
    assert detectable(0.3, 0, 10) == pytest.approx(0.7)


def test_sides_that_differ_are_told_from_sides_that_do_not() -> None:
    random = np.random.default_rng(5)
    alike = random.multinomial(3, [0.5, 0.3, 0.2], size=400).astype(float)
    other = random.multinomial(3, [0.3, 0.3, 0.4], size=200).astype(float)
    apart, same = distance(alike[:200], other), distance(alike[:200], alike[200:])
    assert apart is not None
    assert same is not None
    assert apart.p < 0.002
    assert same.p > 0.05
    # Truth: half of |0.2| + |0| + |0.2|.
    assert apart.value == pytest.approx(0.2, abs=0.05)


def test_one_session_with_all_the_clicks_is_one_session() -> None:
    quiet = np.tile([1.0, 1.0], (50, 1))
    loud = quiet.copy()
    loud[0] = [10_000, 0]
    found = distance(quiet, loud)
    assert found is not None
    assert found.value == pytest.approx(0.01)
