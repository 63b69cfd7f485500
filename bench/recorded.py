"""What the tag sends of a real page, for what is measured on the server's side."""

from __future__ import annotations

import tempfile

from playwright.async_api import async_playwright

from recorder.chromium import launch
from recorder.collector import serving
from recorder.store import Store
from tests.support.tagged import Wire, flushed
from tests.truth.sites import SB_ADMIN, serving_site, tag_for

__all__ = ["changes_and_snapshot", "recorded_bodies"]

PAGE = "tables.html"
CHANGES = """() => {
  for (let n = 0; n < 40; n++) {
    setTimeout(() => {
      document.body.title = `title ${n}`;
      document.body.append(`text ${n}`);
    }, n * 5);
  }
  return new Promise((done) => setTimeout(done, 400));
}"""


async def recorded_bodies() -> list[bytes]:
    """Batches of a template's page with tables, and of changes to it; inflated."""
    tag = [""]
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/b.db") as store:
        async with (
            async_playwright() as playwright,
            serving_site(SB_ADMIN, tag) as origin,
            serving(store, fetch_assets=False) as collector,
        ):
            site = store.sites.add("bench", [origin])
            tag[0] = tag_for(collector, site.write_key, "")
            browser = await launch(playwright)
            context = await browser.new_context()
            wire = Wire.tap(context, collector)
            page = await context.new_page()
            await page.goto(f"{origin}/{PAGE}")
            await flushed(page)
            await page.evaluate(CHANGES)
            await flushed(page)
            await browser.close()
            return wire.bodies


def changes_and_snapshot(bodies: list[bytes]) -> tuple[bytes, bytes]:
    """The batch with the most changes, and the largest, which has the snapshot."""
    return max(bodies, key=lambda body: body.count(b'"source":0')), max(bodies, key=len)
