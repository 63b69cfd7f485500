"""Batches on their way: the network fails, the collector pauses, the page goes away."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from recorder.events import LIMIT_TAG, CustomData, EventType
from recorder.store import Store
from tests.support.tagged import TaggedSite, eventually, flushed, tagged_site, visitor

PAGE = '<h1>Shed</h1><p id="log"></p><a id="next" href="/next">next</a>'

NOISE = """() => {
  const bytes = Array.from({ length: 20 }, () => crypto.getRandomValues(new Uint8Array(5e4)));
  log.textContent = bytes.flatMap((some) => Array.from(some, (one) => one.toString(36))).join("");
}"""
"""Two million characters that cannot be compressed much."""

LIMIT_SECONDS = 30
"""A mutation storm may last five seconds before the tag gives up."""


async def tick(page: Page, mark: str) -> None:
    await page.evaluate("(mark) => { log.textContent = mark }", mark)


def texts(store: Store) -> str:
    """All that is stored of all sessions, as one text."""
    return "".join(
        bytes(event.data).decode()
        for session in store.sessions()
        for document in store.documents(session.id)
        for event in store.events(document.id)
    )


def assert_whole(store: Store) -> None:
    for session in store.sessions():
        for document in store.documents(session.id):
            assert store.gaps(document.id) == []


async def test_nothing_is_lost_while_the_network_is_away(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.context.set_offline(True)
        for mark in ("away-1", "away-2", "away-3"):
            await tick(page, mark)
            await page.evaluate("() => heatwright.flush()")
        assert "away-1" not in texts(store)
        await page.context.set_offline(False)
        await eventually(lambda: "away-3" in texts(store), "delivery after the network came back")
    assert "away-1" in texts(store) and "away-2" in texts(store)
    assert_whole(store)


async def test_an_answer_that_gets_lost_makes_no_duplicate(browser: Browser, store: Store) -> None:
    """The batch was stored, its acknowledgement never came: it is sent again, and kept once."""
    lost = 0

    async def lose_the_answer(route: Route) -> None:
        nonlocal lost
        response = await route.fetch()
        assert response.status == 202
        lost += 1
        await route.abort()

    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.route("**/v1/batches", lose_the_answer, times=2)
        await page.goto(tagged.url)
        await flushed(page)
        await tick(page, "after")
        await eventually(lambda: "after" in texts(store), "the retry")
    assert lost == 2
    assert_whole(store)
    assert len(wire.batches) > len({batch["sequence"] for batch in wire.batches})
    assert texts(store).count('"initialOffset"') == 1


@pytest.mark.parametrize("status", [404, 408, 502])
async def test_an_answer_that_is_not_about_the_batch_ends_nothing(
    status: int, browser: Browser, store: Store
) -> None:
    """Cause: a slow upload, or a proxy during a deployment, ended the recording."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.route("**/v1/batches", lambda route: route.fulfill(status=status), times=1)
        await page.goto(tagged.url)
        await flushed(page)
        await eventually(lambda: "Shed" in texts(store), "the second attempt")
    assert_whole(store)


