"""Nothing before consent, nothing against the visitor's will, nothing where it is not wanted."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page

from recorder.store import Store, Who
from tests.support.tagged import Wire, eventually, flushed, tagged_site, visitor

PAGE = '<h1>Shed</h1><input id="field"><button id="buy">Buy</button>'

WAIT_S = 3.0
"""Longer than the tag lets events wait."""

STORED = """async () => [
  document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys()),
].filter(Boolean)"""


async def use(page: Page) -> None:
    """What a visitor would do, long enough for anything to be sent."""
    await page.wait_for_function("() => window.heatwright && !Array.isArray(window.heatwright)")
    await page.fill("#field", "Quokka")
    await page.click("#buy")
    await page.evaluate(
        "() => { heatwright.track('purchase'); history.pushState({}, '', '/deep') }"
    )
    await asyncio.sleep(WAIT_S)
    await page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")


def asked_for(wire: Wire) -> list[str]:
    """Paths that the page asked the collector for."""
    return [request.url.removeprefix(wire.collector) for request in wire.requests]


@pytest.mark.parametrize(
    ("attributes", "script"),
    [
        ("", ""),
        (
            'data-consent="not-required"',
            "navigator.__defineGetter__('globalPrivacyControl', () => true)",
        ),
        ('data-consent="not-required"', "navigator.__defineGetter__('doNotTrack', () => '1')"),
        ('data-consent="not-required" data-exclude="/account, /page/**,/deep"', ""),
        ('data-consent="not-required" data-sample="0"', ""),
        (
            'data-consent="not-required"',
            "navigator.__defineGetter__('userAgent', () => 'Googlebot/2.1')",
        ),
        ('data-consent="not-required" data-mask="everything"', ""),
        ('data-consent="not-required" data-mask-selector="::("', ""),
    ],
    ids=["no consent", "GPC", "DNT", "excluded", "not sampled", "bot", "bad level", "bad selector"],
)
async def test_nothing_is_sent_and_nothing_is_stored(
    attributes: str, script: str, browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/page/one": PAGE}, attributes) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.add_init_script(script)
        await page.goto(f"{tagged.url}/page/one")
        await use(page)
        stored = await page.evaluate(STORED)
    assert asked_for(wire) == ["/heatwright.js"]
    # A session that is not in the sample must be known as such on its next page.
    assert stored == (["heatwright.session"] if "data-sample" in attributes else [])
    assert store.sessions() == []


async def test_opting_out_in_the_browser_outweighs_consent(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}, "") as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.add_init_script("navigator.__defineGetter__('globalPrivacyControl', () => true)")
        await page.goto(tagged.url)
        await page.wait_for_function("() => window.heatwright")
        await page.evaluate("() => heatwright.consent(true)")
        await use(page)
        assert await page.evaluate(STORED) == []
    assert asked_for(wire) == ["/heatwright.js"]


async def test_consent_is_recorded_with_its_time_and_version(
    browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/": PAGE}, 'data-consent-version="2026-10"') as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await page.wait_for_function("() => window.heatwright")
        before = await page.evaluate("() => Date.now()")
        await page.evaluate("() => heatwright.consent(true)")
        await flushed(page)
        after = await page.evaluate("() => Date.now()")
    (consent,) = wire.custom("heatwright/consent")
    assert consent["version"] == "2026-10"
    assert before <= consent["at"] <= after


async def test_consent_may_come_before_the_tag(browser: Browser, store: Store) -> None:
    """The page writes calls down; the tag, which is slower, makes up for them."""
    early = (
        "(window.heatwright = window.heatwright || []).push(['consent', true], ['track', 'seen'])"
    )
    async with (
        tagged_site(store, {"/": f"{PAGE}<script>{early}</script>"}, "") as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
    assert len(wire.custom("heatwright/consent")) == 1
    assert wire.custom("heatwright/goal") == [{"goal": "seen", "properties": {}}]


async def test_withdrawal_drops_what_was_not_sent_and_forgets_the_visitor(
    browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        first = store.sessions()[0].visitor_id
        sent = len(wire.bodies)
        await page.evaluate("() => { heatwright.track('secret'); heatwright.consent(false) }")
        await use(page)
        assert await page.evaluate(STORED) == []
        assert len(wire.bodies) == sent
        await page.evaluate("() => heatwright.consent(true)")
        await flushed(page)
    assert wire.custom("heatwright/goal") == []
    assert {session.visitor_id for session in store.sessions()} > {first}, "a new visitor"


async def test_withdrawal_in_one_tab_ends_the_others(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        other = await page.context.new_page()
        await other.goto(tagged.url)
        await flushed(other)
        await other.evaluate("() => heatwright.consent(false)")
        await page.wait_for_function("() => heatwright.sessionUrl() === null")
        sent = len(wire.bodies)
        await use(page)
        assert len(wire.bodies) == sent
        assert await page.evaluate(STORED) == []


async def test_leaving_an_excluded_path_begins_a_recording_and_entering_one_ends_it(
    browser: Browser, store: Store
) -> None:
    attributes = 'data-consent="not-required" data-exclude="/account/**"'
    async with (
        tagged_site(store, {"/account/card": PAGE}, attributes) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(f"{tagged.url}/account/card")
        await page.wait_for_function("() => window.heatwright")
        await page.evaluate("() => history.pushState({}, '', '/products')")
        await flushed(page)
        await page.click("#buy")
        await page.evaluate("() => history.pushState({}, '', '/account')")
        await eventually(lambda: wire.custom("heatwright/environment"), "the recording")
        await page.evaluate("() => document.body.append('Quokka-inside')")
        await asyncio.sleep(WAIT_S)
    assert [event["data"]["href"] for event in wire.events if event["type"] == 4] == [
        f"{tagged.url}/products"
    ]
    assert b"Quokka-inside" not in b"".join(wire.bodies)
    assert f"{tagged.url}/account".encode() not in b"".join(wire.bodies)


async def test_what_was_held_back_is_not_sent_after_a_withdrawal(
    browser: Browser, store: Store
) -> None:
    """Cause: after `stop()` a queue went on trying, and a withdrawal found nothing to drop."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.context.set_offline(True)
        await page.evaluate("() => { heatwright.track('secret'); heatwright.flush() }")
        await page.evaluate("() => { heatwright.stop(); heatwright.consent(false) }")
        sent = len(wire.requests)
        await page.context.set_offline(False)
        await asyncio.sleep(WAIT_S)
        assert len(wire.requests) == sent
    assert "secret" not in str(
        [store.events(d.id) for s in store.sessions() for d in store.documents(s.id)]
    )


