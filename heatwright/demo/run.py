"""The demo: the whole chain on the fixture shop, from simulated visits to a report.

Half of the visitors are driven as `heatwright record` does it, half come through
the tag pasted into the page and the collector. Then the shop is shut down,
and everything that follows works from the store alone.
"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, Error, Page, async_playwright
from rich.progress import Progress

from heatwright.demo.shop import fixture_site, serve_shop
from heatwright.demo.visitors import Visitor, population, prepare, visit
from heatwright.project import FunnelPlan
from heatwright.report.build import build_report
from heatwright.report.compose import compose
from heatwright.report.recorded import collect_facts
from recorder.chromium import launch
from recorder.collector import serving
from recorder.devices import DEVICES
from recorder.drive import Errand, record_visit
from recorder.errors import RenderFailed, WrongUse
from recorder.pages import match_page
from recorder.store import Store
from replay import Theatre

__all__ = ["DemoResult", "record_visits", "run_demo"]

SITE = "tarnside"
HOST = "127.0.0.1"
SEED = 20_261
VISITS_AT_ONCE = 2
"""Visits are mostly waiting; more at once only makes a two-core machine's timings odd."""

PAGES = ("/", "/products", "/products/*", "/guides/*")
"""What the report shows: the pages that most visitors see."""

FUNNEL = FunnelPlan(
    name="Buying",
    steps=["/", "/products/*", "goal = add_to_basket", "/checkout", "goal = purchase"],
)

HIDE = ("#cookie",)
"""The cookie banner would cover what most visitors saw after they had answered it."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the report is, and what went into it."""

    report: Path
    sessions: int
    seconds: float


async def run_demo(store: Store, out: Path, visitors: int, bars: Progress) -> DemoResult:
    """Runs the demo into `store` and writes the report to `out`.

    Raises WrongUse if `store` already holds recordings.
    """
    if store.sessions(limit=1):
        raise WrongUse("The demo's store already holds recordings.", "Give an empty --out folder.")
    began = time.monotonic()
    await record_visits(store, visitors, bars)
    async with Theatre(store) as theatre:
        pages = await compose(
            theatre, _visited(store), list(DEVICES.values()), hide=HIDE, bars=bars
        )
    facts = collect_facts(
        store,
        "Tarnside, the demo shop",
        duration_s=time.monotonic() - began,
        commands=(f"heatwright demo --out {out}",),
        funnels=[FUNNEL],
    )
    report = build_report(pages, out, facts=facts, bars=bars)
    return DemoResult(report, len(store.sessions()), time.monotonic() - began)


def _visited(store: Store) -> list[str]:
    """Those of `PAGES` that somebody saw: few visitors may leave one out."""
    seen = [view.url for view in store.page_views()]
    return [page for page in PAGES if any(match_page(page, url) for url in seen)]


async def record_visits(store: Store, count: int, bars: Progress) -> None:
    """Lets `count` visitors visit the shop; it is shut down when this returns."""
    port = _free_port()
    site = store.sites.add(SITE, [f"http://{HOST}:{port}"], consent="not-required")
    people = list(enumerate(population(count, SEED)))
    task = bars.add_task("visiting the shop", total=len(people))
    gate = asyncio.Semaphore(VISITS_AT_ONCE)
    async with (
        serving(store, HOST, 0) as collector,
        serve_shop(
            fixture_site(), HOST, port, collector=collector, write_key=site.write_key
        ) as base_url,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)

        async def one(index: int, visitor: Visitor) -> None:
            async with gate:
                if is_driven(index):
                    await _driven(browser, store, base_url, visitor)
                else:
                    await _tagged(browser, base_url, visitor)
            bars.advance(task)

        try:
            await asyncio.gather(*(one(index, visitor) for index, visitor in people))
        finally:
            await browser.close()


def is_driven(index: int) -> bool:
    """Whether the visitor of this index is driven: half on each device, and of each variant.

    `population` gives a device and, every other round, a variant by the index; the
    pattern here has another period, so that neither goes with the way of recording.
    """
    round_ = index // len(DEVICES)
    return (round_ + round_ // 2) % 2 == 0


async def _driven(browser: Browser, store: Store, base_url: str, visitor: Visitor) -> None:
    async def act(page: Page) -> None:
        await visit(page, base_url, visitor)

    errand = Errand(
        f"{base_url}/",
        visitor.device,
        act,
        visitor=visitor.id,
        traits=visitor.traits,
        variant=visitor.variant,
        prepare=partial(prepare, base_url=base_url, visitor=visitor),
    )
    driven = await record_visit(browser, store, errand)
    if driven.problem:
        raise driven.problem


async def _tagged(browser: Browser, base_url: str, visitor: Visitor) -> None:
    """Raises RenderFailed if the visit cannot be carried through."""
    context = await browser.new_context(**visitor.device.context_options())
    try:
        await prepare(context, base_url=base_url, visitor=visitor)
        page = await context.new_page()
        await page.goto(f"{base_url}/")
        await visit(page, base_url, visitor)
        # Leaving the page makes the tag send its rest, as closing a tab does for people.
        await page.goto("about:blank")
    except Error as error:
        raise RenderFailed(
            f"The visit of {visitor.id} on {visitor.device.label} broke off: "
            f"{error.message.splitlines()[0]}",
            "Run the demo again; if the machine is busy, with fewer --visitors.",
        ) from error
    finally:
        await context.close()


def _free_port() -> int:
    """A port that nothing listens on now: the site's origin must be known before it starts."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