async def test_the_last_batch_arrives_where_the_page_hides_its_address(
    browser: Browser, store: Store
) -> None:
    """Cause: a beacon of such a page has no origin, and the collector refused it."""
    hide = '<meta name="referrer" content="no-referrer">'
    async with (
        tagged_site(store, {"/": hide + PAGE, "/next": "<p>next</p>"}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("() => { log.textContent = 'just-before'; next.click() }")
        await page.wait_for_url("**/next")
        await eventually(lambda: "just-before" in texts(store), "the last batch")


@pytest.mark.parametrize("status", [429, 503])
async def test_the_collector_says_when_to_come_back(
    status: int, browser: Browser, store: Store
) -> None:
    times: list[float] = []
    loop = asyncio.get_running_loop()

    async def busy(route: Route) -> None:
        times.append(loop.time())
        allow = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After",
        }
        await route.fulfill(status=status, headers={"Retry-After": "4", **allow}, body="{}")

    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.route("**/v1/batches", busy, times=1)
        await page.goto(tagged.url)
        await flushed(page)
        await eventually(lambda: "Shed" in texts(store), "the second attempt")
        times.append(loop.time())
        await tick(page, "later")
        await flushed(page)
    # Four seconds, less a quarter for the jitter.
    assert times[1] - times[0] >= 3.0
    # One attempt was enough then, and nothing overtook it.
    sequences = [batch["sequence"] for batch in wire.batches]
    assert sequences == [0, *range(len(sequences) - 1)]
    assert_whole(store)


async def test_refused_for_good_means_silence(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        tagged.key = "no-such-key"
        tagged.set_page("/", PAGE)
        await page.goto(tagged.url)
        await flushed(page)
        await tick(page, "more")
        await page.evaluate("() => history.pushState({}, '', '/elsewhere')")
        await asyncio.sleep(3)
        assert await page.evaluate("() => heatwright.sessionUrl()") is None
    assert len(wire.batches) == 1


async def test_what_happened_just_before_leaving_arrives(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE, "/next": "<p>next</p>"}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("() => { log.textContent = 'just-before'; next.click() }")
        await page.wait_for_url("**/next")
        await eventually(lambda: "just-before" in texts(store), "the last batch")
        await flushed(page)
        (session,) = store.sessions()
        assert [document.url for document in store.documents(session.id)] == [
            f"{tagged.url}/",
            f"{tagged.url}/next",
        ]
    assert_whole(store)


async def test_a_visitor_who_leaves_at_once_is_recorded(browser: Browser, store: Store) -> None:
    """Neither the first request's preflight nor the size of the snapshot may lose it."""
    rows = "".join(f"<p class='row number-{i}'>Row {i} of a long page</p>" for i in range(4000))
    async with (
        tagged_site(store, {"/": PAGE + rows, "/next": "<p>next</p>"}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url, wait_until="commit")
        await page.wait_for_function("() => window.heatwright?.sessionUrl()", polling=1)
        await page.evaluate("(next) => { location.href = next }", f"{tagged.url}/next")
        await page.wait_for_url("**/next")
        await eventually(lambda: "Row 3999" in texts(store), "the snapshot")


async def test_small_requests_outlive_their_page_and_large_ones_do_not_try(
    browser: Browser, store: Store
) -> None:
    """All keepalive requests of a page share 64 KiB; beyond it `fetch` rejects."""
    spy = """
      window.kept = [];
      const real = fetch;
      window.fetch = function (url, init) {
        const { keepalive, body } = init ?? {};
        if (body) kept.push([keepalive, body.byteLength ?? body.length]);
        return real.apply(this, arguments);
      };"""
    noise = "".join(f"<i data-n='{i * 7919 % 1000003}'>{hash(str(i))}</i>" for i in range(9000))
    async with (
        tagged_site(store, {"/": PAGE, "/large": noise}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.add_init_script(spy)
        kept: dict[str, Any] = {}
        for path in ("/", "/large"):
            await page.goto(f"{tagged.url}{path}")
            await flushed(page)
            kept[path] = await page.evaluate("() => kept")
    assert all(keepalive for keepalive, _ in kept["/"])
    assert [keepalive for keepalive, size in kept["/large"] if size > 64 * 1024] == [False]
    assert_whole(store)


async def test_large_events_one_after_the_other_end_nothing(browser: Browser, store: Store) -> None:
    """Cause: while the first of them was being compressed, it counted as held back, with its full
    length; tables of 10,000 rows and pages of 150,000 nodes were not recorded to their end."""
    rows = """(round) => {
      const cells = (row) => `<tr class="row"><td>${row}</td><td>round ${round}</td></tr>`;
      const all = Array.from({ length: 12000 }, (_, row) => cells(row)).join("");
      log.innerHTML = `<table>${all}</table>`;
    }"""
    async with (
        tagged_site(store, {"/": '<div id="log"></div>'}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url)
        await page.wait_for_function("() => window.heatwright?.sessionUrl?.()")
        for number in range(4):
            await page.evaluate(rows, number)
        await page.evaluate("() => { log.textContent = 'at-the-end' }")
        assert await page.evaluate("() => heatwright.sessionUrl()")
        await eventually(lambda: "at-the-end" in texts(store), "the last batch")
    assert_whole(store)


async def test_a_mutation_storm_ends_the_recording_and_says_so(
    browser: Browser, store: Store
) -> None:
    storm = """() => {
      const cells = Array.from({ length: 2000 }, () => document.createElement("b"));
      log.replaceChildren(...cells);
      let time = 0;
      setInterval(() => {
        time += 1;
        for (const cell of cells) cell.setAttribute("title", time);
      }, 100);
    }"""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate(storm)
        await page.wait_for_function(
            "() => heatwright.sessionUrl() === null", timeout=LIMIT_SECONDS * 1000
        )
        await eventually(lambda: wire.custom(LIMIT_TAG), "the last event")
        sent = len(wire.batches)
        await asyncio.sleep(3)
        assert len(wire.batches) == sent
    assert wire.custom(LIMIT_TAG) == [{"reason": "mutations"}]
    last = last_event(tagged)
    assert CustomData("heatwright/limit", {"reason": "mutations"}) == last


def last_event(tagged: TaggedSite) -> CustomData | None:
    (session,) = tagged.store.sessions()
    (document,) = tagged.store.documents(session.id)
    event = tagged.store.events(document.id)[-1]
    return CustomData(**json.loads(bytes(event.data))) if event.type == EventType.CUSTOM else None


async def test_offline_for_too_long_ends_the_recording_and_says_so(
    browser: Browser, store: Store
) -> None:
    """More than may be held back: recording ends, and what was held arrives in the end."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.context.set_offline(True)
        for _ in range(9):
            await page.evaluate(NOISE)
            await page.evaluate("() => heatwright.flush()")
        await page.wait_for_function("() => heatwright.sessionUrl() === null")
        await page.context.set_offline(False)
        await eventually(
            lambda: last_event(tagged) == CustomData("heatwright/limit", {"reason": "offline"}),
            "what was held back",
        )
    assert_whole(store)


async def test_a_proxy_that_inflates_bodies_does_no_harm(browser: Browser, store: Store) -> None:
    """What tells is the body: some servers in between inflate it and leave the header."""
    async with (
        tagged_site(store, {"/": PAGE * 100}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):

        async def inflate(route: Route) -> None:
            await route.continue_(post_data=wire.bodies[-1])

        await page.route("**/v1/batches", inflate)
        await page.goto(tagged.url)
        await flushed(page)
    assert "Shed" in texts(store)
