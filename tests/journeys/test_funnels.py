"""Funnels and paths at their edges, in sessions of which everything is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatmap.journeys import funnel_of, parse_step, paths_of
from heatmap.journeys.funnels import DroppedTo
from heatmap.journeys.paths import Way
from heatmap.statistics.shares import Share
from recorder.errors import WrongUse
from recorder.index.sequences import Sequences, Viewed

Walk = Sequence[tuple[str, int]]
"""What a session did: (page, second)."""


def sequences(walks: Sequence[Walk], steps: Sequence[str]) -> Sequences:
    """As the index has it: a step is a page, at each time that it was viewed."""
    views = {
        number: [Viewed((second * 1000, place), page) for place, (page, second) in enumerate(walk)]
        for number, walk in enumerate(walks)
    }
    moments = [
        {
            number: [view.at for view in viewed if view.path == step]
            for number, viewed in views.items()
        }
        for step in steps
    ]
    return Sequences({number: f"s{number}" for number in views}, moments, views)


def counts(walks: Sequence[Walk], *steps: str) -> list[int]:
    return [step.sessions for step in funnel_of(sequences(walks, steps), steps).steps]


def test_each_step_counts_those_who_came_to_it_after_the_one_before() -> None:
    walks = [
        [("/", 0), ("/a", 5), ("/b", 9)],
        [("/", 0), ("/x", 1), ("/a", 2), ("/y", 3), ("/b", 4)],  # others in between
        [("/", 0), ("/b", 1), ("/a", 2)],  # in the wrong order
        [("/", 0)],
        [("/a", 0), ("/b", 1)],  # never came to the first
        [],
    ]
    assert counts(walks, "/", "/a", "/b") == [4, 3, 2]


@pytest.mark.parametrize(
    ("walk", "expected"),
    [
        ([("/a", 0)], [1, 0]),
        ([("/a", 0), ("/a", 3)], [1, 1]),
        ([("/a", 0), ("/b", 1), ("/a", 2)], [1, 1]),
    ],
)
def test_the_same_page_twice_takes_two_views(walk: Walk, expected: list[int]) -> None:
    assert counts([walk], "/a", "/a") == expected


def test_what_happens_in_one_millisecond_is_in_the_order_in_which_it_was_recorded() -> None:
    assert counts([[("/a", 7), ("/b", 7)]], "/a", "/b") == [1, 1]
    assert counts([[("/b", 7), ("/a", 7)]], "/a", "/b") == [1, 0]


def test_shares_times_and_where_the_others_went() -> None:
    walks: list[Walk] = [
        [("/", 0), ("/a", 10), ("/b", 30)],
        [("/", 0), ("/a", 20), ("/help", 25), ("/", 60)],
        [("/", 0), ("/a", 40)],
        [("/", 0), ("/a", 30), ("/help", 31)],
    ]
    steps = ("/", "/a", "/b")
    made = funnel_of(sequences(walks, steps), steps)
    first, second, third = made.steps
    assert made.sessions == 4
    assert (first.share, first.overall) == (Share.of(4, 4), Share.of(4, 4))
    assert first.seconds is None
    assert second.seconds == pytest.approx((17.5, 25, 32.5))
    assert (third.share, third.overall) == (Share.of(1, 4), Share.of(1, 4))
    assert third.seconds == pytest.approx((20, 20, 20))
    assert second.dropped == [DroppedTo("/help", 2), DroppedTo(None, 1)]
    assert (first.dropped, third.dropped) == ([], [])
    assert made.lost == [[], ["s3", "s2", "s1"], []]


def test_nobody_is_a_funnel_too() -> None:
    for walks in ([], [[("/x", 0)]]):
        made = funnel_of(sequences(walks, ("/", "/a")), ("/", "/a"))
        assert [(one.sessions, one.seconds) for one in made.steps] == [(0, None), (0, None)]
        assert made.to_json()["steps"][0]["share"]["seen"] == len(walks)


pages = st.sampled_from(["/", "/a", "/b", "/c"])
some_walks = st.lists(
    st.lists(pages, max_size=8).map(lambda walk: [(page, i) for i, page in enumerate(walk)]),
    max_size=12,
)


@given(some_walks, st.lists(pages, min_size=2, max_size=5))
def test_steps_never_rise_and_are_those_of_the_naive_search(
    walks: list[Walk], steps: list[str]
) -> None:
    def reached(walk: Walk) -> int:
        """How many steps a session took, page by page."""
        taken = 0
        for page, _ in walk:
            taken += taken < len(steps) and page == steps[taken]
        return taken

    found = counts(walks, *steps)
    assert found == [sum(reached(walk) > i for walk in walks) for i in range(len(steps))]
    assert found == sorted(found, reverse=True)
    made = funnel_of(sequences(walks, steps), steps)
    for before, step in zip(made.steps, made.steps[1:], strict=False):
        assert (step.share.used, step.share.seen) == (step.sessions, before.sessions)
        if len(before.dropped) < 5:
            gone = sum(one.sessions for one in before.dropped)
            assert gone == before.sessions - step.sessions


def test_paths_are_counted_by_sessions() -> None:
    walks: list[Walk] = [
        [("/", 0), ("/a", 1), ("/", 2), ("/a", 3)],
        [("/", 0), ("/", 1), ("/a", 2)],  # a reload
        [("/b", 0)],
        [],
    ]
    found = paths_of(sequences(walks, ()))
    assert found.sessions == 3
    assert found.entries == [Way(("/",), 2), Way(("/b",), 1)]
    assert found.exits == [Way(("/a",), 2), Way(("/b",), 1)]
    assert found.transitions == [Way(("/", "/a"), 2), Way(("/a", "/"), 1)]
    assert found.ways == [Way(("/", "/a"), 1), Way(("/", "/a", "/", "/a"), 1), Way(("/b",), 1)]
    after = paths_of(sequences(walks, ()), "/a")
    assert (after.sessions, after.entries) == (2, [Way(("/a",), 2)])
    assert after.exits == [Way(("/a",), 2)]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("/products/*", 'visited = "/products/*"'),
        ("https://shop.example/a", 'visited = "https://shop.example/a"'),
        ("goal = purchase", 'goal = "purchase"'),
        ('clicked = "#buy"', 'clicked = "#buy"'),
        ("status >= 500", "status >= 500"),
    ],
)
def test_a_step_is_a_page_or_a_comparison(text: str, means: str) -> None:
    assert str(parse_step(text)).replace('"', "") == means.replace('"', "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("purchase", "operator is missing"),
        ("device = phone", "holds all the time"),
        ("trait.plan = paying", "holds all the time"),
        ("goal = a and goal = b", "one page or one comparison"),
        ("goal != a", "one page or one comparison"),
        ("not goal = a", "one page or one comparison"),
        ("", "."),
    ],
)
def test_what_is_no_step_is_wrong_use(text: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why):
        parse_step(text)
