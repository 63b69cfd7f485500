"""What batches may add up to, to the byte; a site's quota; and what is told of bad events."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import limits
from recorder.batches import decode_batch
from recorder.collector import serving
from recorder.json_guard import longest_string, value_count
from recorder.refusals import EventRefusal, Refusal, RefusedBatch
from recorder.sites import Site
from recorder.store import Accepted, QuarantineRow, Store, tables
from tests.recorder.making import NOW, batch, body, custom, meta, move
from tests.recorder.posting import post
from tests.recorder.rows import Rows

SIDES = pytest.mark.parametrize(("beyond", "kept"), [(-1, True), (0, True), (1, False)])


def refusal(store: Store, *arguments: Any, **changes: Any) -> Refusal | None:
    """Why the batch is not accepted; None if it is."""
    try:
        store.accept(batch(*arguments, **changes), source="tag")
    except RefusedBatch as refused:
        return Refusal(refused.reason)
    return None


@SIDES
def test_strings_of_an_event(beyond: int, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STRING_BYTES", 1_000)
    text = '"\\' * 10  # each takes two bytes in JSON
    text += "x" * (1_000 + beyond - 40)
    found = decode_batch(body("k", [custom("note", {"text": text})]), NOW)
    assert (len(found.events), found.refused) == (
        (1, {}) if kept else (0, {"event_string_too_long": 1})
    )


@SIDES
def test_values_of_an_event(beyond: int, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas and brackets within strings are none."""
    monkeypatch.setattr(limits, "VALUES_PER_EVENT", 100)
    # The event's own body has four: tag, payload, the object and the array.
    payload = {"list": ["[{,"] * (97 + beyond)}
    found = decode_batch(body("k", [custom("note", payload)]), NOW)
    assert (len(found.events), found.refused) == (
        (1, {}) if kept else (0, {"event_too_many_values": 1})
    )


def test_ten_megabytes_in_one_attribute_are_left_out() -> None:
    node = {"type": 2, "tagName": "img", "attributes": {"src": "data:" + "A" * (10 * 1024 * 1024)}}
    found = decode_batch(body("k", [meta(), custom("node", node), move(1)]), NOW)
    assert (len(found.events), found.refused) == (2, {"event_string_too_long": 1})


@given(st.lists(st.text(), max_size=5))
def test_strings_and_values_as_json_has_them(texts: list[str]) -> None:
    body = json.dumps(texts, ensure_ascii=False).encode()
    assert value_count(body) == max(len(texts), 1)
    written = [len(json.dumps(text, ensure_ascii=False).encode()) - 2 for text in texts]
    assert longest_string(body) == max(written, default=0)


