"""Seeking in a long session, and following it to its end, beside rrweb's Replayer.

Both are in the same Chromium, on one session: an hour on a page with a table, with a change every
half second and a pointer that moves. The Replayer is asked as a player would ask it. What counts
is the time until the DOM of a moment is there, with that for handing the session over to the
browser where it is not there yet; the pictures are `stage`'s.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from playwright.async_api import Page, async_playwright

from bench.recorded import changes_and_snapshot, recorded_bodies
from bench.rows import Row
from recorder.chromium import launch
from recorder.devices import DEVICES
from recorder.store import Store
from replay import Moment, Stage, Theatre
from replay.moments import moment_of, once
from tests.support.forging import keep_events

__all__ = ["run"]

HOUR_MS: Final = 3_600_000
EVERY_MS: Final = 500
"""Between two changes of the page."""

MOMENTS: Final = 50
BUILDS: Final = 1_000
"""Builds of a small page, over which a stage's memory must not grow."""

ROUNDS: Final = 3
RRWEB: Final = Path(__file__).resolve().parents[1] / "node_modules/rrweb/dist/rrweb.umd.cjs"

OPEN: Final = """(json) => {
  const events = JSON.parse(json);
  window.replayer = new rrweb.Replayer(events, {
    mouseTail: false, showWarning: false, root: document.body, triggerFocus: false, loadTimeout: 0,
  });
  window.total = events.at(-1).timestamp - events[0].timestamp;
  replayer.pause(total + 1);
}"""
SEEK: Final = """(times) => {
  const start = performance.now();
  for (const time of times) replayer.pause(time);
  return performance.now() - start;
}"""


def run() -> list[Row]:
    """Takes some minutes."""
    return asyncio.run(_run())


async def _run() -> list[Row]:
    _, body = changes_and_snapshot(await recorded_bodies())
    events = list(_session(json.loads(body)["events"]))
    chance = random.Random(11)  # noqa: S311 - the same each time
    offsets = [chance.randrange(HOUR_MS) for _ in range(MOMENTS)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{folder}/bench.db") as store,
    ):
        end = keep_events(store, "http://bench.example/", events)
        async with Theatre(store) as theatre:
            found = [await _round(theatre, end, events, offsets) for _ in range(ROUNDS)]
            memory = await _memory(theatre, end)
    return [*map(_middle, zip(*found, strict=True)), memory]


