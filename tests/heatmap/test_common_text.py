"""What is common among visitors, and what may be about one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatmap.common_text import FEW_VISITORS, CommonText, Hashes, hash_texts, texts_of
from recorder.events import Event
from recorder.store import SessionRow
from tests.report.making import session
from tests.support.forging import Forge, mutation


@dataclass
class View:
    session: SessionRow
    texts: Hashes = field(default_factory=lambda: np.empty(0, np.uint32))


def view(visitor: str, *texts: str, source: str = "tag") -> View:
    row = session(visitor, visitor_id=visitor, source=source)
    return View(row, np.frombuffer(hash_texts(texts), "<u4"))


def five(*texts: str) -> list[View]:
    return [view(f"v{number}", *texts) for number in range(FEW_VISITORS)]


def test_text_is_common_from_five_visitors_on() -> None:
    views = [*five("Buy tea"), view("v0", "Anna"), view("v1", "Anna"), view("v2", "Ben")]
    common = CommonText.of(views)
    assert common.rare(["Buy tea", "Anna", "Ben", "new"]) == [1, 2, 3]
    four = [view(f"v{number}", "Hello") for number in range(FEW_VISITORS - 1)]
    assert CommonText.of([*views, *four]).rare(["Hello"]) == [0]


def test_one_visitor_who_comes_five_times_is_one() -> None:
    often = [view("v0", "Anna", "Anna") for _ in range(9)]
    assert CommonText.of([*five("Buy"), *often]).rare(["Anna"]) == [0]


def test_what_a_driven_browser_was_shown_is_the_sites_own() -> None:
    driven = view("robot", "Legal notice", source="driven")
    assert CommonText.of([*five("Buy"), driven]).rare(["Legal notice", "Anna"]) == [1]
    one = CommonText.of([view("v0", "Anna"), driven])
    assert one.applies
    assert one.rare(["Legal notice", "Anna"]) == [1]
    alone = CommonText.of([driven])
    assert not alone.applies
    assert alone.rare(["anything"]) == []
    assert alone.remark(0) == ""


def test_with_few_visitors_nothing_is_known_and_the_picture_says_so() -> None:
    common = CommonText.of([view("v0", "Anna"), view("v1", "Ben")])
    assert not common.applies
    assert common.rare(["Anna"]) == []
    assert common.remark(0) == "text is shown as fewer than 5 visitors saw it"
    assert CommonText.of([]).remark(0) == ""


def test_what_says_nothing_needs_no_veil() -> None:
    assert CommonText.of(five()).rare(["", "  \n", "****", "→", "·"]) == []
    assert CommonText.of(five("Two  words\n")).rare(["Two words", " Two\twords "]) == []


def test_texts_come_from_snapshots_additions_and_changes() -> None:
    forge = Forge()
    body = (forge.element("p", {}, "at first"), forge.element("p", {}, "deep"))
    events: list[dict[str, Any]] = [
        {"type": 2, "data": {"node": forge.document(*body)}},
        mutation(adds=[{"parentId": 1, "node": forge.element("b", {}, "added")}]),
        mutation(texts=[{"id": 3, "value": "changed"}, {"id": 4, "value": None}, 7]),
        {"type": 2, "data": []},
        {"type": 3, "data": {"source": 0, "adds": "many", "texts": {}}},
        {"type": 3, "data": {"source": 3, "texts": [{"value": "no mutation"}]}},
    ]
    made = [Event(e["type"], 0, msgspec.Raw(json.dumps(e["data"]).encode())) for e in events]
    assert sorted(texts_of(made)) == ["added", "at first", "changed", "deep"]


@given(st.lists(st.lists(st.text(max_size=8), max_size=5), min_size=FEW_VISITORS, max_size=9))
def test_a_text_is_veiled_unless_five_visitors_saw_it(seen: list[list[str]]) -> None:
    common = CommonText.of([view(f"v{i}", *texts) for i, texts in enumerate(seen)])
    every = sorted({text for texts in seen for text in texts})
    for text in every:
        words = " ".join(text.split())
        count = sum(any(" ".join(one.split()) == words for one in texts) for texts in seen)
        expected = any(map(str.isalnum, words)) and count < FEW_VISITORS
        assert bool(common.rare([text])) == expected


@pytest.mark.parametrize(("veiled", "said"), [(1, "a text that"), (1200, "1,200 texts that")])
def test_the_picture_says_how_much_is_veiled(veiled: int, said: str) -> None:
    remark = CommonText.of(five()).remark(veiled)
    assert remark == f"{said} fewer than 5 visitors saw veiled"
