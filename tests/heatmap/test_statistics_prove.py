"""Statistics against populations whose rates are known: coverage, false discoveries, power.

`make prove` prints the tables. Every comparison is made by the functions that the product uses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from heatmap.comparison.rows import FALSE_DISCOVERIES
from heatmap.statistics.differences import adjusted, difference
from heatmap.statistics.permutation import distance
from heatmap.statistics.power import POWER, detectable
from heatmap.statistics.shares import Share

pytestmark = pytest.mark.prove

TRIALS = 10_000
RATES = (0.02, 0.05, 0.2, 0.5)
SESSIONS = (30, 100, 1_000)

COVERED = (0.93, 0.97)
"""Share of 95 % intervals that hold the truth, over the cells of a table together. Single cells
swing about it, because counts are whole numbers (L. D. Brown, T. T. Cai, A. DasGupta, "Interval
estimation for a binomial proportion", 2001)."""

CELL = (0.915, 0.995)
"""Above where fewer than one session in thirty is expected to have used the element."""

ELEMENTS = 40
COMPARISONS = 1_000


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Lines to print at the end, past pytest's capture."""
    lines: list[str] = []
    yield lines
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def counted(random: np.random.Generator, seen: int, rate: float, trials: int) -> list[Share]:
    """One share a trial; equal counts share an object."""
    known = [Share.of(used, seen) for used in range(seen + 1)]
    return [known[used] for used in random.binomial(seen, rate, trials)]


def judge(say: list[str], title: str, cells: dict[str, float]) -> None:
    say += [title, *(f"  {name:32} {share:7.2%}" for name, share in cells.items())]
    mean = float(np.mean(list(cells.values())))
    say.append(f"  {'all together':32} {mean:7.2%}")
    assert COVERED[0] <= mean <= COVERED[1]
    assert all(CELL[0] <= share <= CELL[1] for share in cells.values())


def test_intervals_of_shares_hold_the_truth(say: list[str]) -> None:
    random = np.random.default_rng(1)
    cells = {}
    for rate, seen in product(RATES, SESSIONS):
        shares = counted(random, seen, rate, TRIALS)
        held = sum(share.low <= rate <= share.high for share in shares)
        cells[f"rate {rate:.0%}, {seen:,} sessions"] = held / TRIALS
    judge(say, "95 % intervals of click-through rates that hold the truth", cells)


def test_intervals_of_differences_hold_the_truth(say: list[str]) -> None:
    random = np.random.default_rng(2)
    cells = {}
    for (rate, rise), seen in product([(0.02, 0), (0.05, 0.05), (0.2, -0.1), (0.5, 0)], SESSIONS):
        # Twice as many sessions on one side, as of two devices.
        a = counted(random, seen, rate, TRIALS)
        b = counted(random, 2 * seen, rate + rise, TRIALS)
        found = [difference(one, other) for one, other in zip(a, b, strict=True)]
        held = sum(one.low <= rise <= one.high for one in found)
        name = f"{rate:.0%} to {rate + rise:.0%}, {seen:,} and {2 * seen:,}"
        cells[name] = held / TRIALS
    judge(say, "95 % intervals of differences that hold the truth", cells)


def found_different(
    random: np.random.Generator, rates: NDArray[Any], risen: NDArray[Any]
) -> NDArray[Any]:
    """Which elements one comparison of 400 with 300 sessions names as different."""
    a = [Share.of(int(used), 400) for used in random.binomial(400, rates)]
    b = [Share.of(int(used), 300) for used in random.binomial(300, risen)]
    p_values = [difference(one, other).p for one, other in zip(a, b, strict=True)]
    return np.array(adjusted(p_values)) < FALSE_DISCOVERIES


def test_false_discoveries_stay_under_their_level(say: list[str]) -> None:
    """A thousand comparisons where nothing differs, and a thousand where a quarter does."""
    random = np.random.default_rng(3)
    none = any_found = 0
    false_shares, power = [], []
    for _ in range(COMPARISONS):
        rates = random.uniform(0.01, 0.4, ELEMENTS)
        any_found += bool(found_different(random, rates, rates).any())
        none += 1
        changed = np.arange(ELEMENTS) < ELEMENTS // 4
        found = found_different(random, rates, np.where(changed, rates + 0.15, rates))
        false_shares.append((found & ~changed).sum() / max(1, found.sum()))
        power.append(found[changed].mean())
    say += [
        f"{COMPARISONS:,} comparisons of {ELEMENTS} elements",
        f"  nothing differs: something is named {any_found / none:22.2%}",
        f"  a quarter differs: of those named, false {np.mean(false_shares):17.2%}",
        f"  a quarter differs by 15 points: found {np.mean(power):20.2%}",
    ]
    assert any_found / none <= FALSE_DISCOVERIES + 0.015  # two standard errors of 1,000 trials
    assert np.mean(false_shares) <= FALSE_DISCOVERIES
    assert np.mean(power) > 0.9


def test_a_difference_that_is_detectable_is_found_as_often_as_it_is_said(say: list[str]) -> None:
    random = np.random.default_rng(4)
    say.append(f"found where the rise is as large as is detectable (said: {POWER:.0%})")
    for base, (n, m) in product((0.02, 0.1, 0.4), ((100, 100), (400, 200), (2_000, 2_000))):
        rise = detectable(base, n, m)
        a = counted(random, n, base, TRIALS)
        b = counted(random, m, base + rise, TRIALS)
        power = sum(difference(x, y).p < 0.05 for x, y in zip(a, b, strict=True)) / TRIALS
        say.append(f"  {base:.0%} + {rise:.1%}, {n:,} and {m:,} sessions {power:14.2%}")
        assert POWER - 0.08 <= power <= POWER + 0.08


def test_heat_of_one_population_is_seldom_called_different(say: list[str]) -> None:
    random = np.random.default_rng(5)
    trials, elements = 400, 30
    taste = random.dirichlet(np.ones(elements), size=5)

    def heat(sessions: int, weights: list[float]) -> NDArray[Any]:
        kinds = random.choice(5, sessions, p=weights)
        presses = 1 + random.poisson(2, sessions)
        return np.array(
            [random.multinomial(n, taste[k]) for n, k in zip(presses, kinds, strict=True)]
        )

    alike, other = [0.2] * 5, [0.6, 0.1, 0.1, 0.1, 0.1]
    wrong = right = 0
    for trial in range(trials):
        same = distance(heat(300, alike), heat(200, alike), seed=trial, shuffles=200)
        apart = distance(heat(300, alike), heat(200, other), seed=trial, shuffles=200)
        assert same and apart
        wrong += same.p < 0.05
        right += apart.p < 0.05
    say += [
        f"distance of heat, {trials} comparisons of 300 with 200 sessions, {elements} elements",
        f"  one population: called different {wrong / trials:20.2%}",
        f"  two populations: called different {right / trials:19.2%}",
    ]
    assert wrong / trials <= 0.05 + 0.022  # two standard errors
    assert right / trials > 0.8
