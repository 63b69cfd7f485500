"""The server's wall beside the rest of a batch's way: inflate, decode and judge, recompress."""

from __future__ import annotations

import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Callable

from playwright.async_api import async_playwright

from bench.rows import Row
from recorder.batches import decode_batch
from recorder.chromium import launch
from recorder.collector import serving
from recorder.inflate import gunzip
from recorder.limits import INFLATED_BYTES
from recorder.masking import Policy
from recorder.store import Store
from recorder.store.facts import facts_of
from tests.support.tagged import Wire, flushed
from tests.truth.sites import SB_ADMIN, serving_site, tag_for

ROUNDS = 30
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


async def _bodies() -> list[bytes]:
    """What the tag sends of a page, and of changes to it; inflated."""
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


def _ms(work: Callable[[], object]) -> float:
    """Of the processor, the least of several rounds: what else runs here does not count."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best * 1000


def _row(name: str, body: bytes) -> Row:
    packed = gzip.compress(body, 6)
    now = int(json.loads(body)["sent_at"])

    def ingest(policy_of: Callable[[str], Policy] | None) -> object:
        return facts_of(decode_batch(gunzip(packed, INFLATED_BYTES), now, policy_of))

    title = f"ingest with the wall, {name} of {len(packed) / 1000:.1f} kB gzip"
    return Row(
        title, _ms(lambda: ingest(lambda _: Policy())), "without it", _ms(lambda: ingest(None))
    )


def run() -> list[Row]:
    """Processor time of a snapshot and of a batch of changes, with the wall and without."""
    bodies = asyncio.run(_bodies())
    changes = max(bodies, key=lambda body: body.count(b'"source":0'))
    return [_row("a snapshot", max(bodies, key=len)), _row("changes", changes)]
