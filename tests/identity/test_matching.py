"""What holds of every matching, whatever the pages are; and how long one takes."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatmap.anchors import ElementKeys
from heatmap.identity import Match, Page, Refused
from tests.identity.forged import made_page

WORDS = st.sampled_from(["buy", "more", "tea", "home", "cart", "help"])
ELEMENT = st.tuples(st.sampled_from(["a", "div", "p"]), st.lists(WORDS, max_size=3), st.booleans())
PAGE = st.lists(ELEMENT, min_size=1, max_size=12)


def page_of(drawn: list[tuple[str, list[str], bool]]) -> list[ElementKeys]:
    texts = [" ".join(words) for _, words, _ in drawn]
    found = []
    for number, (tag, words, keyed) in enumerate(drawn):
        text = texts[number]
        path = f"path:>html:1>body:1>{tag}:{sum(one[0] == tag for one in drawn[: number + 1])}"
        keys = [("text", f"text:{tag}|{text}", texts.count(text) == 1)] if keyed and text else []
        traits = [f"tag:{tag}", f"text:{text}", *(f"word:{word}" for word in words)]
        found.append(ElementKeys([*keys, ("path", path, True)], path, text, tag, traits))
    return found


def pairs(old: list[ElementKeys], new: list[ElementKeys]) -> set[tuple[int, int]]:
    found = Page(new).match(old)
    return {(n, one.index) for n, one in enumerate(found) if isinstance(one, Match)}


@settings(max_examples=60, deadline=None)
@given(PAGE)
def test_a_page_is_itself(drawn: list[tuple[str, list[str], bool]]) -> None:
    page = page_of(drawn)
    assert all(one == other for one, other in pairs(page, page))


@settings(max_examples=60, deadline=None)
@given(PAGE, PAGE)
def test_no_element_is_given_twice(
    old: list[tuple[str, list[str], bool]], new: list[tuple[str, list[str], bool]]
) -> None:
    found = pairs(page_of(old), page_of(new))
    assert len({column for _, column in found}) == len(found)


@pytest.mark.parametrize("keyed", [True, False])
def test_neither_the_side_nor_the_order_decides(keyed: bool) -> None:
    old, new = made_page(60, keyed=keyed), made_page(50, keyed=keyed, seed=2)
    there = pairs(old, new)
    assert there == {(n, n) for n in range(50)}
    assert {(two, one) for one, two in pairs(new, old)} == there
    assert {(59 - one, 49 - two) for one, two in pairs(old[::-1], new[::-1])} == there


def test_states_of_one_node_are_one_element_and_a_refusal_has_a_reason() -> None:
    page = made_page(8, keyed=False)
    first = page[3]
    states = [
        ElementKeys(first.keys, "", "", "div", first.traits, node=7),
        ElementKeys([("path", "path:>html:1", False)], "", "", "div", first.traits[:-1], node=7),
        ElementKeys([("path", "path:>x:1", False)], "", "", "svg", ["tag:svg"], node=8),
    ]
    one, other, none = Page(page).match(states)
    assert isinstance(one, Match) and isinstance(other, Match) and one.index == other.index == 3
    assert isinstance(none, Refused) and none.reason


@pytest.mark.prove
@pytest.mark.parametrize("keyed", [True, False])
def test_two_thousand_elements_are_matched_in_a_second(
    keyed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = made_page(2_000, keyed=keyed), made_page(2_000, keyed=keyed, seed=2)
    took: list[float] = []
    found: set[tuple[int, int]] = set()
    for _ in range(3):
        began = time.perf_counter()
        found = pairs(old, new)
        took.append(time.perf_counter() - began)
    assert len(found) == 2_000
    with capsys.disabled():
        half = "half by keys" if keyed else "none by keys"
        sys.stdout.write(f"\n  2,000 × 2,000 elements, {half}: {min(took):.2f} s\n")
    assert min(took) <= 1
