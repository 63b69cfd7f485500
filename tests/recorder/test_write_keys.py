"""Who may write: several keys a site, revoked by name, and origins that change."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from recorder import limits
from recorder import store as store_package
from recorder.collector import serving
from recorder.errors import StoreUnavailable, WrongUse
from recorder.refusals import Refusal, RefusedBatch
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import NOW, ORIGIN, batch, body
from tests.recorder.posting import post


def test_a_site_has_several_keys(store: Store, site: Site) -> None:
    second = store.sites.add_key("shop", "new shop")
    assert [key.label for key in store.sites.get("shop").keys] == ["first", "new shop"]
    assert store.sites.get("shop").write_key == site.write_key
    for number, key in enumerate((site.write_key, second.key)):
        store.accept(batch(key, sequence=number), source="tag")
    store.sites.revoke_key(site.write_key)
    assert store.sites.get("shop").write_key == second.key
    with pytest.raises(RefusedBatch) as caught:
        store.accept(batch(site.write_key, sequence=2), source="tag")
    assert (caught.value.reason, caught.value.status) == (Refusal.REVOKED_KEY, 401)
    # Whoever drives a browser beside the store needs no key to be good.
    store.accept(batch(site.write_key, sequence=2), source="driven")
    store.sites.revoke_key(second.key)
    assert store.sites.get("shop").write_key == site.write_key


def test_revoking_is_repeatable_and_only_for_keys(store: Store, site: Site) -> None:
    first = store.sites.revoke_key(site.write_key)
    assert store.sites.revoke_key(site.write_key) == first
    assert first.revoked_at is not None
    with pytest.raises(WrongUse, match="no write key"):
        store.sites.revoke_key("nobody")
    assert [one.action for one in store.audit.entries()] == ["site.add", "key.revoke"]


def test_origins_and_quota_change(store: Store, site: Site) -> None:
    changed = store.sites.change("shop", origins=["https://WWW.shop.example"], quota=5)
    assert (changed.origins, changed.quota) == (("https://www.shop.example",), 5)
    assert store.sites.change("shop") == changed
    with pytest.raises(WrongUse, match="at least one origin"):
        store.sites.change("shop", origins=[])
    last = store.audit.entries()[-1]
    assert (last.actor, last.action, last.object) == ("cli", "site.set", "shop")
    assert "www.shop.example" in last.detail


async def test_a_running_collector_refuses_a_revoked_key_at_once(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    """What it knows of keys is some seconds old; the transaction that writes knows better."""
    status, _, _ = await post(client, base_url, body(site.write_key))
    assert status == 202
    store.sites.revoke_key(site.write_key)
    status, reply, _ = await post(client, base_url, body(site.write_key, sequence=1))
    assert (status, reply["error"]["reason"]) == (401, "revoked_key")
    assert len(store.events("document-1")) == 2


async def test_a_collector_reads_keys_and_origins_again(
    client: aiohttp.ClientSession,
    base_url: str,
    store: Store,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SITES_REFRESH_SECONDS", 0.05)
    key = store.sites.add_key("shop").key
    assert (await post(client, base_url, body(key)))[0] == 202
    store.sites.revoke_key(key)
    store.sites.change("shop", origins=["https://new.example"])
    await asyncio.sleep(0.1)
    status, reply, _ = await post(client, base_url, body(key, sequence=1))
    assert (status, reply["error"]["reason"]) == (401, "revoked_key")
    status, reply, _ = await post(client, base_url, body(site.write_key, sequence=1))
    assert (status, reply["error"]["reason"]) == (403, "origin_not_allowed")


async def test_a_key_does_not_reach_another_sites_session(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    other = store.sites.add("other", ["https://other.example"])
    async with serving(store, fetch_assets=False) as base_url:
        assert (await post(client, base_url, body(site.write_key)))[0] == 202
        forged = body(other.write_key, document="document-2")
        status, reply, _ = await post(client, base_url, forged, Origin="https://other.example")
        assert (status, reply["error"]["reason"]) == (409, "conflict")
        # Nor does it reach a document through a session of its own.
        forged = body(other.write_key, session="session-2")
        status, reply, _ = await post(client, base_url, forged, Origin="https://other.example")
        assert (status, reply["error"]["reason"]) == (409, "conflict")
    assert [one.site_id for one in store.sessions()] == ["shop"]
    assert [one.id for one in store.documents("session-1")] == ["document-1"]


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/sessions/session-1", "/metrics"])
async def test_a_write_key_reads_nothing(
    client: aiohttp.ClientSession, base_url: str, site: Site, path: str
) -> None:
    headers = {"Authorization": f"Bearer {site.write_key}"}
    async with client.get(base_url + path, headers=headers) as response:
        assert response.status == 401
        assert (await response.json())["error"]["reason"] == "bad_token"


OLD_ROWS = """
INSERT INTO sites (id, origins, write_key, consent, allow_private, created_at)
VALUES ('shop', '["https://shop.example"]', 'old-key', 'required', 0, 1);
INSERT INTO sessions (id, site_id, visitor_id, started_at, ended_at, traits, user_agent, source,
described_at) VALUES ('s', 'shop', 'v', :now, :now, '{}', '', 'tag', 1);
INSERT INTO documents (id, session_id, tab_id, url, started_at, ended_at, environment, url_sequence)
VALUES ('d', 's', 't', 'https://shop.example/', :now, :now, '{}', 0)
"""


def old_store(url: str) -> Path:
    """A store as the first version left it, with a site and a recording; its file."""
    config = Config()
    config.set_main_option(
        "script_location", str(Path(store_package.__file__).parent / "migrations")
    )
    config.set_main_option("path_separator", "os")
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in OLD_ROWS.split(";"):
            connection.execute(sa.text(row), {"now": NOW} if ":now" in row else {})
    engine.dispose()
    return file


def test_the_key_of_an_older_store_stays_good(store_url: str) -> None:
    file = old_store(store_url)
    with Store.open(store_url) as store:
        site = store.sites.get("shop")
        assert (site.write_key, site.origins) == ("old-key", (ORIGIN,))
        store.accept(batch("old-key", session="s"), source="tag")
        assert {one.id for one in store.documents("s")} == {"d", "document-1"}
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("SELECT document_count FROM sessions").fetchone() == (2,)
    connection.close()


def test_an_upgrade_that_would_break_references_changes_nothing(store_url: str) -> None:
    """Foreign keys are off while tables are made anew, so they are checked before the end."""
    connection = sqlite3.connect(old_store(store_url))
    connection.execute("INSERT INTO page_views VALUES ('nobody', 0, 0, 1, 'u', '/', '')")
    connection.commit()
    with pytest.raises(StoreUnavailable, match="refers to nothing"):
        Store.open(store_url)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert connection.execute("SELECT write_key FROM sites").fetchone() == ("old-key",)
    connection.close()
