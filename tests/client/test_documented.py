"""The examples of docs/tag.md run as they stand, on a page that pasted the tag as it says."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Route

from heatwright.cli.sites import Consent, pasted_tag
from recorder.store import Store
from tests.docs.sources import doc
from tests.support.tagged import TaggedSite, flushed, tagged_site, visitor


def examples(language: str, tagged: TaggedSite) -> list[str]:
    """The page's examples in `language`, with this collector and key."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", doc("tag.md"), flags=re.M | re.DOTALL)
    there = {"https://heat.example.com": tagged.collector, "YOUR-WRITE-KEY": tagged.key}
    for example, ours in there.items():
        found = [text.replace(example, ours) for text in found]
    return found


async def test_the_pasted_tag_the_consent_and_the_calls_work(
    browser: Browser, store: Store
) -> None:
    warnings: list[str] = []
    async with (
        tagged_site(store, {}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        tag, consent = examples("html", tagged)
        calls = examples("js", tagged)[1]
        tagged.site.pages["/"] = f"<!DOCTYPE html><html><head>{tag}{consent}</head><body>x</body>"
        page.on("console", lambda said: warnings.append(said.text))
        await page.goto(tagged.url)
        await flushed(page)
        link = await page.evaluate("() => heatwright.sessionUrl({ now: true })")
        await page.evaluate(f"async () => {{\n{calls}\n}}")
        told = {
            name: wire.custom(f"heatwright/{name}")
            for name in ("consent", "identify", "goal", "trait", "page", "report")
        }
        (session,) = store.sessions()
    assert [one for one in warnings if "heatwright" in one] == []
    assert {one["version"] for one in told["consent"]} == {"2026-10"}
    assert told["identify"] == [{"id": "u-4711", "traits": {"plan": "paying"}}]
    assert told["goal"] == [{"goal": "purchase", "properties": {"value": 129}}]
    assert len(told["trait"]) == 2 and len(told["page"]) == len(told["report"]) == 1
    assert re.fullmatch(rf"{tagged.collector}/s/{session.id}\?at=[\d.]+s", link)


async def test_the_es_module_is_started_as_the_page_says(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        module = examples("js", tagged)[0]
        started = "heatwright.consent(true); window.flush = heatwright.flush;"
        tagged.site.pages["/"] = (
            f'<!DOCTYPE html><html><head><script type="module">{module}{started}</script></head>'
        )
        await page.goto(tagged.url)
        await page.wait_for_function("() => window.flush")
        await page.evaluate("() => flush()")
    assert [event for event in wire.events if event["type"] == 2]


async def test_a_path_of_the_site_can_stand_for_the_collector(
    browser: Browser, store: Store
) -> None:
    """Then policies with `'self'` need no change."""
    policy = "default-src 'self'"
    async with (
        tagged_site(store, {}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        heat = f"{tagged.url}/heat"

        async def proxy(route: Route) -> None:
            there = route.request.url.replace(heat, tagged.collector)
            await route.fulfill(response=await route.fetch(url=there))

        await page.route(f"{heat}/**", proxy)
        tag = pasted_tag(heat, tagged.key, Consent.NOT_REQUIRED)
        tagged.site.pages["/"] = (
            "<!DOCTYPE html><html><head>"
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">{tag}</head><body>x'
        )
        await page.goto(tagged.url)
        await flushed(page)
        link = await page.evaluate("() => heatwright.sessionUrl()")
        (session,) = store.sessions()
    assert link == f"{heat}/s/{session.id}"
