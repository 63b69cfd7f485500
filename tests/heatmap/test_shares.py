"""Intervals as statisticians compute them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from heatmap.statistics.shares import FEW_SESSIONS, Share, wilson


@st.composite
def trials(draw: st.DrawFn) -> tuple[int, int]:
    seen = draw(st.integers(1, 5_000))
    return draw(st.integers(0, seen)), seen


@given(trials())
def test_it_is_wilsons_interval(trial: tuple[int, int]) -> None:
    used, seen = trial
    theirs = binomtest(used, seen).proportion_ci(0.95, method="wilson")
    assert wilson(used, seen) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(trials())
def test_it_holds_the_share_and_narrows_with_more_sessions(trial: tuple[int, int]) -> None:
    used, seen = trial
    low, high = wilson(used, seen)
    assert 0 <= low <= used / seen <= high <= 1
    more = wilson(4 * used, 4 * seen)
    assert more[1] - more[0] < high - low


def test_nobody_was_there() -> None:
    share = Share.of(0, 0)
    assert (share.value, share.low, share.high, share.few) == (0.0, 0.0, 1.0, True)


def test_few_sessions_are_those_below_the_threshold() -> None:
    assert Share.of(1, FEW_SESSIONS - 1).few and not Share.of(1, FEW_SESSIONS).few


@pytest.mark.parametrize("trial", [(-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(trial: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(*trial)
