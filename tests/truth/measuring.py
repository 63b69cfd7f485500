"""The measurements: each takes a page and returns rows for the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.truth.chain import Manner, heatmapped, record, replayed
from tests.truth.fidelity import (
    MISSES_KEPT,
    Fidelity,
    compare_boxes,
    compare_pixels,
    differing,
    moved,
)
from tests.truth.live import SETTLE_MS, Live, look, opened, ready
from tests.truth.placement import Click, Laid, Layout, Place, Placement, Recorded, judge
from tests.truth.sites import Sheet, serving_site
from tests.truth.tagging import offline

WIDTHS = [1440, 768, 390]


async def fidelity(
    browser: Browser,
    folder: Path,
    sheet: Sheet,
    manners: Sequence[Manner],
    widths: Sequence[int] = WIDTHS,
    *,
    unseen: bool = False,
    calm: bool = False,
) -> list[Fidelity]:
    """Replays at `widths` of a recording at the first of them, and of one at each other.

    With `unseen`, only of the first. A page that is `calm` is known to be the same in every load.
    """
    live: dict[int, Live] = {}
    again: dict[int, Live] = {}
    async with serving_site(sheet.source) as origin:
        for width in widths:
            live[width] = await look(browser, f"{origin}/{sheet.path}", width)
            again[width] = (
                live[width] if calm else await look(browser, f"{origin}/{sheet.path}", width)
            )
    rows = []
    for manner in manners:
        for recorded in widths[:1] if unseen else widths:
            shown = list(widths) if recorded == widths[0] else [recorded]
            place = folder / f"{manner.name}-{recorded}"
            place.mkdir(parents=True)
            await record(manner, browser, place, sheet, recorded)
            ours = await replayed(place, shown)
            for width in shown:
                (place / f"live-{width}.png").write_bytes(live[width].png)
                elements, misses, dropped = compare_boxes(live[width], ours[width][0])
                rows.append(
                    Fidelity(
                        page=sheet.name,
                        way=manner.way,
                        mask=manner.mask,
                        recorded=recorded,
                        shown=width,
                        elements=elements,
                        near=elements - len(misses),
                        pixels_off=compare_pixels(live[width].png, ours[width][1]),
                        scripted=differing(live[width], live[recorded]),
                        restless=differing(live[width], again[width])
                        + moved(live[width], again[width]),
                        dropped=dropped,
                        misses=misses[:MISSES_KEPT],
                    )
                )
    return rows


async def placement(
    browser: Browser,
    folder: Path,
    sheet: Sheet,
    manner: Manner,
    clicks: int,
    *,
    cut: bool = False,
    seed: int = 1,
) -> list[Placement]:
    """Clicks recorded at the first width, placed at all of them.

    With `cut`, the second third of them is made without network.
    """
    made: list[Click] = []
    recorded: list[Layout] = []

    async def visit(page: Page) -> None:
        await ready(page)
        recorded.append(await _layout(page))
        made.extend(await click_about(page, clicks, seed, cut=cut))
        # The live pages below are at their top; some pages look different while scrolled.
        await page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
        await page.wait_for_timeout(SETTLE_MS)

    await record(manner, browser, folder, sheet, WIDTHS[0], visit)
    truth: dict[int, tuple[Layout, list[Place | None]]] = {}
    async with serving_site(sheet.source) as origin:
        for width in WIDTHS:
            async with opened(browser, f"{origin}/{sheet.path}", width) as page:
                layout = await _layout(page)
                await page.evaluate("() => truth.rest()")
                found = await page.evaluate("(clicks) => truth.find(clicks)", made)
                truth[width] = (layout, found)
    summaries, rows = await heatmapped(folder, f"/{sheet.path}", WIDTHS)
    return [
        judge(
            Recorded(sheet.name, manner.way, manner.mask),
            made,
            Laid(recorded[0], differing(truth[WIDTHS[0]][0], truth[width][0]), *truth[width]),
            rows[width],
            summary,
        )
        for width, summary in zip(WIDTHS, summaries, strict=True)
    ]


async def _layout(page: Page) -> Layout:
    """The document as it was loaded, and its size once it has been leafed through."""
    structure = await page.evaluate("() => truth.structure()")
    await page.evaluate("() => truth.leaf()")
    size = await page.evaluate("() => truth.size()")
    return Layout(int(size[0]), int(size[1]), dict(structure))


async def click_about(page: Page, count: int, seed: int, *, cut: bool) -> list[Any]:
    """Clicks about `count` places of the page; what the page's own eyes saw of each."""
    targets = await page.evaluate("([count, seed]) => truth.targets(count, seed)", [count, seed])
    await page.evaluate("() => truth.watch()")
    first, second = (len(targets) // 3, len(targets) * 2 // 3) if cut else (0, 0)
    await _click(page, targets[:first])
    if cut:
        async with offline(page):
            await _click(page, targets[first:second])
    await _click(page, targets[second:])
    return list(await page.evaluate("() => truth.clicks"))


async def _click(page: Page, targets: Sequence[Any]) -> None:
    for target in targets:
        at = await page.evaluate("(target) => truth.aim(target)", target)
        if at:
            await page.mouse.click(*at)
