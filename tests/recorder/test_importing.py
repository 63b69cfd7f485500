"""Recordings from elsewhere: every wrapping gives the same sessions, and what is wrong is named."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import limits
from recorder.errors import WrongUse
from recorder.events import encode_events
from recorder.importing import About, RefusedFile, recording_files, take_file
from recorder.masking import Policy
from recorder.store import Store
from tests.recorder.making import NOW, custom, meta, move, snapshot

Json = Any


def element(id: int, *children: Json, tag: str = "div") -> Json:
    return {"type": 2, "tagName": tag, "attributes": {}, "childNodes": list(children), "id": id}


def document(*children: Json) -> Json:
    return {"type": 0, "childNodes": list(children), "id": 1}


PAGE = document(element(2, element(3), tag="html"))


def load(at: int = 0, href: str = "https://shop.example/", node: Json = PAGE) -> list[Json]:
    """What a recorder says when it begins."""
    return [meta(at, href), snapshot(node, at + 1)]


def added(at: int) -> Json:
    """A new first child: from now on ids do not go by document order."""
    adds = [{"parentId": 2, "nextId": 3, "node": element(4)}]
    data = {"source": 0, "adds": adds, "removes": [], "texts": [], "attributes": []}
    return {"type": 3, "timestamp": NOW + at, "data": data}


VISIT = [
    {"type": 0, "timestamp": NOW, "data": {}},
    *load(1),
    {"type": 1, "timestamp": NOW + 5, "data": {}},
    added(10),
    move(20),
    custom("note", {"text": "Grüße, 你好 😀"}, 30),
]


def taken(store: Store, folder: Path, body: bytes | str | Json, about: About | None = None) -> Any:
    file = folder / "recording.json"
    if not isinstance(body, bytes | str):
        body = json.dumps(body)
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    return take_file(store, file, about or About())


def recorded(store: Store, session: str) -> list[list[Json]]:
    """The events of each document, as JSON."""
    return [
        json.loads(encode_events(store.events(document.id)))
        for document in store.documents(session)
    ]


def packed(event: Json) -> str:
    """As @rrweb/packer does: zlib, one character a byte, with its mark inside."""
    return zlib.compress(json.dumps(event | {"v": "v1"}).encode()).decode("latin-1")


def posthog(event: Json) -> Json:
    """As posthog-js does: parts of the larger events as gzip, one character a byte."""

    def squeezed(value: Json) -> str:
        return gzip.compress(json.dumps(value).encode(), mtime=0).decode("latin-1")

    if event["type"] == 2:
        return event | {"data": squeezed(event["data"]), "cv": "2024-10"}
    if event["type"] == 3 and event["data"]["source"] == 0:
        names = ("adds", "removes", "texts", "attributes")
        data = event["data"] | {name: squeezed(event["data"][name]) for name in names}
        return event | {"data": data, "cv": "2024-10"}
    return event


def lines(values: list[Json]) -> str:
    return "\n".join(json.dumps(value) for value in values) + "\n"


WRAPPINGS: dict[str, Callable[[list[Json]], bytes | str]] = {
    "array": json.dumps,
    "array for people": lambda events: json.dumps(events, indent=2),
    "array with a byte order mark": lambda events: b"\xef\xbb\xbf" + json.dumps(events).encode(),
    "gzip": lambda events: gzip.compress(json.dumps(events).encode(), mtime=0),
    "object": lambda events: json.dumps({"events": events, "title": "a visit"}),
    "lines": lines,
    "lines with empty ones": lambda events: lines(events).replace("\n", "\r\n\r\n"),
    "lines as gzip": lambda events: gzip.compress(lines(events).encode(), mtime=0),
    "arrays in lines": lambda events: lines([{"segment_id": 0}, events[:2], events[2:]]),
    "packed": lambda events: json.dumps([packed(event) for event in events]),
    "packed lines": lambda events: lines([packed(event) for event in events]),
    "strings of JSON": lambda events: json.dumps([json.dumps(event) for event in events]),
    "PostHog lines": lambda events: lines([["w-1", posthog(event)] for event in events]),
    "PostHog blocks": lambda events: lines([{"window_id": "w-1", "data": events}]),
    "PostHog export": lambda events: json.dumps(
        {
            "version": "2023-04-28",
            "data": {"id": "0190", "snapshots": [event | {"windowId": "w-1"} for event in events]},
        }
    ),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_wrapping_gives_the_same_session(store: Store, tmp_path: Path, name: str) -> None:
    plain = taken(store, tmp_path, VISIT)
    assert (plain.known, plain.documents, plain.events) == (False, 1, len(VISIT))
    again = taken(store, tmp_path, WRAPPINGS[name](VISIT))
    assert (again.session, again.known, again.refused) == (plain.session, True, {})
    assert recorded(store, plain.session) == [VISIT]
    assert [row.id for row in store.sessions()] == [plain.session]
    assert store.session(plain.session).source == "import"


@pytest.fixture(scope="module")
def lasting_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all examples: to make one takes longer than to fill it."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('lasting')}/store.db") as store:
        yield store


@given(wrapping=st.sampled_from(sorted(WRAPPINGS)), body=st.binary(max_size=200), data=st.data())
def test_a_damaged_file_is_taken_or_refused_in_a_sentence(
    lasting_store: Store, wrapping: str, body: bytes, data: st.DataObject
) -> None:
    whole = WRAPPINGS[wrapping](VISIT)
    whole = whole.encode() if isinstance(whole, str) else whole
    at = data.draw(st.integers(0, len(whole)))
    folder = Path(lasting_store.name).parent
    session, refusal = "", ""
    try:
        damaged = whole[:at] + body + whole[at + len(body) :]
        session = taken(lasting_store, folder, damaged).session
    except RefusedFile as why:
        refusal = str(why)
    assert refusal.endswith(".") if refusal else recorded(lasting_store, session)


def test_one_bad_event_is_left_out_and_counted(store: Store, tmp_path: Path) -> None:
    bad = [
        {"type": 99, "timestamp": NOW + 40, "data": {}},
        {"type": 3, "timestamp": NOW + 41, "data": None},
        {"type": 3, "timestamp": -5, "data": {}},
        {"type": 3, "timestamp": NOW + 9 * 24 * 3_600_000, "data": {}},
        {"type": "3", "timestamp": NOW, "data": {}},
        "not packed at all",
        17,
    ]
    found = taken(store, tmp_path, [*VISIT, *bad])
    assert found.events == len(VISIT)
    assert found.refused == {
        "unknown_event_type": 1,
        "bad_event_data": 1,
        "event_clock": 2,
        "malformed_event": 3,
    }


def test_an_old_recording_is_taken_and_keeps_its_time(store: Store, tmp_path: Path) -> None:
    years = 5 * 365 * 24 * 3_600_000
    found = taken(store, tmp_path, [e | {"timestamp": e["timestamp"] - years} for e in VISIT])
    assert not found.refused
    assert store.session(found.session).started_at == NOW - years


@pytest.mark.parametrize(
    ("rest", "documents"),
    [
        ([], 1),
        # A checkout of a page that has changed: ids go on.
        (load(100, node=document(element(2, element(4), element(3), tag="html"))), 1),
        # A checkout of a page that has not: nothing tells it from a load, nor needs to.
        (load(100), 1),
        # A single-page application's checkout at another URL.
        (load(100, "https://shop.example/2", document(element(2, element(4), element(3)))), 1),
        # Another page: its ids begin anew.
        (load(100, "https://shop.example/2"), 2),
        # The same page again: the browser says that it loads.
        ([{"type": 0, "timestamp": NOW + 90, "data": {}}, *load(100)], 2),
        # The same page, grown since: ids begin anew.
        (load(100, node=document(element(2, element(3), element(4), tag="html"))), 2),
    ],
)
def test_loads_are_told_from_checkouts(
    store: Store, tmp_path: Path, rest: list[Json], documents: int
) -> None:
    found = taken(store, tmp_path, [*VISIT, *rest])
    assert found.documents == documents
    assert [*chain(*recorded(store, found.session))] == [*VISIT, *rest]


def test_windows_are_tabs(store: Store, tmp_path: Path) -> None:
    other = load(3, "https://shop.example/other")
    body = lines([*(["first", event] for event in VISIT), *(["second", event] for event in other)])
    found = taken(store, tmp_path, body)
    assert recorded(store, found.session) == [VISIT, other]
    assert len({row.tab_id for row in store.documents(found.session)}) == 2


def test_a_page_without_a_web_address_is_shown_at_nobodys(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    found = taken(store, tmp_path, load(0, "file:///home/jane/page.html"))
    assert store.documents(found.session)[0].url == "http://imported.invalid/"
    assert b"jane" not in Path(store_url.removeprefix("sqlite:///")).read_bytes()
    assert "without a web address" in found.remarks[0]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"\x1f\x8b\x08broken", "gzip is damaged"),
        (b"[]", "no rrweb events"),
        (b'{"log": {"entries": []}}', "no rrweb events"),
        (json.dumps([move()]).encode(), "no full snapshot"),
        (json.dumps([snapshot(PAGE)]).encode(), "no full snapshot"),
        (b"[" * 100_000, "not JSON"),
        (b"[" * 50 + json.dumps(VISIT).encode() + b"]" * 50, "no rrweb events"),
    ],
)
def test_what_is_no_recording_is_refused(
    store: Store, tmp_path: Path, body: bytes, why: str
) -> None:
    with pytest.raises(RefusedFile, match=why):
        taken(store, tmp_path, body)
    assert not store.sessions()


def test_bombs_cost_a_refusal(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORT_BYTES", 1_000_000)
    with pytest.raises(RefusedFile, match="more than 1,000,000 bytes"):
        taken(store, tmp_path, gzip.compress(b"[" + b" " * 2_000_000 + b"]"))
    bomb = zlib.compress(b'{"x":"' + b"a" * (limits.INFLATED_BYTES + 1) + b'"}').decode("latin-1")
    found = taken(store, tmp_path, [*VISIT, bomb])
    assert (found.events, found.refused) == (len(VISIT), {"malformed_event": 1})


def test_what_the_files_do_not_say_is_said_once(store: Store, tmp_path: Path) -> None:
    site = store.sites.add("other", ["https://elsewhere.example"])
    about = About(site, "visitor-7", {"plan": "free"}, "b", "2.1")
    session = store.session(taken(store, tmp_path, VISIT, about).session)
    assert (session.site_id, session.visitor_id, session.traits) == (
        "other",
        "visitor-7",
        {"plan": "free"},
    )
    assert (session.variant, session.release) == ("b", "2.1")
    for wrong in ({"visitor": "a b"}, {"traits": {"": "x"}}, {"release": "x" * 201}):
        with pytest.raises(WrongUse):
            About(**wrong)


def test_what_was_typed_is_masked_unless_it_is_to_stay(store: Store, tmp_path: Path) -> None:
    secret, address = "kept-by-nobody", "jane@shop.example"
    field = element(9, tag="input")
    field["attributes"] = {"value": secret, "src": "/i.png?id=7"}
    typed = {"source": 5, "id": 9, "text": secret, "isChecked": False}
    events = [
        *load(0, "https://shop.example/?step=2", document(element(2, field, tag="html"))),
        {"type": 3, "timestamp": NOW + 5, "data": typed},
        custom("note", {"text": address}, 6),
    ]
    masked = taken(store, tmp_path, events)
    text = json.dumps(recorded(store, masked.session))
    assert masked.masked == 3
    assert (text.count(secret), text.count(address), text.count("********")) == (0, 0, 4)
    assert "?step=2" in text
    assert "/i.png?id=7" in text
    whole = taken(store, tmp_path, [*events, move(9)], About(mask="none"))
    assert recorded(store, whole.session) == [[*events, move(9)]]
    store.sites.change("shop.example", policy=Policy("strict"))
    strict = taken(store, tmp_path, [*events, move(10)])
    assert "/i.png" not in json.dumps(recorded(store, strict.session))


def test_folders_are_searched_by_name(tmp_path: Path) -> None:
    for name in ("a.json", "b/c.jsonl.gz", "b/d.ndjson", "b/readme.md", "e.json.gz"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"")
    named = tmp_path / "b" / "readme.md"
    found = recording_files([tmp_path, named, tmp_path / "a.json"])
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "a.json",
        "b/c.jsonl.gz",
        "b/d.ndjson",
        "e.json.gz",
        "b/readme.md",
    ]
