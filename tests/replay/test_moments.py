"""Moments: what `--at` and `--page-view` mean."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest

from recorder.batches import Batch
from recorder.drive import site_for
from recorder.errors import BrokenRecording, UnknownSession, WrongUse
from recorder.events import Event, EventType
from recorder.store import Store
from replay import find_moment, parse_time
from replay.moments import At
from tests.support.forging import Forge, incremental

URL = "http://shop.example/"
START = int(time.time() * 1000) - 600_000


def moves(at: int) -> tuple[int, dict[str, Any]]:
    return at, incremental(1, positions=[])


def meta(at: int, url: str) -> tuple[int, dict[str, Any]]:
    return at, {"type": 4, "data": {"href": url, "width": 800, "height": 600}}


def snapshot(at: int, text: str) -> tuple[int, dict[str, Any]]:
    node = Forge().document(text)
    return at, {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}}


def route(at: int, url: str) -> tuple[int, dict[str, Any]]:
    return at, {"type": 5, "data": {"tag": "heatwright/route", "payload": {"url": url}}}


FIRST = [
    meta(0, URL), snapshot(10, "one"), moves(500), route(1000, f"{URL}b"), moves(1500),
    meta(1999, f"{URL}b"), snapshot(2000, "two"), moves(2500),
]  # fmt: skip
SECOND = [meta(5000, f"{URL}c"), snapshot(5010, "three"), moves(6000)]


def accept(store: Store, session: str, document: str, events: list[Any], sequence: int = 0) -> None:
    store.accept(
        Batch(
            key=site_for(store, URL).write_key, visitor="v", session=session, document=document,
            tab="t", sequence=sequence, url=URL, started_at=START + events[0][0], sent_at=START,
            events=[
                Event(event["type"], START + at, msgspec.Raw(json.dumps(event["data"]).encode()))
                for at, event in events
            ],
        ),
        source="import",
    )  # fmt: skip


@pytest.fixture(scope="module")
def session(store: Store) -> str:
    accept(store, "session-of-moments", "moments-1", FIRST)
    accept(store, "session-of-moments", "moments-2", SECOND)
    return "session-of-moments"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("12.5s", At(seconds=12.5)),
        ("12.5", At(seconds=12.5)),
        ("0s", At(seconds=0)),
        ("end", At()),
        ("event:7", At(event=7)),
    ],
)
def test_times(text: str, at: At) -> None:
    assert parse_time(text) == at


@pytest.mark.parametrize(
    "text", ["", "s", "-1s", "1.s", "1e3s", ".5s", "event:", "event:-1", "event:1.5", "End", "1 s",
             "nan", "٣s\n", "12.5s\n"]
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(WrongUse, match="is not a time"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "document", "times"),
    [
        ("0s", 1, [10]),
        ("0.3s", 1, [10]),
        ("0.5s", 1, [10, 500]),
        ("1.2s", 1, [10, 500, 1000]),
        ("1.999s", 1, [10, 500, 1000, 1500, 1999]),
        ("2s", 1, [2000]),
        ("4.9s", 1, [2000, 2500]),
        ("5s", 2, [5010]),
        ("5.5s", 2, [5010]),
        ("600s", 2, [5010, 6000]),
        ("end", 2, [5010, 6000]),
        ("event:1", 1, [10]),
        ("event:3", 1, [10, 500]),
        ("event:7", 1, [2000]),
        ("event:8", 1, [2000, 2500]),
        ("event:9", 2, [5010]),
        ("event:11", 2, [5010, 6000]),
    ],
)
def test_a_moment_holds_the_events_since_the_last_snapshot(
    text: str, document: int, times: list[int], store: Store, session: str
) -> None:
    moment = find_moment(store, session, parse_time(text))
    assert moment.document.id == f"moments-{document}"
    assert [event.timestamp - START for event in moment.events] == times
    assert moment.events[0].type == EventType.FULL_SNAPSHOT
    assert moment.time_ms == times[-1]
    assert moment.gaps == []


@pytest.mark.parametrize(
    ("page_view", "text", "times"),
    [
        (1, "end", [10, 500, 1000]),
        (1, "0.5s", [10, 500]),
        (2, "0s", [10, 500, 1000]),
        (2, "0.5s", [10, 500, 1000, 1500]),
        (2, "end", [2000, 2500]),
        (3, "end", [5010, 6000]),
        (3, "0.5s", [5010]),
    ],
)
def test_times_of_a_page_view_count_from_its_start(
    page_view: int, text: str, times: list[int], store: Store, session: str
) -> None:
    moment = find_moment(store, session, parse_time(text), page_view=page_view)
    assert [event.timestamp - START for event in moment.events] == times


def test_what_is_not_there(store: Store, session: str) -> None:
    with pytest.raises(WrongUse, match="only 11 events"):
        find_moment(store, session, At(event=12))
    with pytest.raises(WrongUse, match="no page view 9"):
        find_moment(store, session, page_view=9)
    with pytest.raises(UnknownSession):
        find_moment(store, "no-such-session")


def test_a_document_without_a_snapshot_cannot_be_rebuilt(store: Store) -> None:
    accept(store, "session-without-snapshot", "headless", [meta(0, URL), moves(10)])
    with pytest.raises(BrokenRecording, match="no full snapshot"):
        find_moment(store, "session-without-snapshot")


def test_batches_that_never_came_are_told(store: Store) -> None:
    accept(store, "session-with-gap", "gappy", [meta(0, URL), snapshot(1, "x")])
    accept(store, "session-with-gap", "gappy", [moves(9)], sequence=3)
    assert find_moment(store, "session-with-gap").gaps == [1, 2]
