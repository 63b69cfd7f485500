"""Main-thread time that a recorder adds to a page, beside what rrweb's recorder adds.

Time is the main thread's own (`threadTicks`), so that other work on the machine does not
count; the longest task is by the clock, as a visitor feels it.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from bench.rows import Row
from bench.tag.contestants import Hosts, Recorder, visiting
from bench.tag.pages import CLICKS, PAGES, Sheet

__all__ = ["run"]

RUNS = 3
"""Of which the median counts; the recorders take turns, so that all meet the same machine."""

RECORDERS = (Recorder.NONE, Recorder.RRWEB, Recorder.TAG, Recorder.CLARITY)

NAMES = {Recorder.TAG: "the tag (bar: 1.1 ×)", Recorder.CLARITY: "clarity-js"}
YARDSTICK = "rrweb + stringify + fetch"

QUIET_S = 2.2
"""Without new bytes after a page's work: every recorder here sends what waits in two seconds."""

QUIET_TURNS = 5
"""At most: Clarity goes on sending measurements of its own."""

PATIENCE_S = 15
"""For a recorder's first bytes: the slowest took four seconds."""

SETTLE_S = 0.3
"""For what a recorder sends when it is told to, without an answer that it waits for."""

SIZE: Any = {"width": 1280, "height": 800}


@dataclass(frozen=True, slots=True)
class Cost:
    """One visit: milliseconds of the main thread's tasks in all, and of the longest of them.

    `sent` is kB on the wire; `whole` whether the last thing that the page did was recorded.
    """

    tasks: float
    longest: float
    sent: float
    whole: bool


def run() -> list[Row]:
    """Medians less the page's own; takes about eight minutes."""
    return asyncio.run(_run())


async def _run() -> list[Row]:
    rows = []
    async with visiting() as (browser, hosts):
        # A browser's first page is slower than all others.
        await _visit(browser, hosts, *next(iter(PAGES.items())), Recorder.NONE)
        for name, sheet in PAGES.items():
            costs = defaultdict(list)
            for _ in range(RUNS):
                for recorder in RECORDERS:
                    costs[recorder].append(await _visit(browser, hosts, name, sheet, recorder))
            rows += _rows(sheet, costs)
    return rows


def _rows(sheet: Sheet, costs: dict[Recorder, list[Cost]]) -> list[Row]:
    tasks = {one: median(cost.tasks for cost in runs) for one, runs in costs.items()}
    longest = {one: median(cost.longest for cost in runs) for one, runs in costs.items()}
    own = tasks[Recorder.NONE]
    rows = []
    for one, name in NAMES.items():
        sent = median(cost.sent for cost in costs[one])
        named = f"{sheet.name}, {name}, {sent:.0f} kB sent{_remark(costs[one])}"
        yardstick = f"{YARDSTICK}{_remark(costs[Recorder.RRWEB])}; alone {own:.0f} ms"
        rows.append(Row(named, tasks[one] - own, yardstick, tasks[Recorder.RRWEB] - own))
        label = f"{sheet.name}, {name.partition(' (')[0]}: longest task"
        rows.append(Row(label, longest[one], "the same", longest[Recorder.RRWEB]))
    return rows


def _remark(costs: list[Cost]) -> str:
    """A recorder that gives up has it easy, so that it must be said."""
    return "" if all(cost.whole for cost in costs) else ", NOT RECORDED TO THE END"


async def _visit(
    browser: Browser, hosts: Hosts, name: str, sheet: Sheet, recorder: Recorder
) -> Cost:
    await hosts.forget()
    context = await browser.new_context(viewport=SIZE)
    page = await context.new_page()
    # A page of the same origin first: the process in which the next one runs is there already,
    # and counts from here on.
    await page.goto(f"{hosts.origin}/blank")
    cdp = await context.new_cdp_session(page)
    await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _task_ms(cdp)
    await page.goto(f"{hosts.origin}/pages/{name}?with={recorder}")
    await _under_way(hosts, recorder)
    if sheet.pointer:
        await _point(page, cdp)
    await page.evaluate("() => bench.run()")
    await _at_rest(hosts, recorder)
    spent = await _task_ms(cdp) - before
    longest = await page.evaluate("() => bench.longest")
    whole = await _to_the_end(page, hosts, recorder)
    sent = (await hosts.taken(recorder)).bytes / 1000
    await context.close()
    return Cost(spent, longest, sent, whole)


async def _task_ms(cdp: CDPSession) -> float:
    metrics = (await cdp.send("Performance.getMetrics"))["metrics"]
    return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


async def _under_way(hosts: Hosts, recorder: Recorder) -> None:
    """Waits for the first bytes, or in vain, which is noticed at the end."""
    end = time.monotonic() + (0 if recorder is Recorder.NONE else PATIENCE_S)
    while time.monotonic() < end:
        if (await hosts.taken(recorder)).requests:
            return
        await asyncio.sleep(0.1)


async def _at_rest(hosts: Hosts, recorder: Recorder) -> None:
    before = None
    for _ in range(QUIET_TURNS):
        now = await hosts.taken(recorder)
        if now == before:
            return
        before = now
        await asyncio.sleep(QUIET_S)


async def _to_the_end(page: Page, hosts: Hosts, recorder: Recorder) -> bool:
    """Whether all was recorded and has arrived."""
    if recorder is not Recorder.NONE:
        await page.evaluate("() => window.settle ? settle() : window.heatwright?.flush()")
        await asyncio.sleep(SETTLE_S)
    return await hosts.marked(recorder)


async def _point(page: Page, cdp: CDPSession) -> None:
    """Real moves and clicks over the whole window, two moves and a click an animation frame."""
    for i in range(CLICKS):
        x, y = (i * 37) % SIZE["width"], (i * 53) % SIZE["height"]
        # A press lets the move before it out at once; a move alone waits for its frame.
        await asyncio.gather(
            _mouse(cdp, "mouseMoved", x, y),
            _mouse(cdp, "mousePressed", x, y),
            _mouse(cdp, "mouseReleased", x, y),
            _mouse(cdp, "mouseMoved", x + 9, y + 5),
        )
    clicks = await page.evaluate("() => bench.clicks")
    if clicks != CLICKS:
        raise RuntimeError(f"The page saw {clicks} clicks of {CLICKS}: nothing can be compared.")


async def _mouse(cdp: CDPSession, kind: str, x: float, y: float) -> None:
    button: dict[str, Any] = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
    await cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})