def _middle(rounds: Sequence[Row]) -> Row:
    return sorted(rounds, key=lambda row: row.ratio)[len(rounds) // 2]


def _session(snapshot: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The snapshot, and an hour of what people do: text, classes, nodes that come and go, moves."""
    start = int(time.time() * 1000) - 2 * HOUR_MS
    chance = random.Random(5)  # noqa: S311 - the same each time
    yield from (one | {"timestamp": start} for one in snapshot if one["type"] in (2, 4))
    root = next(one["data"]["node"] for one in snapshot if one["type"] == 2)
    elements, texts = [], []
    for node in _nodes(root):
        if node["type"] == 3:
            texts.append(node["id"])
        elif node.get("tagName") in ("div", "td", "tr", "a", "span", "li"):
            elements.append(node["id"])
    fresh = itertools.count(10_000_000)
    here: list[tuple[int, int]] = []
    for at in range(EVERY_MS, HOUR_MS, EVERY_MS):
        yield _changed(chance, elements, texts, here, next(fresh)) | {"timestamp": start + at}
        moves = [
            {"x": chance.randrange(1000), "y": chance.randrange(700), "id": chance.choice(elements),
             "timeOffset": -50 * n} for n in range(9, -1, -1)
        ]  # fmt: skip
        yield {"type": 3, "timestamp": start + at, "data": {"source": 1, "positions": moves}}


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("childNodes", ()):
        yield from _nodes(child)


def _changed(
    chance: random.Random,
    elements: list[int],
    texts: list[int],
    here: list[tuple[int, int]],
    id: int,
) -> dict[str, Any]:
    """One mutation: a text, a class, or a node that comes while another goes."""
    data: dict[str, Any] = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    what = chance.randrange(3)
    if what == 0:
        data["texts"].append({"id": chance.choice(texts), "value": f"said {id}"})
    elif what == 1:
        attributes = {"class": f"is-{id % 7}", "style": {"opacity": f"0.{id % 9 + 1}"}}
        data["attributes"].append({"id": chance.choice(elements), "attributes": attributes})
    else:
        parent = chance.choice(elements)
        node = {"type": 2, "tagName": "b", "attributes": {}, "childNodes": [], "id": id}
        data["adds"].append({"parentId": parent, "nextId": None, "node": node})
        here.append((parent, id))
        if len(here) > 40:
            parent, gone = here.pop(0)
            data["removes"].append({"parentId": parent, "id": gone})
    return {"type": 3, "data": data}


async def _round(
    theatre: Theatre, end: Moment, events: list[dict[str, Any]], offsets: list[int]
) -> list[Row]:
    followed, sought = await _replayer(events, offsets)
    store = theatre.store
    read = once(store)
    start = end.document.started_at
    moments = [moment_of(store, end.session, end.document, start + at, read) for at in offsets]
    async with theatre.stage(DEVICES["desktop"]) as stage:
        end_ms = await _built(stage, [end], anew=True)
        anew = await _built(stage, moments, anew=True)
        ordered = sorted(moments, key=lambda one: one.time_ms)
        gone_on = await _built(stage, ordered, anew=False)
    return [
        Row("an hour followed to its end (bar: 1 ×)", end_ms, "rrweb's Replayer", followed),
        Row(f"{MOMENTS} random moments, each anew", anew, "the Replayer, paused at each", sought),
        Row(f"{MOMENTS} random moments, in order (bar: 0.2 ×)", gone_on, "the same", sought),
    ]


async def _built(stage: Stage, moments: list[Moment], *, anew: bool) -> float:
    """Milliseconds until each of `moments` was there, together."""
    began = time.perf_counter()
    for number, moment in enumerate(moments):
        if anew or not number:
            stage.forget()
        await stage.build(moment)
    return (time.perf_counter() - began) * 1000


async def _replayer(events: list[dict[str, Any]], offsets: list[int]) -> tuple[float, float]:
    """Milliseconds to the end of the session, and for all of the moments."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(**DEVICES["desktop"].context_options())
        await page.add_script_tag(path=RRWEB)
        body = msgspec.json.encode(events).decode()
        began = time.perf_counter()
        await page.evaluate(OPEN, body)
        followed = (time.perf_counter() - began) * 1000
        sought = float(await page.evaluate(SEEK, offsets))
        await browser.close()
    return followed, sought


async def _memory(theatre: Theatre, end: Moment) -> Row:
    """The stage's heap after so many builds, beside after a tenth of them."""
    first = moment_of(theatre.store, end.session, end.document, end.document.started_at)
    async with theatre.stage(DEVICES["desktop"]) as stage:
        heap = await _heap(stage._page)
        early = 0.0
        for number in range(1, BUILDS + 1):
            stage.forget()
            await stage.build(first)
            if number == BUILDS // 10:
                early = await heap()
        late = await heap()
    name = f"heap of a stage after {BUILDS:,} moments"
    return Row(name, late, f"after {BUILDS // 10}", early, "MB")


async def _heap(page: Page) -> Callable[[], Awaitable[float]]:
    """Asks for MB of JavaScript heap that are in use once all garbage is gone."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")

    async def used() -> float:
        await session.send("HeapProfiler.collectGarbage")
        found = await session.send("Performance.getMetrics")
        named = {one["name"]: one["value"] for one in found["metrics"]}
        return float(named["JSHeapUsedSize"]) / 1e6

    return used
