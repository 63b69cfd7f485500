"""Recordings as a site owner gets them: `heatwright serve`, the pasted tag, a visitor."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, Request

from recorder.store import Store
from tests.truth.live import HEIGHTS, stay_home
from tests.truth.sites import ROOT, Sheet, serving_site, tag_for

__all__ = ["command", "offline", "record_tagged"]

STAYS_MS = 2600
"""A visitor's last look: longer than the tag lets events wait."""

UNTIL_IDLE = """
() => new Promise((done) => {
  const end = performance.now() + 30_000;
  const parts = document.querySelector("[data-mask]:not([data-mask=inputs])")
    ? ["more", "masks"] : ["more"];
  const has = (part) =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes(`-${part}.js`));
  let calm = 0;
  const look = (deadline) => {
    calm = deadline.timeRemaining() > 45 && parts.every(has) ? calm + 1 : 0;
    if (calm >= 10 || performance.now() > end) done();
    else setTimeout(wait, 50);
  };
  // A page that is never idle would never call back by itself.
  const wait = () => requestIdleCallback(look, { timeout: 1000 });
  wait();
})
"""
"""The tag measures masked text in slices of 8 ms while the page is idle. On a machine that does
other things as well that takes longer than any fixed stay: the visitor leaves when the parts of the
tag that come late are there and ten idle periods (50 ms each, as the browser gives them to a page
at rest) have gone by with nothing in them.
"""


def command(*arguments: str) -> tuple[str, ...]:
    """`heatwright` with these arguments, as a process is started."""
    return (sys.executable, "-c", "from heatwright.cli import main; main()", *arguments)


@asynccontextmanager
async def serve(store_url: str) -> AsyncIterator[str]:
    """A collector in a process of its own, until Ctrl-C; yields its URL."""
    process = await asyncio.create_subprocess_exec(
        *command("serve", "--port", "0", "--json", "--store", store_url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = await process.stdout.readuntil(b"}\n")
        yield str(json.loads(said)["url"])
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


async def record_tagged(
    browser: Browser,
    store_url: str,
    sheet: Sheet,
    width: int,
    visit: Callable[[Page], Awaitable[None]],
    attributes: str,
) -> None:
    """One visit. Nothing of ours but the tag is in the browser, and nobody asks it to hurry."""
    tag: list[str] = [""]
    async with serving_site(sheet.source, tag) as origin:
        with Store.open(store_url) as store:
            site = store.sites.add("measured", [origin], consent="not-required")
        # Closing the collector finishes what it still fetches, so the site goes down after it.
        async with serve(store_url) as collector:
            tag[0] = tag_for(collector, site.write_key, attributes)
            size: Any = {"width": width, "height": HEIGHTS[width]}
            context = await browser.new_context(viewport=size)
            await stay_home(context)
            page = await context.new_page()
            await page.goto(f"{origin}/{sheet.path}")
            await visit(page)
            await page.evaluate(UNTIL_IDLE)
            await page.wait_for_timeout(STAYS_MS)
            await page.goto("about:blank")
            await context.close()
    with Store.open(store_url) as store:
        (session,) = store.sessions()
        (document,) = store.documents(session.id)
        assert store.gaps(document.id) == []


@asynccontextmanager
async def offline(page: Page) -> AsyncIterator[None]:
    """No network while the block runs; it ends only after the tag has tried to send and failed."""
    tried = asyncio.Event()

    def note(request: Request) -> None:
        if request.url.endswith("/v1/batches"):
            tried.set()

    page.on("requestfailed", note)
    await page.context.set_offline(True)
    yield
    await asyncio.wait_for(tried.wait(), 30)
    await page.context.set_offline(False)
