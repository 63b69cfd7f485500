"""Visitors, sessions, tabs and documents; and which of them are recorded."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page

from recorder.store import Store
from tests.support.tagged import Wire, eventually, flushed, tagged_site, visitor

PAGE = (
    '<h1>Shed</h1><p id="log"></p><button id="buy">Buy</button><a id="next" href="/next">next</a>'
)

MINUTE_MS = 60_000
FIRST = "2026-11-25T08:00:00Z"


async def session_of(page: Page) -> str:
    url = await page.evaluate("() => heatwright.sessionUrl()")
    return str(url).rpartition("/")[2]


async def test_a_session_spans_pages_tabs_and_reloads(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE, "/next": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.goto(f"{tagged.url}/next")
        await flushed(page)
        await page.reload()
        await flushed(page)
        other = await page.context.new_page()
        await other.goto(tagged.url)
        await flushed(other)
    batches = wire.batches
    assert len({batch["visitor"] for batch in batches}) == 1
    assert len({batch["session"] for batch in batches}) == 1
    assert len({batch["document"] for batch in batches}) == 4
    assert len({batch["tab"] for batch in batches}) == 2


async def _settled(wire: Wire) -> int:
    """How many bodies were sent when none has come for a second: those under way have arrived."""
    known = -1
    while known != len(wire.bodies):
        known = len(wire.bodies)
        await asyncio.sleep(1)
    return known


async def test_a_session_ends_after_half_an_hour_without_anybody(
    browser: Browser, store: Store
) -> None:
    """A page that changes by itself keeps no session alive; the visitor's return begins another."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.clock.install(time=FIRST)
        await page.goto(tagged.url)
        await flushed(page)
        first = await session_of(page)
        await page.evaluate("() => setInterval(() => { log.textContent = Date.now() }, 60000)")
        await page.clock.run_for(29 * MINUTE_MS)
        assert await session_of(page) == first
        await page.clock.run_for(2 * MINUTE_MS)
        assert await page.evaluate("() => heatwright.sessionUrl()") is None
        asleep = await _settled(wire)
        await page.clock.run_for(10 * MINUTE_MS)
        assert len(wire.bodies) == asleep, "nobody is there, nothing is sent"
        await page.mouse.move(100, 100)
        await flushed(page)
        second = await session_of(page)
    assert second != first
    assert len({batch["visitor"] for batch in wire.batches}) == 1
    documents = {session: store.documents(session) for session in (first, second)}
    assert [len(rows) for rows in documents.values()] == [1, 1]
    assert any(event.type == 2 for event in store.events(documents[second][0].id)), "a snapshot"


async def test_a_visitor_who_is_there_stays_in_the_session(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.clock.install(time=FIRST)
        await page.goto(tagged.url)
        await flushed(page)
        first = await session_of(page)
        for step in range(5):
            await page.clock.run_for(20 * MINUTE_MS)
            await page.mouse.move(100 + step, 100)
        assert await session_of(page) == first


async def test_another_tab_keeps_the_session_alive(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.clock.install(time=FIRST)  # for all tabs of the context
        other = await page.context.new_page()
        for tab in (page, other):
            await tab.goto(tagged.url)
            await flushed(tab)
        first = await session_of(page)
        for _ in range(3):
            await page.clock.run_for(15 * MINUTE_MS)
            await other.mouse.move(100, 100)
            await other.mouse.move(120, 100)
        await page.mouse.move(100, 100)
        await flushed(page)
        assert [await session_of(tab) for tab in (page, other)] == [first, first]


async def test_sampling_decides_once_for_a_whole_session(browser: Browser, store: Store) -> None:
    attributes = 'data-consent="not-required" data-sample="0.5"'
    recorded = 0
    async with tagged_site(store, {"/": PAGE, "/next": PAGE}, attributes) as tagged:
        for _ in range(12):
            async with visitor(browser, tagged) as (page, wire):
                seen = []
                for path in ("/", "/next"):
                    await page.goto(f"{tagged.url}{path}")
                    await flushed(page)
                    seen.append(await page.evaluate("() => heatwright.sessionUrl() !== null"))
                assert seen[0] == seen[1]
                assert seen[0] == bool(wire.batches)
                recorded += seen[0]
    # 12 fair coins are all alike once in 2048 times; the ids are random.
    assert 0 < recorded < 12


ON_ERROR = 'data-consent="not-required" data-mode="on-error"'


async def test_on_error_sends_nothing_while_all_is_well(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE, "/next": PAGE}, ON_ERROR) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.click("#buy")
        await asyncio.sleep(3)
        await page.goto(f"{tagged.url}/next")
        await flushed(page)
    assert wire.bodies == []


@pytest.mark.parametrize(
    "trouble",
    [
        "setTimeout(() => { throw new Error('boom') })",
        "Promise.reject(new Error('boom'))",
        "fetch('/missing-host', { signal: AbortSignal.timeout(1) }); fetch('http://127.0.0.1:9/')",
        "heatwright.report('payment failed')",
    ],
    ids=["error", "rejection", "request", "report"],
)
async def test_on_error_sends_the_last_minute_once_something_goes_wrong(
    trouble: str, browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/": PAGE, "/next": PAGE}, ON_ERROR) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.click("#buy")
        await page.evaluate("(trouble) => { setTimeout(trouble, 300) }", trouble)
        await eventually(lambda: wire.batches, "the recording")
        await flushed(page)
        session = await session_of(page)
        await page.goto(f"{tagged.url}/next")
        await flushed(page)
        assert await session_of(page) == session
    kinds = [event["type"] for event in wire.events]
    assert kinds[:2] == [4, 2], "from its snapshot on"
    assert any(event["type"] == 6 for event in wire.events), "with the click before it"
    assert len(store.documents(session)) == 2, "and the session's next page from its start"


async def test_on_error_keeps_a_minute_and_little_more(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}, ON_ERROR) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.clock.install(time=FIRST)
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("() => setInterval(() => { log.textContent = Date.now() }, 5000)")
        await page.clock.run_for(10 * MINUTE_MS)
        await page.evaluate("() => heatwright.report('late')")
        await flushed(page)
        await eventually(lambda: wire.custom("heatwright/report"), "the recording")
    times = [event["timestamp"] for event in wire.events]
    assert 1 <= (times[-1] - times[0]) / MINUTE_MS <= 2.2
    snapshots = [event for event in wire.events if event["type"] == 2]
    assert len(snapshots) == 2
    assert len(wire.custom("heatwright/environment")) == 2, "each can be replayed alone"


async def test_what_the_site_tells(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("""() => {
          heatwright.identify("customer-17", { plan: "paying", seats: 3 });
          heatwright.tag("variant", "B");
          heatwright.tag("beta", true);
          heatwright.release("2026.11");
          heatwright.page("Product list");
          heatwright.track("purchase", { value: 129 });
        }""")
        await flushed(page)
        session = await session_of(page)
        link = await page.evaluate("() => heatwright.sessionUrl({ now: true })")
        response = await page.request.get(link)
        said = await response.text()
    row = store.session(session)
    assert row.traits == {"user": "customer-17", "plan": "paying", "seats": "3", "beta": "true"}
    assert (row.variant, row.release) == ("B", "2026.11")
    assert wire.custom("heatwright/page") == [{"name": "Product list"}]
    assert wire.custom("heatwright/goal") == [{"goal": "purchase", "properties": {"value": 129}}]
    assert link.startswith(f"{tagged.collector}/s/{session}?at=")
    assert f"heatwright replay {session} --at " in said
