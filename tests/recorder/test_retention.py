"""Retention, by a clock that the tests set."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from recorder import limits
from recorder.errors import WrongUse
from recorder.refusals import RefusedBatch
from recorder.retention import enforce, retaining
from recorder.sites import Site
from recorder.store import Accepted, Outcome, Store, engine
from tests.recorder.making import NOW, ORIGIN, batch, body, custom, meta
from tests.recorder.posting import post

DAY = 86_400_000


def accept(store: Store, site: Site, number: int, at: int, visitor: str = "visitor-1") -> None:
    """A session whose batch comes at `at`, of a visitor whose clock is right."""
    ids = {"visitor": visitor, "session": f"s-{number}", "document": f"d-{number}"}
    made = batch(site.write_key, [meta(0)], **ids)
    store.accept(msgspec.structs.replace(made, received_at=at), source="tag")


def test_a_new_site_keeps_sessions_for_thirteen_months(store: Store, site: Site) -> None:
    assert site.retention_ms == 395 * DAY
    accept(store, site, 1, NOW)
    assert enforce(store, NOW + 395 * DAY)["shop"].sessions == 0
    assert enforce(store, NOW + 395 * DAY + 1)["shop"].sessions == 1
    assert store.sessions() == []
    assert [(e.actor, e.action, e.object) for e in store.audit.entries()][-1] == (
        "retention",
        "sessions.prune",
        "shop",
    )


def test_the_audit_trail_is_kept_for_three_years(store: Store, site: Site) -> None:
    done = store.audit.entries()[-1]
    enforce(store, done.at + 1095 * DAY)
    assert done in store.audit.entries()
    enforce(store, done.at + 1095 * DAY + 1)
    assert done not in store.audit.entries()


def test_a_site_may_keep_them_shorter_or_for_ever(store: Store, site: Site) -> None:
    other = store.sites.add("blog", ["https://blog.example"])
    store.sites.change("shop", retention_ms=30 * DAY)
    store.sites.change("blog", retention_ms=None)
    accept(store, site, 1, NOW)
    accept(store, site, 2, NOW + 5 * DAY)
    accept(store, other, 3, NOW)
    assert "blog" not in enforce(store, NOW + 32 * DAY)
    assert {one.id for one in store.sessions()} == {"s-2", "s-3"}
    assert store.sites.get("blog").retention_ms is None
    for wrong in (0, DAY - 1, 10**15):
        with pytest.raises(WrongUse, match="for a day at least"):
            store.sites.change("shop", retention_ms=wrong)


def test_it_is_counted_by_our_clock_from_the_last_batch(store: Store, site: Site) -> None:
    """A clock that is 80 days slow neither shortens it nor lets a session live on."""
    store.sites.change("shop", retention_ms=90 * DAY)
    slow = batch(site.write_key, [meta(-80 * DAY)], started_at=NOW - 80 * DAY)
    store.accept(slow, source="tag")
    assert store.sessions()[0].started_at < NOW - 79 * DAY
    enforce(store, NOW + 89 * DAY)
    assert len(store.sessions()) == 1
    enforce(store, NOW + 91 * DAY)
    assert store.sessions() == []


def test_what_is_going_on_is_never_pruned(store: Store, site: Site) -> None:
    accept(store, site, 1, NOW)
    assert store.eraser().prune("shop", NOW + DAY, now=NOW + 1_000).sessions == 0
    closed = NOW + limits.CLOSED_AFTER_MS + 1
    assert store.eraser().prune("shop", NOW + DAY, now=closed).sessions == 1


def test_a_pruned_session_is_not_begun_anew_by_what_comes_late(store: Store, site: Site) -> None:
    """Not as long as a batch of it could still come; then the tombstone goes, too."""
    accept(store, site, 1, NOW)
    store.eraser().prune("shop", NOW + DAY, now=NOW + 2 * DAY)
    late = batch(site.write_key, session="s-1", document="d-1", sequence=1)
    with pytest.raises(RefusedBatch, match="erased"):
        store.accept(late, source="tag")
    end = NOW + limits.SESSION_MS + limits.CLOCK_BEHIND_MS
    enforce(store, end - 1_000)
    with pytest.raises(RefusedBatch, match="erased"):
        store.accept(late, source="tag")
    enforce(store, end + 1_000)
    # By then it is too old for a tag; whoever drives the clock otherwise may have the name.
    assert store.accept(late, source="driven") is Accepted.STORED


def test_pictures_go_with_the_last_session_of_the_only_one_who_had_them(
    store: Store, site: Site
) -> None:
    def keep(url: str, visitor: str) -> None:
        store.keep_asset(
            "shop",
            url,
            outcome=Outcome.KEPT,
            status=200,
            media_type="image/png",
            body=url.encode(),
            captured_at=NOW,
            visitor=visitor,
        )

    accept(store, site, 1, NOW, "ann")
    accept(store, site, 2, NOW, "bob")
    accept(store, site, 3, NOW + 9 * DAY, "bob")
    for name in ("ann", "bob"):
        keep(f"{ORIGIN}/{name}.png", name)
    removed = store.eraser().prune("shop", NOW + DAY, now=NOW + 9 * DAY)
    assert (removed.sessions, removed.assets) == (2, 1)
    assert [row.url for row in store.asset_outcomes("shop")] == [f"{ORIGIN}/bob.png"]


async def test_what_is_older_than_the_site_keeps_is_refused(
    base_url: str, client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    store.sites.change("shop", retention_ms=30 * DAY)
    for days, expected in ((31, (410, "too_old")), (29, (202, None))):
        at = NOW - days * DAY
        text = body(site.write_key, [meta(-days * DAY)], started_at=at, sent_at=at)
        status, answer, _ = await post(client, base_url, text)
        assert (status, answer.get("error", {}).get("reason")) == expected
    # What is imported may be of any age: it is kept from now on.
    old = batch(site.write_key, [meta(-60 * DAY)], started_at=NOW - 60 * DAY, session="s-2",
                document="d-2")  # fmt: skip
    assert store.accept(old, source="import") is Accepted.STORED


async def test_a_running_collector_enforces_it(store: Store, site: Site) -> None:
    """In the background, while batches come in."""
    now = NOW
    accept(store, site, 1, now - 400 * DAY)
    with retaining(store, lambda: 0.01):
        for number in range(2, 200):
            await asyncio.to_thread(accept, store, site, number, now)
            if len(store.sessions()) == number - 1:
                break
    assert "s-1" not in {one.id for one in store.sessions()}
    assert len(store.sessions()) == number - 1


def test_room_is_given_back_to_the_disk(
    store: Store, site: Site, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cause: of so many pages one was given back, in a transaction of its own, for Python's
    sqlite3 steps once through what has no columns: 25 s for 23 MB. A running collector gave
    back none."""
    store.sites.change("shop", retention_ms=30 * DAY)
    for number in range(40):
        noise = [custom("noise", os.urandom(20_000).hex())]
        made = batch(site.write_key, noise, session=f"s-{number}", document=f"d-{number}")
        store.accept(msgspec.structs.replace(made, received_at=NOW), source="tag")
    store.shrink()  # until then it lies in the log
    file = Path(store_url.removeprefix("sqlite:///"))
    before, transactions, begin = file.stat().st_size, 0, engine.Database.writing

    def counted(self: engine.Database) -> Any:
        nonlocal transactions
        transactions += 1
        return begin(self)

    monkeypatch.setattr(engine.Database, "writing", counted)
    assert enforce(store, NOW + 31 * DAY)["shop"].sessions == 40
    assert transactions < 10
    assert before > 900_000 and file.stat().st_size < 600_000