@SIDES
def test_the_size_of_a_document(
    store: Store, site: Site, beyond: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (batch(site.write_key, sequence=number) for number in (0, 1))
    monkeypatch.setattr(limits, "DOCUMENT_BYTES", one.size + two.size - beyond)
    store.accept(one, source="tag")
    found = refusal(store, site.write_key, sequence=1)
    assert found == (None if kept else Refusal.DOCUMENT_TOO_LARGE)
    assert len(store.events("document-1")) == (4 if kept else 2)
    # The session goes on with another document, and what was acknowledged may come again.
    assert refusal(store, site.write_key, document="document-2") is None
    assert store.accept(one, source="tag") is Accepted.DUPLICATE


@SIDES
def test_the_size_of_a_session(
    store: Store, site: Site, beyond: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [batch(site.write_key, document=name) for name in ("d-1", "d-2")]
    monkeypatch.setattr(limits, "SESSION_BYTES", sum(one.size for one in two) - beyond)
    verdicts = store.accept_many(two, source="tag")
    assert verdicts[0] is Accepted.STORED
    if kept:
        assert verdicts[1] is Accepted.STORED
    else:
        assert isinstance(verdicts[1], RefusedBatch)
        assert verdicts[1].reason is Refusal.SESSION_TOO_LARGE


@SIDES
def test_documents_of_a_session(
    store: Store, site: Site, beyond: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DOCUMENTS_PER_SESSION", 3)
    for number in range(2 + beyond):
        assert refusal(store, site.write_key, document=f"d-{number}") is None
    found = refusal(store, site.write_key, document="last")
    assert found == (None if kept else Refusal.TOO_MANY_DOCUMENTS)
    assert refusal(store, site.write_key, document="d-0", sequence=1) is None


@SIDES
@pytest.mark.parametrize("later", [True, False])
def test_the_length_of_a_session(
    store: Store, site: Site, beyond: int, kept: bool, later: bool
) -> None:
    """A batch may come first that is last in time."""
    at = limits.SESSION_MS + beyond
    events = [[meta()], [move(at if later else -at)]]
    assert refusal(store, site.write_key, events[0]) is None
    found = refusal(store, site.write_key, events[1], sequence=1)
    assert found == (None if kept else Refusal.SESSION_TOO_LONG)


def test_only_what_tags_send_is_judged(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOCUMENT_BYTES", "SESSION_BYTES", "DOCUMENTS_PER_SESSION", "SITE_BYTES_PER_DAY"):
        monkeypatch.setattr(limits, name, 0)
    assert store.accept(batch(site.write_key), source="driven") is Accepted.STORED


@SIDES
def test_a_sites_day(store: Store, site: Site, beyond: int, kept: bool, rows: Rows) -> None:
    other = store.sites.add("other", ["https://other.example"])
    first = [batch(site.write_key, sequence=0)]
    store.accept_many(first, source="tag")
    used = usage(rows)["shop"][0]
    store.sites.change("shop", quota=2 * used - beyond)
    same = batch(site.write_key, sequence=1)
    verdict = store.accept_many([same], source="tag")[0]
    if kept:
        assert verdict is Accepted.STORED
        assert usage(rows) == {"shop": (2 * used, 2)}
    else:
        assert isinstance(verdict, RefusedBatch) and verdict.reason is Refusal.QUOTA
        assert verdict.retry_after is not None
        midnight = (time.time() + verdict.retry_after) % 86_400
        assert midnight < 3 or midnight > 86_397
        assert usage(rows) == {"shop": (used, 1)}
    # Of a duplicate nothing is counted, and other sites have days of their own.
    assert store.accept_many(first, source="tag") == [Accepted.DUPLICATE]
    names = {"session": "s-2", "document": "d-2"}
    assert store.accept(batch(other.write_key, **names), source="tag") is Accepted.STORED
    assert usage(rows)["shop"][1] == (2 if kept else 1)


def usage(rows: Rows) -> dict[str, tuple[int, int]]:
    """Bytes and batches by site, of all days."""
    of_day = rows.read(*(tables.usage.c[name] for name in ("site_id", "bytes", "batches")))
    found: dict[str, tuple[int, int]] = {}
    for site, size, count in of_day:
        before = found.get(site, (0, 0))
        found[site] = before[0] + size, before[1] + count
    return found


def test_a_quota_begins_anew_each_day(
    store: Store, site: Site, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(store, site.write_key) is None
    store.sites.change("shop", quota=usage(rows)["shop"][0])
    assert refusal(store, site.write_key, sequence=1) is Refusal.QUOTA
    tomorrow = time.time() + 86_400
    monkeypatch.setattr("recorder.store.allowances.time.time", lambda: tomorrow)
    assert refusal(store, site.write_key, sequence=1) is None
    assert refusal(store, site.write_key, sequence=2) is Refusal.QUOTA


async def test_a_used_up_quota_is_said_so(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    store.sites.change("shop", quota=1)
    other = store.sites.add("other", ["https://other.example"])
    async with serving(store, fetch_assets=False) as base_url:
        status, reply, headers = await post(client, base_url, body(site.write_key))
        assert (status, reply["error"]["reason"]) == (429, "quota_used_up")
        assert 0 < int(headers["Retry-After"]) <= 86_400
        text = body(other.write_key)
        assert (await post(client, base_url, text, Origin="https://other.example"))[0] == 202


BAD = [{"type": 99, "timestamp": NOW, "data": {}}, {"type": 3, "timestamp": NOW, "data": []}]


def test_bad_events_are_told_of_and_not_kept(store: Store, site: Site, store_url: str) -> None:
    """One in a thousand: 999 are stored, and the one is counted under its reason, durably."""
    secret = {"type": 99, "timestamp": NOW, "data": {"text": "canary-0815"}}
    events = [move(number) for number in range(999)]
    events.insert(500, secret)
    one = batch(site.write_key, events)
    store.accept(one, source="tag")
    size = len(json.dumps(secret))
    row = QuarantineRow("document-1", 0, "unknown_event_type", 1, size, 500)
    assert store.quarantine("document-1") == [row]
    assert len(store.events("document-1")) == 999
    assert store.accept(one, source="tag") is Accepted.DUPLICATE
    store.accept(batch(site.write_key, [*BAD, *BAD, move()], sequence=1), source="tag")
    assert store.refused(["session-1", "session-2"]) == {
        "session-1": {"unknown_event_type": 3, "bad_event_data": 2}
    }
    store.close()
    with open(store_url.removeprefix("sqlite:///"), "rb") as file:
        assert b"canary-0815" not in file.read()


def test_in_whatever_order_batches_come(store: Store, site: Site) -> None:
    batches = [batch(site.write_key, [*BAD[:n], move(n)], sequence=n) for n in range(3)]
    told = []
    for number, order in enumerate(itertools.permutations(batches)):
        names = {"session": f"s-{number}", "document": f"d-{number}"}
        for one in order:
            changed = decode_batch(
                body(site.write_key, [*BAD[: one.sequence], move()], **names, sequence=one.sequence)
            )
            store.accept_many([changed, changed], source="tag")
        told.append([(r.sequence, r.reason, r.events) for r in store.quarantine(f"d-{number}")])
    assert all(one == told[0] for one in told)
    assert len(told[0]) == 3


def test_reasons_of_events_and_of_batches_are_told_apart() -> None:
    assert not set(EventRefusal) & set(Refusal)
