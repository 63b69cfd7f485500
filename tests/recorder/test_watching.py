"""What operators see: health, metrics, and the description of it all."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openapi_spec_validator
import pytest
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from recorder import limits
from recorder.collector import make_collector, serving
from recorder.parts import HARVEST, METERS
from recorder.refusals import READ_STATUS, STATUS, EventRefusal, ReadRefusal, Refusal
from recorder.sites import Site
from recorder.store import Store
from recorder.tokens import Scope
from tests.recorder.making import NOW, ORIGIN, body, meta, wire
from tests.recorder.posting import post


@pytest.fixture
async def described(client: aiohttp.ClientSession, base_url: str) -> dict[str, Any]:
    async with client.get(f"{base_url}/openapi.json") as response:
        assert response.status == 200
        found: dict[str, Any] = await response.json()
    return found


async def test_the_description_is_openapi(described: dict[str, Any]) -> None:
    openapi_spec_validator.validate(described)
    assert described["openapi"].startswith("3.1")


async def test_every_route_and_no_other_is_described(
    described: dict[str, Any], store: Store
) -> None:
    routed: dict[str, set[str]] = {}
    for route in make_collector(store).router.routes():
        assert route.resource is not None
        if route.method not in ("HEAD", "*"):
            routed.setdefault(route.resource.canonical, set()).add(route.method.lower())
    assert {path: set(methods) for path, methods in described["paths"].items()} == routed


async def test_every_refusal_is_described_with_its_status(described: dict[str, Any]) -> None:
    def reasons(operation: dict[str, Any]) -> set[tuple[int, str]]:
        return {
            (int(status), name)
            for status, response in operation["responses"].items()
            if status.isdigit() and status >= "400"
            for part in response["content"]["application/json"]["schema"]["allOf"]
            for name in part.get("properties", {}).get("error", {}).get("properties", {})
            .get("reason", {}).get("enum", [])
        }  # fmt: skip

    paths = described["paths"]
    expected = {(STATUS.get(reason, 400), reason.value) for reason in Refusal}
    assert reasons(paths["/v1/batches"]["post"]) == expected
    read = set().union(*(reasons(paths[path]["get"]) for path in paths if "get" in paths[path]))
    assert read == {(READ_STATUS[reason], reason.value) for reason in ReadRefusal}
    for path in ("/v1/sessions", "/metrics"):
        assert paths[path]["get"]["security"] == [{"token": []}]


async def test_what_is_sent_and_answered_is_as_described(
    client: aiohttp.ClientSession,
    base_url: str,
    described: dict[str, Any],
    store: Store,
    site: Site,
) -> None:
    def check(shape: str, value: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{shape}", "components": described["components"]}
        Draft202012Validator(schema).validate(value)

    check("WireBatch", wire(site.write_key))
    check("Acknowledged", (await post(client, base_url, body(site.write_key)))[1])
    check("ErrorAnswer", (await post(client, base_url, b"rubbish"))[1])
    headers = {"Authorization": f"Bearer {store.tokens.add('qa', Scope.SESSIONS)[1]}"}
    for path, shape in (
        ("/v1/sessions", "SessionsAnswer"),
        ("/v1/sessions/session-1", "SessionAnswer"),
        ("/healthz", "Healthy"),
        ("/v1/sessions/nobody", "ErrorAnswer"),
    ):
        async with client.get(base_url + path, headers=headers) as response:
            check(shape, await response.json())
    with pytest.raises(Exception, match="session"):
        check("WireBatch", wire(site.write_key, session="../x"))


@pytest.fixture
async def admin(store: Store) -> str:
    return store.tokens.add("prometheus", Scope.ADMIN)[1]


async def metrics(
    client: aiohttp.ClientSession, base_url: str, secret: str
) -> dict[tuple[str, str], float]:
    """Values by name and the value of their one label."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with client.get(f"{base_url}/metrics", headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        text = await response.text()
    return {
        (sample.name.removeprefix("heatwright_"), ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_count_what_became_of_batches_and_events(
    client: aiohttp.ClientSession, base_url: str, site: Site, admin: str
) -> None:
    bad = {"type": 99, "timestamp": NOW, "data": {}}
    text = body(site.write_key, [meta(), bad, bad])
    for sent in (text, text, b"rubbish", body("nobody")):
        await post(client, base_url, sent)
    found = await metrics(client, base_url, admin)
    for name, label, value in (
        ("batches_total", "stored", 1),
        ("batches_total", "duplicate", 1),
        ("batches_total", "malformed", 1),
        ("batches_total", "unknown_key", 1),
        ("batches_total", "busy", 0),
        ("events_total", "", 1),
        ("events_refused_total", "unknown_event_type", 2),
        ("events_refused_total", "event_clock", 0),
        ("received_bytes_total", "", 2 * len(text) + len(b"rubbish") + len(body("nobody"))),
        ("accepted_bytes_total", "", len(text)),
        ("commit_seconds_count", "", 2),
        ("group_batches_sum", "", 2),
        ("queue_batches", "", 0),
        ("queue_bytes", "", 0),
        ("asset_searches_dropped_total", "", 0),
    ):
        assert found[name, label] == value, name
    assert ("process_resident_memory_bytes", "") in found


async def test_labels_are_names_of_ours_whatever_is_sent(
    client: aiohttp.ClientSession, base_url: str, site: Site, admin: str
) -> None:
    await post(client, base_url, body(site.write_key))  # sites are labels, too, once they are known
    before = set(await metrics(client, base_url, admin))
    for number in range(30):
        names = {"session": f"s-{number}", "document": f"d-{number}", "visitor": f"v-{number}"}
        event = {"type": 1_000 + number, "timestamp": NOW, "data": {}}
        await post(client, base_url, body(site.write_key, [meta(), event], **names))
        await post(
            client, base_url, body(f"key-{number}", **names), Origin=f"https://o{number}.example"
        )
    assert set(await metrics(client, base_url, admin)) == before
    labels = {label for name, label in before if name in ("batches_total", "events_refused_total")}
    assert labels == {"stored", "duplicate", *Refusal, *EventRefusal}


async def test_assets_are_counted_by_outcome(
    client: aiohttp.ClientSession, store: Store, admin: str
) -> None:
    app = make_collector(store)
    app[HARVEST].outcomes.update({"kept": 3, "missing": 1})
    text = app[METERS].render("")[0].decode()
    assert re.search(r'^heatwright_assets_total\{outcome="kept"\} 3.0$', text, re.M)


async def test_metrics_answer_while_the_store_does_not(
    client: aiohttp.ClientSession, store_url: str
) -> None:
    """That is when they are wanted; a token that was never good stays outside."""
    with Store.open(store_url, lock_seconds=0.2) as store:
        secret = store.tokens.add("prometheus", Scope.ADMIN)[1]
        async with serving(store, fetch_assets=False) as base_url:
            await metrics(client, base_url, secret)
            store._database.engine.dispose()
            connection = sqlite3.connect(store._database.name, isolation_level=None)
            connection.execute("ALTER TABLE tokens RENAME TO away")
            assert await metrics(client, base_url, secret)
            headers = {"Authorization": "Bearer hwt_guessed"}
            async with client.get(f"{base_url}/metrics", headers=headers) as response:
                assert response.status == 503
            connection.close()


async def health(client: aiohttp.ClientSession, base_url: str) -> tuple[int, Any]:
    async with client.get(f"{base_url}/healthz") as response:
        return response.status, json.loads(await response.read())


@pytest.fixture
async def watched(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, Store]]:
    monkeypatch.setattr(limits, "HEALTH_FRESH_SECONDS", 0)
    with Store.open(store_url, lock_seconds=0.2) as store:
        async with serving(store, fetch_assets=False) as base_url:
            yield base_url, store


async def test_health_flips_when_the_store_cannot_be_written_and_back(
    client: aiohttp.ClientSession, watched: tuple[str, Store]
) -> None:
    base_url, store = watched
    assert await health(client, base_url) == (200, {"ok": True})
    other = sqlite3.connect(store._database.name, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, reply = await health(client, base_url)
    assert (status, reply["error"]["reason"]) == (503, "store_unavailable")
    other.execute("ROLLBACK")
    other.close()
    assert await health(client, base_url) == (200, {"ok": True})


async def test_health_waits_for_nobody(
    client: aiohttp.ClientSession, watched: tuple[str, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that hangs is no health either; and asking makes no more of them."""
    base_url, store = watched
    monkeypatch.setattr(limits, "HEALTH_SECONDS", 0.05)
    probes = 0
    end = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang() -> None:
        nonlocal probes
        probes += 1
        asyncio.run_coroutine_threadsafe(end.wait(), loop).result(20)

    monkeypatch.setattr(store, "probe", hang)
    found = await asyncio.gather(*(health(client, base_url) for _ in range(10)))
    assert {status for status, _ in found} == {503}
    assert probes == 1
    end.set()
    await asyncio.sleep(0.05)
    assert (await health(client, base_url))[0] == 200


async def test_asking_often_does_not_write_often(
    client: aiohttp.ClientSession, base_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, probes = store.probe, 0

    def count() -> None:
        nonlocal probes
        probes += 1
        real()

    monkeypatch.setattr(limits, "HEALTH_FRESH_SECONDS", 600)
    monkeypatch.setattr(store, "probe", count)
    for _ in range(20):
        assert (await health(client, base_url))[0] == 200
    assert probes == 1


async def test_answers_tell_no_versions(client: aiohttp.ClientSession, base_url: str) -> None:
    for path in ("/healthz", "/nowhere", "/v1/sessions"):
        async with client.get(base_url + path, headers={"Origin": ORIGIN}) as response:
            assert response.headers["Server"] == "heatwright"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"] == "no-store"
