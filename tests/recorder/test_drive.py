"""Driving a real Chromium to a real site: what is counted, and what is told when something ends."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from recorder.chromium import launch
from recorder.devices import find_device
from recorder.drive import Errand, record_visit, site_for
from recorder.errors import RenderFailed, StoreUnavailable, WrongUse
from recorder.handover import Handover
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import ORIGIN, body, meta, move
from tests.support.serving import WebSite, website

PAGES = {"/": "<!doctype html><title>One</title><p>One", "/two": "<!doctype html><p>Two"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await launch(playwright)
        yield launched
        await launched.close()


@pytest.fixture
async def pages() -> AsyncIterator[WebSite]:
    async with website(PAGES) as running:
        yield running


def errand(url: str, **details: object) -> Errand:
    return Errand(url, find_device("desktop", {}), **details)  # type: ignore[arg-type]  # by name


async def test_events_are_counted_once(browser: Browser, pages: WebSite, store: Store) -> None:
    """The page sends on `beforeunload` and again on `pagehide`."""

    async def leave(page: Page) -> None:
        await page.mouse.move(100, 100)
        await page.goto(f"{pages.url}/two")

    driven = await record_visit(browser, store, errand(f"{pages.url}/", visit=leave))
    stored = [row.id for row in store.documents(driven.session)]
    assert len(stored) == 2
    assert sorted(driven.documents) == sorted(stored)
    assert driven.events == sum(len(store.events(document)) for document in stored)
    assert driven.remarks == []


async def test_a_store_that_fails_is_told(browser: Browser, pages: WebSite, store_url: str) -> None:
    with Store.open(store_url, lock_seconds=0.2) as store:
        site_for(store, pages.url)
        other = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None)

        async def lock(_context: BrowserContext) -> None:
            other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreUnavailable, match="locked"):
            await record_visit(browser, store, errand(f"{pages.url}/", prepare=lock))
        other.execute("ROLLBACK")
        other.close()
        driven = await record_visit(browser, store, errand(f"{pages.url}/"))
        assert driven.events


async def test_a_browser_that_ends_is_told_and_what_came_stays(
    browser: Browser, pages: WebSite, store: Store
) -> None:
    async def end(page: Page) -> None:
        await asyncio.sleep(0.5)
        session = await browser.new_browser_cdp_session()
        await asyncio.wait_for(session.send("Browser.crash"), 10)

    with pytest.raises(RenderFailed, match=r"^The browser failed while .+ desktop.*: .+\.$"):
        await record_visit(browser, store, errand(f"{pages.url}/", visit=end))
    assert store.documents(store.session("latest").id)
    with pytest.raises(RenderFailed):
        await record_visit(browser, store, errand(f"{pages.url}/"))


async def test_a_batch_that_is_stored_in_the_end_is_no_error(store_url: str) -> None:
    with Store.open(store_url, lock_seconds=0.1) as store:
        site = store.sites.add("shop", [ORIGIN])
        text = body(site.write_key).decode()
        handover = Handover(store)
        other = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await handover.receive(None, text)
        with pytest.raises(StoreUnavailable):
            await handover.settle()
        other.execute("ROLLBACK")
        other.close()
        await handover.receive(None, text)
        await handover.settle()
        assert handover.events == 2


async def test_what_is_refused_is_counted(store: Store, site: Site) -> None:
    handover = Handover(store)
    bad = {"type": 77, "timestamp": 0, "data": {}}
    await handover.receive(None, body(site.write_key, [meta(), bad, bad]).decode())
    assert (handover.events, dict(handover.refused)) == (1, {"unknown_event_type": 2})
    await handover.receive(None, body(site.write_key, [move(1)]).decode())
    await handover.receive(None, "no batch")
    await handover.settle()
    assert handover.events == 1
    assert len(handover.remarks) == 2


def test_every_origin_gets_a_site_of_its_own(store: Store) -> None:
    long = "a-rather-long-label." * 5 + "example"
    urls = {
        "http://shop.example/": "shop.example",
        "https://shop.example/a": "shop.example-https",
        "http://[::1]:8000/": "1-8000",
        "http://[2001:db8::1]/": "2001-db8--1",
        "http://[::]/": "site",
        "http://localhost:8000/": "localhost-8000",
    }
    assert {url: site_for(store, url).id for url in urls} == urls
    first, second = site_for(store, f"https://{long}/"), site_for(store, f"http://{long}/")
    assert first.id != second.id
    assert len(first.id) <= 70
    assert site_for(store, f"https://{long}/again") == first
    store.sites.add("taken.example", [ORIGIN])
    store.sites.add("taken.example-http", [ORIGIN])
    assert site_for(store, "http://taken.example").id.startswith("taken.example-")
    for url in ("file:///page.html", "ftp://shop.example", "shop.example"):
        with pytest.raises(WrongUse):
            site_for(store, url)