@pytest.mark.parametrize(
    "router",
    [
        "push.call(history, {}, '', '/account/1')",
        "navigation.navigate('/account/1')",
        "location.hash = '#/account/1'",
    ],
    ids=["pushState kept from before", "Navigation API", "route in the fragment"],
)
async def test_excluded_pages_are_not_recorded_however_the_router_gets_there(
    router: str, browser: Browser, store: Store
) -> None:
    """Cause: such changes of the URL were not heard of, and the page was recorded whole."""
    script = """<script>
      const push = history.pushState;
      navigation.addEventListener("navigate", (event) => {
        if (event.canIntercept && !event.hashChange) event.intercept({ handler: async () => {} });
      });
    </script>"""
    async with (
        tagged_site(
            store, {"/": script + PAGE}, 'data-consent="not-required" data-exclude="/account/**"'
        ) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate(f"""() => {{
          {router};
          document.body.append("Quokka-inside");
        }}""")
        await asyncio.sleep(WAIT_S)
        assert await page.evaluate("() => heatwright.sessionUrl()") is None
    assert b"Quokka-inside" not in b"".join(wire.bodies)


async def test_excluded_paths_are_read_as_people_write_them(browser: Browser, store: Store) -> None:
    attributes = 'data-consent="not-required" data-exclude="/über/**"'
    async with (
        tagged_site(store, {"/%C3%BCber/mich": PAGE, "/über/mich": PAGE}, attributes) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(f"{tagged.url}/über/mich")
        await page.click("#buy")
        await asyncio.sleep(WAIT_S)
    assert wire.bodies == []


async def test_what_is_told_on_an_excluded_page_is_never_recorded(
    browser: Browser, store: Store
) -> None:
    early = "<script>(window.heatwright ||= []).push(['track', 'on-secret-page'])</script>"
    attributes = 'data-consent="not-required" data-exclude="/secret"'
    async with (
        tagged_site(store, {"/secret": early + PAGE}, attributes) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(f"{tagged.url}/secret")
        await page.wait_for_function("() => window.heatwright && !Array.isArray(heatwright)")
        await page.evaluate("() => history.pushState({}, '', '/open')")
        await flushed(page)
    assert wire.batches and wire.custom("heatwright/goal") == []


async def test_an_erased_visitor_is_forgotten_by_the_browser_and_comes_back_as_another(
    browser: Browser, store: Store
) -> None:
    """What waits is dropped; the next page, under the same consent, is somebody new."""
    async with (
        tagged_site(store, {"/": PAGE}, 'data-consent="not-required"') as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        (first,) = store.sessions()
        store.eraser().erase(Who("visitor", first.visitor_id))
        await page.fill("#field", "Quokka")
        await flushed(page)
        await page.click("#buy")
        sent = len(wire.bodies)
        await flushed(page)
        assert len(wire.bodies) == sent
        assert await page.evaluate(STORED) == []
        assert store.sessions() == []
        await page.goto(tagged.url)
        await flushed(page)
    (second,) = store.sessions()
    assert {first.id, first.visitor_id}.isdisjoint({second.id, second.visitor_id})
