"""A blocked card in a responsive grid: recorded wide, shown narrow, beside the live page."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from recorder.devices import bare_width
from recorder.store import Store
from replay import Theatre
from replay.moments import cut
from tests.replay.test_masked_layout import BOXES, Boxes
from tests.support.recording import record
from tests.support.serving import website

WIDE, NARROW = bare_width(1440), bare_width(390)
TOLERANCE_PX = 1.0

TEXT = "Down is light and packs small, but gives up when wet. Synthetic fill keeps its warmth. "
CARD = f"<article class='card'><h2>A bag</h2><p>{TEXT * 3}</p><button>Buy</button></article>"
PAGE = f"""<!DOCTYPE html><html><head><style>
  body {{ margin: 0; font: 16px/1.5 sans-serif }}
  .grid {{ display: grid; gap: 20px; padding: 20px; grid-template-columns: repeat(3, 1fr) }}
  .card {{ border: 1px solid; padding: 15px; display: flex; flex-direction: column }}
  @media (max-width: 600px) {{ .grid {{ grid-template-columns: 1fr }} .card {{ padding: 10px }} }}
</style></head><body><header><h1>Bags</h1></header>
<div class="grid">{CARD}{CARD}{CARD}{CARD.replace("card'", "card rr-block'")}{CARD}{CARD}</div>
<footer><p>Open until six</p></footer></body></html>"""

GRID = "1/1"
BLOCKED = f"{GRID}/3"
AFTER = (f"{GRID}/4", f"{GRID}/5", "1/2")
GROWN = ("", "1", GRID, BLOCKED)
"""What is as high as the blocked card lets it be."""

HEIGHT_ERROR = 0.35
"""Share of its height by which the blocked card may be off (measured: 23 %): all of it is taken
for text that wraps, and headings, buttons and padding do not."""


async def both(browser: Browser, theatre: Theatre, store: Store) -> dict[int, tuple[Boxes, Boxes]]:
    """Live boxes, and those of the stage, by width; blocked insides are left out of the first."""
    live: dict[int, Boxes] = {}

    async def measure(page: Page) -> None:
        live[WIDE.width] = await page.evaluate(BOXES)

    async with website({"/": PAGE}) as site:
        driven = await record(browser, store, f"{site.url}/", measure, WIDE)
        page = await browser.new_page(viewport={"width": NARROW.width, "height": NARROW.height})
        await page.goto(f"{site.url}/")
        live[NARROW.width] = await page.evaluate(BOXES)
        await page.close()
    session = store.session(driven.session)
    [document] = store.documents(session.id)
    events = store.events(document.id)
    found = {}
    for device in (WIDE, NARROW):
        async with theatre.stage(device) as stage:
            await stage.build(cut(store, session, document, events, len(events)))
            await stage.settle()
            rows = await stage.boxes()
        ours = {one["path"]: [one[s] for s in ("x", "y", "width", "height")] for one in rows}
        theirs = {path: box for path, box in live[device.width].items() if path in ours}
        assert {path.rsplit("/", 1)[0] for path in live[device.width].keys() - ours.keys()} == {
            BLOCKED
        }
        found[device.width] = theirs, ours
    return found


async def test_a_blocked_card_keeps_its_column_and_all_others_their_place(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    found = await both(browser, theatre, store)
    wide, narrow = found[WIDE.width], found[NARROW.width]
    assert wide[1] == {path: pytest.approx(box, abs=TOLERANCE_PX) for path, box in wide[0].items()}

    live, ours = narrow
    shift = ours[BLOCKED][3] - live[BLOCKED][3]
    assert ours[BLOCKED][:3] == pytest.approx(live[BLOCKED][:3], abs=TOLERANCE_PX)
    assert abs(shift) <= HEIGHT_ERROR * live[BLOCKED][3]
    for path, (x, y, width, height) in live.items():
        y += shift if path.startswith(AFTER) else 0
        height += shift if path in GROWN else 0
        assert ours[path] == pytest.approx([x, y, width, height], abs=TOLERANCE_PX), path
