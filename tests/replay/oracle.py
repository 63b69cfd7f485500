"""rrweb's own Replayer as the oracle: what the DOM is after N events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, TimeoutError

from recorder.events import Event, encode_events
from recorder.store import Store
from replay import Theatre
from replay.moments import cut
from tests.support.recording import SMALL

__all__ = ["Oracle", "counts_between", "listed", "staged"]

ROOT = Path(__file__).resolve().parents[2]
LISTING = ROOT.joinpath("tests", "support", "listing.js").read_text(encoding="utf-8")
RRWEB = ROOT.joinpath("node_modules", "rrweb", "dist", "rrweb.umd.cjs")

SETTLE_S = 0.05
"""The Replayer loads frames on timers of its own."""

SHEETS_MS = 5_000
"""Waited for linked sheets: one that was not there yet at the snapshot is loaded over the network.
One whose file there is none stays without, and is listed so on both sides."""

PLAY = """async ([json, width, height]) => {
  document.body.replaceChildren();
  // Two things that the Replayer gets wrong are kept from it. `srcdoc` loads a document of its own
  // into a frame, in a race with the recorded one. And a frame's document that was recorded empty
  // first and again when it had loaded has one id: the Replayer takes the second for the first.
  const events = JSON.parse(json, (key, value) => (key === "srcdoc" ? undefined : value));
  for (const { data } of events) {
    if (!data.isAttachIframe) continue;
    data.adds = data.adds.filter(({ node }) => node.childNodes.length);
  }
  const replayer = new rrweb.Replayer(events, {
    mouseTail: false, useVirtualDom: false, triggerFocus: false, loadTimeout: 0,
    showWarning: true, showDebug: false, root: document.body,
  });
  replayer.iframe.width = width;
  replayer.iframe.height = height;
  replayer.pause(events.at(-1).timestamp - events[0].timestamp + 1);
  window.replayer = replayer;
}"""

LOADED = """() => {
  const loaded = (doc) =>
    !doc ||
    ([...doc.querySelectorAll("link[rel=stylesheet][href]")].every((link) => link.sheet) &&
      [...doc.querySelectorAll("iframe")].every((frame) => loaded(frame.contentDocument)));
  return loaded(replayer.iframe.contentDocument);
}"""

LIST = f"""() => {{
  const mirror = replayer.getMirror();
  const injected = (node) => node.nodeName === "STYLE" && mirror.getId(node) === -1;
  return JSON.stringify(({LISTING})(injected)(replayer.iframe.contentDocument));
}}"""


class Oracle:
    """A page with the Replayer; it gets its own copy of the events each time."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @classmethod
    async def open(cls, browser: Browser, url: str) -> Oracle:
        """The Replayer on a page of the recorded site, so that frames have its origin."""
        page = await browser.new_page(viewport={"width": 1000, "height": 800})
        await page.goto(f"{url}/robots.txt")
        await page.add_script_tag(path=RRWEB)
        return cls(page)

    async def close(self) -> None:
        await self._page.close()

    async def after(self, events: Sequence[Event]) -> Any:
        """The listing of the DOM after `events`."""
        json_events = encode_events(events).decode()
        await self._page.evaluate(PLAY, [json_events, SMALL.width, SMALL.height])
        await asyncio.sleep(SETTLE_S)
        with contextlib.suppress(TimeoutError):
            await self._page.wait_for_function(LOADED, timeout=SHEETS_MS)
        return json.loads(await self._page.evaluate(LIST))


async def listed(page: Page) -> Any:
    """The listing of a page's own document."""
    return json.loads(
        await page.evaluate(f"() => JSON.stringify(({LISTING})(() => false)(document))")
    )


async def staged(theatre: Theatre, store: Store, session: str, count: int, place: int = 0) -> Any:
    """The listing of the stage after `count` events of the session's document at `place`."""
    row = store.session(session)
    document = store.documents(row.id)[place]
    moment = cut(store, row, document, store.events(document.id), count)
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle("recorded")
        return await listed(stage._page)


def counts_between(first: int, last: int, steps: int) -> list[int]:
    """About `steps` numbers from `first` to `last`, both included."""
    return sorted({first + round(i * (last - first) / steps) for i in range(steps + 1)})
