"""Recording in Firefox: nothing that only Chromium has is taken for granted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recorder.collector import serving
from recorder.events import ANCHOR_PLUGIN, Event, EventType
from recorder.store import Store
from replay import Theatre, find_moment, render
from tests.support.bidi import Window
from tests.support.firefox import firefox
from tests.support.recording import SMALL
from tests.support.serving import website

ROOT = Path(__file__).resolve().parents[2]

SECRET = "Quokka-4711"

FONT = ROOT / "fixtures/site/fonts/tarnside-sans-400.woff2"
"""Served by the page, because the two engines' own `sans-serif` are different fonts."""

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Firefox</title>{tag}<style>
  @font-face {{ font-family: Page; src: url(/page.woff2) }}
  body {{ margin: 20px; font: 20px/30px Page }}
  h1 {{ display: inline-block; margin: 0; font: 36px/50px Page }}
  #inner {{ height: 90px; width: 300px; overflow: auto }} #inner p {{ height: 600px }}
</style></head><body><h1>Wombats at noon</h1><p id="words">Some words to read and click</p>
<input id="field"><div id="inner"><p>deep</p></div></body></html>"""

LETTER = 11
"""Of the paragraph: the `t` of "to"."""

PLACES = f"""(() => {{
  const text = words.firstChild, range = document.createRange();
  range.setStart(text, {LETTER});
  range.setEnd(text, {LETTER + 1});
  const middle = (rect) => [rect.x + rect.width / 2, rect.y + rect.height / 2];
  const heading = document.querySelector("h1").getBoundingClientRect();
  return {{
    letter: middle(range.getBoundingClientRect()),
    field: middle(field.getBoundingClientRect()),
    inner: middle(inner.getBoundingClientRect()),
    heading: [heading.x, heading.y, heading.width, heading.height],
  }};
}})()"""

BEGUN_S = 15
LEFT_S = 15
"""Deadlines for what takes well under a second on an idle machine."""


async def test_a_visit_in_firefox_is_recorded_and_replays_in_chromium(tmp_path: Path) -> None:
    site_pages: dict[str, str | bytes] = {
        "/left": "<!DOCTYPE html><p>left</p>",
        "/page.woff2": FONT.read_bytes(),
    }
    with Store.open(f"sqlite:///{tmp_path}/heatwright.db") as store:
        async with website(site_pages) as site:
            tagged = store.sites.add("fox", [site.url], consent="not-required", allow_private=True)
            async with serving(store) as collector, firefox(SMALL.width, SMALL.height) as window:
                site.pages["/"] = PAGE.format(
                    tag=f'<script async src="{collector}/heatwright.js" '
                    f'data-key="{tagged.write_key}" data-consent="not-required"></script>'
                )
                places = await visit(window, site.url)
                await until(LEFT_S, "the click at the end", lambda: len(anchors(store)) == 3)
        check_events(store, site.url)
        session = store.sessions("fox")[0]
        assert "Firefox" in session.user_agent
        async with Theatre(store) as theatre:
            result = await render(theatre, find_moment(store, session.id), SMALL)
        heading = next(box for box in result.boxes if box["path"] == "1/0")
        found = [heading[side] for side in ("x", "y", "width", "height")]
        # One font, from the archive, but two engines that round glyphs each in their own way.
        assert found == pytest.approx(places["heading"], abs=4)


async def visit(window: Window, url: str) -> dict[str, Any]:
    """What a person does; returns where things were. The last click is sent by leaving only."""
    await window.go(f"{url}/")
    await until(BEGUN_S, "the tag", lambda: window.evaluate("!!window.heatwright"))
    await window.evaluate("heatwright.flush()")
    await window.evaluate("document.fonts.ready.then(() => null)")
    places: dict[str, Any] = await window.evaluate(PLACES)
    await window.click(*places["field"])
    await window.press(SECRET)
    await window.click(*places["letter"])
    x, y = places["inner"]
    await window.wheel(x, y, 120)
    await until(BEGUN_S, "the scroller", lambda: window.evaluate("inner.scrollTop > 60"))
    await window.evaluate("void document.body.append('Numbats came later')")
    await window.evaluate("void history.pushState({}, '', '/route')")
    await asyncio.sleep(0.2)  # a scroll is recorded a tenth of a second later
    await window.evaluate("heatwright.flush()")
    await window.click(*places["letter"])
    await window.go(f"{url}/left")
    return places


async def until(seconds: float, what: str, holds: Callable[[], Any]) -> None:
    """Waits for a condition, plain or awaitable, that must come to hold."""
    for _ in range(round(seconds / 0.1)):
        answer = holds()
        if await answer if asyncio.iscoroutine(answer) else answer:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{what} did not come within {seconds} s")


def events(store: Store) -> list[Event]:
    """Of the visit's only document."""
    sessions = store.sessions("fox")
    documents = store.documents(sessions[0].id) if sessions else []
    return store.events(documents[0].id) if documents else []


def anchors(store: Store) -> list[dict[str, Any]]:
    """What was measured at each click."""
    bodies = [
        msgspec.json.decode(one.data) for one in events(store) if one.type == EventType.PLUGIN
    ]
    return [body["payload"] for body in bodies if body["plugin"] == ANCHOR_PLUGIN]


def check_events(store: Store, url: str) -> None:
    document = store.documents(store.sessions("fox")[0].id)[0]
    recorded = events(store)
    assert EventType.FULL_SNAPSHOT in [one.type for one in recorded]
    field, letter, last = anchors(store)
    assert field["kind"] == letter["kind"] == last["kind"] == "click"
    assert (letter["text"]["start"], letter["text"]["length"]) == (LETTER, 1)
    assert (letter["text"]["fx"], letter["text"]["fy"]) == pytest.approx((0.5, 0.5), abs=0.2)
    assert letter["text"] == last["text"]
    everything = b"".join(bytes(one.data) for one in recorded)
    assert SECRET.encode() not in everything and b"********" in everything
    assert b"Numbats came later" in everything
    bodies = [
        msgspec.json.decode(one.data) for one in recorded if one.type == EventType.INCREMENTAL
    ]
    assert [body["y"] > 60 for body in bodies if body["source"] == 3], "the scroller is recorded"
    assert [view.url for view in store.page_views(session_id=document.session_id)] == [
        f"{url}/",
        f"{url}/route",
    ]
    assert store.gaps(document.id) == []
