"""Reading over HTTP: tokens, scopes, sites, the trail that each read leaves, and what is read."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import string
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.collector import serving
from recorder.errors import UnknownSite, WrongUse
from recorder.refusals import READ_STATUS, ReadRefusal
from recorder.sites import Site
from recorder.store import Store
from recorder.store.tables import chunks, metadata, tokens
from recorder.tokens import Scope
from tests.recorder.making import NOW, batch, meta, move
from tests.recorder.rows import Rows

Get = tuple[int, Any, Any]


async def get(client: aiohttp.ClientSession, url: str, secret: str | None = None) -> Get:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    async with client.get(url, headers=headers) as response:
        return response.status, json.loads(await response.read()), response.headers


@pytest.fixture
def secret(store: Store, site: Site) -> str:
    return store.tokens.add("qa", Scope.SESSIONS)[1]


@pytest.fixture
async def api(base_url: str, store: Store, site: Site) -> str:
    """A collector with two sites, of which the first has two documents in one session."""
    bad = {"type": 99, "timestamp": NOW, "data": {}}
    store.accept(batch(site.write_key, [meta(), move(1), bad]), source="tag")
    store.accept(batch(site.write_key, [move(9)], sequence=2), source="tag")
    store.accept(batch(site.write_key, [meta(5)], document="document-2"), source="tag")
    other = store.sites.add("other", ["https://other.example"])
    names = {"session": "session-2", "document": "document-3"}
    store.accept(batch(other.write_key, [meta(100)], **names), source="tag")
    return base_url


def test_of_a_token_only_a_digest_is_kept(store: Store, rows: Rows) -> None:
    token, secret = store.tokens.add("qa", Scope.SESSIONS)
    assert len(secret) >= 47 and set(secret) <= set(string.ascii_letters + string.digits + "_-")
    assert store.tokens.by_secret(secret) is not None
    assert store.tokens.by_secret(secret + "x") is store.tokens.by_secret("") is None
    assert rows.read(tokens.c.digest) == [hashlib.sha256(secret.encode()).digest()]
    everything = [rows.select(table.select()) for table in metadata.sorted_tables]
    assert secret not in repr(everything)
    assert [one.id for one in store.tokens.list()] == [token.id]


def test_tokens_end(store: Store) -> None:
    token, secret = store.tokens.add("qa", Scope.HEAT)
    assert store.tokens.list()[0].used_at is None
    assert store.tokens.by_secret(secret)
    assert store.tokens.list()[0].used_at
    revoked = store.tokens.revoke(token.id)
    assert store.tokens.revoke(token.id) == revoked
    assert store.tokens.by_secret(secret) is None
    _, late = store.tokens.add("qa", Scope.HEAT, expires_at=NOW - 1)
    assert store.tokens.by_secret(late) is None
    with pytest.raises(WrongUse, match="no token"):
        store.tokens.revoke("t-0")
    with pytest.raises(UnknownSite):
        store.tokens.add("qa", Scope.HEAT, "nobody")
    for name in ("", "x" * 201, "a\nb"):
        with pytest.raises(WrongUse):
            store.tokens.add(name, Scope.HEAT)


def test_scopes_hold_those_before_them() -> None:
    allowed = {(one, other) for one in Scope for other in Scope if one.includes(other)}
    heat, sessions, admin = Scope
    assert allowed == {
        (heat, heat),
        *((sessions, one) for one in (heat, sessions)),
        *((admin, one) for one in Scope),
    }


PATHS = ("", "/session-1", "/session-1/events?document=document-1")


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_token_nothing_is_read(
    client: aiohttp.ClientSession, api: str, store: Store, path: str
) -> None:
    heat = store.tokens.add("dashboard", Scope.HEAT)[1]
    gone, gone_secret = store.tokens.add("gone", Scope.ADMIN)
    store.tokens.revoke(gone.id)
    before = store.audit.entries()
    for given_secret, status, reason in (
        (None, 401, "no_token"),
        ("", 401, "no_token"),
        ("hwt_guessed", 401, "bad_token"),
        (gone_secret, 401, "bad_token"),
        (heat, 403, "scope_too_small"),
    ):
        found = await get(client, f"{api}/v1/sessions{path}", given_secret)
        assert (found[0], found[1]["error"]["reason"]) == (status, reason)
        assert set(found[1]["error"]) == {"reason", "message"}
        assert ("WWW-Authenticate" in found[2]) == (status == 401)
    assert store.audit.entries() == before


@pytest.mark.parametrize("path", PATHS)
async def test_every_read_leaves_a_trace_and_stays_private(
    client: aiohttp.ClientSession, api: str, store: Store, secret: str, path: str
) -> None:
    status, _, headers = await get(client, f"{api}/v1/sessions{path}", secret)
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not any(name.startswith("Access-Control") for name in headers)
    last = store.audit.entries()[-1]
    (token,) = store.tokens.list()
    assert last.actor == f"token:{token.id}"
    assert (last.action, last.object) in {
        ("sessions.list", "all sites"),
        ("session.read", "session-1"),
        ("events.read", "session-1"),
    }
    assert "127.0.0.1" not in repr(store.audit.entries())


async def test_no_trace_no_answer(
    client: aiohttp.ClientSession,
    api: str,
    store_url: str,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await get(client, f"{api}/v1/sessions", secret))[0] == 200
    connection = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("DROP TABLE audit")
    for path in PATHS:
        status, reply, headers = await get(client, f"{api}/v1/sessions{path}", secret)
        assert (status, reply["error"]["reason"]) == (503, "store_unavailable")
        assert int(headers["Retry-After"]) > 0
    connection.close()


async def test_a_session_and_its_events(
    client: aiohttp.ClientSession, api: str, store: Store, secret: str
) -> None:
    _, reply, _ = await get(client, f"{api}/v1/sessions/session-1", secret)
    assert reply["session"]["site_id"] == "shop"
    assert reply["refused"] == {"unknown_event_type": 1}
    first, second = reply["documents"]
    assert (first["document"]["id"], second["document"]["id"]) == ("document-1", "document-2")
    assert (first["gaps"], second["gaps"]) == ([1], [])
    assert [one["reason"] for one in first["quarantine"]] == ["unknown_event_type"]
    assert [view["document_id"] for view in reply["page_views"]] == ["document-1", "document-2"]

    events = f"{api}/v1/sessions/session-1/events"
    _, found, _ = await get(client, f"{events}?document=document-1", secret)
    assert found == [json.loads(json.dumps(one)) for one in (meta(), move(1), move(9))]
    for query, status, reason in (
        ("", 400, "bad_query"),
        ("?document=document-3", 404, "unknown_document"),
    ):
        found = await get(client, events + query, secret)
        assert (found[0], found[1]["error"]["reason"]) == (status, reason)
    # Of a session with one document it need not be named.
    status, found, _ = await get(client, f"{api}/v1/sessions/session-2/events", secret)
    assert (status, len(found)) == (200, 1)


async def test_long_recordings_come_in_pieces(
    client: aiohttp.ClientSession, api: str, store: Store, site: Site, secret: str
) -> None:
    names = {"session": "session-9", "document": "document-9"}
    events = [meta(), *(move(number) for number in range(1_700))]
    store.accept(batch(site.write_key, events, **names), source="tag")
    headers = {"Authorization": f"Bearer {secret}"}
    async with client.get(f"{api}/v1/sessions/session-9/events", headers=headers) as response:
        assert response.headers.get("Transfer-Encoding") == "chunked"
        assert len(json.loads(await response.read())) == 1_701
    empty = {"session": "session-8", "document": "document-8"}
    bad = [{"type": 99, "timestamp": NOW, "data": {}}]
    store.accept(batch(site.write_key, bad, **empty), source="tag")
    assert (await get(client, f"{api}/v1/sessions/session-8/events", secret))[1] == []


@pytest.mark.parametrize("name", ["nobody", "session", "latest", "..%2f..%2fx", "%00", "x" * 71])
async def test_what_is_no_session(
    client: aiohttp.ClientSession, api: str, secret: str, name: str
) -> None:
    for path in ("", "/events"):
        status, reply, _ = await get(client, f"{api}/v1/sessions/{name}{path}", secret)
        assert (status, reply["error"]["reason"]) == (404, "unknown_session")


async def test_a_token_of_one_site(client: aiohttp.ClientSession, api: str, store: Store) -> None:
    secret = store.tokens.add("theirs", Scope.SESSIONS, "other")[1]
    _, reply, _ = await get(client, f"{api}/v1/sessions", secret)
    assert [one["id"] for one in reply["sessions"]] == ["session-2"]
    for path in ("", "/events?document=document-1"):
        status, reply, _ = await get(client, f"{api}/v1/sessions/session-1{path}", secret)
        assert (status, reply["error"]["reason"]) == (404, "unknown_session")
    status, reply, _ = await get(client, f"{api}/v1/sessions?site=shop", secret)
    assert (status, reply["error"]["reason"]) == (403, "scope_too_small")
    admin = store.tokens.add("theirs", Scope.ADMIN, "other")[1]
    status, reply, _ = await get(client, f"{api}/metrics", admin)
    assert (status, reply["error"]["reason"]) == (403, "scope_too_small")


async def test_the_list_goes_on_where_it_ended(
    client: aiohttp.ClientSession, api: str, store: Store, site: Site, secret: str
) -> None:
    for number in range(7):
        # Three at the same time: the id decides then.
        names = {"session": f"s-{number}", "document": f"d-{number}"}
        store.accept(batch(site.write_key, [meta(200 + number // 3)], **names), source="tag")
    expected = [one.id for one in store.sessions("shop")]
    for limit in (1, 2, 3, 8, 9):
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            url = f"{api}/v1/sessions?site=shop&limit={limit}{more}"
            _, reply, _ = await get(client, url, secret)
            assert len(reply["sessions"]) <= limit
            found += [one["id"] for one in reply["sessions"]]
            cursor = reply["next"]
        assert found == expected


async def test_any_question_gets_a_documented_status(
    client: aiohttp.ClientSession, api: str, secret: str
) -> None:
    loop = asyncio.get_running_loop()
    known = {200, 404, *READ_STATUS.values()}
    seen: set[int] = set()

    async def ask(path: str, query: dict[str, str], header: str) -> int:
        headers = {"Authorization": header.replace("TOKEN", secret)}
        url = f"{api}/v1/sessions{path}"
        async with client.get(url, params=query, headers=headers) as response:
            await response.read()
            return response.status

    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(["", "/session-1", "/session-1/events", "/x", "/"]),
        st.dictionaries(st.sampled_from(["limit", "cursor", "site", "document"]), texts),
        st.sampled_from(["Bearer TOKEN", "bearer  TOKEN", "Basic TOKEN", "Bearer", "Bearer ä"]),
    )
    def attack(path: str, query: dict[str, str], header: str) -> None:
        future = asyncio.run_coroutine_threadsafe(ask(path, query, header), loop)
        seen.add(future.result(20))

    await asyncio.to_thread(attack)
    assert seen <= known
    assert {200, 400, 401} <= seen


async def test_a_damaged_recording_is_said_so(
    client: aiohttp.ClientSession, api: str, rows: Rows, secret: str
) -> None:
    rows.change(chunks.update().values(body=b"\0"))
    url = f"{api}/v1/sessions/session-2/events"
    status, reply, _ = await get(client, url, secret)
    assert (status, reply["error"]["reason"]) == (422, ReadRefusal.DAMAGED.value)


async def test_a_revoked_token_is_refused_at_once(
    client: aiohttp.ClientSession, store: Store, site: Site, secret: str
) -> None:
    async with serving(store, fetch_assets=False) as base_url:
        assert (await get(client, f"{base_url}/v1/sessions", secret))[0] == 200
        (token,) = store.tokens.list()
        store.tokens.revoke(token.id)
        assert (await get(client, f"{base_url}/v1/sessions", secret))[0] == 401


def test_the_trail_is_read_from_a_time_on(store: Store) -> None:
    for number in range(3):
        store.audit.write("cli", "session.erase", f"s-{number}", "x" * 5_000)
    entries = store.audit.entries()
    assert [one.object for one in entries] == ["s-0", "s-1", "s-2"]
    assert len(entries[0].detail) == 1_000
    assert [one.object for one in store.audit.entries(limit=2)] == ["s-1", "s-2"]
    assert store.audit.entries(since=entries[-1].at + 1) == []
