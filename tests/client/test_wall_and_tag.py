"""The server's wall changes not one byte of what the tag sent under the same policy."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from recorder.collector import serving
from recorder.masking import LEVELS, Level, Policy
from recorder.store import Store
from tests.support.tagged import Wire, flushed
from tests.support.walled import changed_by_wall
from tests.truth.sites import SB_ADMIN, SHOP, SOFT_UI, serving_site, tag_for

PAGES: dict[Level, list[tuple[str, str]]] = {
    "inputs": [(SB_ADMIN, "tables.html"), (SHOP, "checkout")],
    "text": [(SOFT_UI, "pages/dashboard.html"), (SHOP, "checkout")],
    "strict": [(SB_ADMIN, "cards.html")],
}

SETTINGS = 'data-keep-query="q page" data-keep-fragment="routes"'

VISIT = """async () => {
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  scrollTo(0, 500);
  const field = document.querySelector("input");
  if (field) {
    field.value = "typed by a script";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.body.insertAdjacentHTML("beforeend", `<p id=late title="A title">Late words
    <a href="#late">here</a><a href="/x?q=1&token=2#/route">there</a></p>`);
  await later(50);
  await heatwright.flush();
  document.querySelector("#late").firstChild.data = "Other words, 東京 and more";
  document.querySelector("#late").title = "Another title";
  const style = document.createElement("style");
  style.textContent = ".late::before { content: 'drawn'; background: url(/x.png?v=1&t=secret) }";
  document.head.append(style);
  await later(50);
  await heatwright.flush();
  style.append(".later { --x: 'words'; color: red } /* a comment */");
  document.querySelector("#late a").setAttribute("href", "/y?token=3#elsewhere");
  history.pushState(null, "", "?q=shoes&token=4#/route");
  console.error("no answer from jane@example.com at /api/cart?id=7");
  heatwright.track("bought", { total: 12.5, by: "jane@example.com" });
  await fetch("/nothing-here?token=5").catch(() => {});
  await later(700);
}"""


async def _sent(
    browser: Browser, store: Store, source: str, path: str, level: Level
) -> list[bytes]:
    """What the tag sends of a visit to one page, in batches."""
    tag = [""]
    async with serving_site(source, tag) as origin, serving(store, fetch_assets=False) as collector:
        name = f"{source}-{level}"
        site = store.sites.add(name, [origin], policy=Policy(level, ("q", "page"), "routes"))
        tag[0] = tag_for(collector, site.write_key, f'data-mask="{level}" {SETTINGS}')
        context = await browser.new_context()
        wire = Wire.tap(context, collector)
        page = await context.new_page()
        await page.goto(f"{origin}/{path}?q=tents&page=2&token=6")
        await flushed(page)
        await page.evaluate(VISIT)
        await flushed(page)
        await context.close()
        return wire.bodies


@pytest.mark.parametrize("level", LEVELS)
async def test_what_the_tag_sends_passes_as_it_is(
    browser: Browser, store: Store, level: Level
) -> None:
    policy = Policy(level, ("q", "page"), "routes")
    for source, path in PAGES[level]:
        bodies = await _sent(browser, store, source, path, level)

        assert len(bodies) > 2
        assert b"".join(bodies).count(b"*" * 8) > 0
        assert changed_by_wall(bodies, policy) == []
