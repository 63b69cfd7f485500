"""The tag as a guest on somebody's page: it breaks nothing, and tells nothing it should not."""

from __future__ import annotations

import msgspec
from playwright.async_api import Browser, Page

from recorder.events import GOAL_TAG, EventType
from recorder.store import Store
from tests.replay.test_recording import payloads
from tests.support.recording import record
from tests.support.serving import website

EAGER = """<!DOCTYPE html><html><head><script>
  window.troubles = [];
  window.addEventListener("error", (event) => troubles.push(event.message));
  try {
    history.replaceState({}, "", "/?early");
    window.heatwright.track("opened");
  } catch (error) { troubles.push(String(error)); }
</script></head><body><p>Eager</p></body></html>"""

VAULT = """<!DOCTYPE html><html><body>
  <div class="rr-block" style="width: 200px; height: 100px">
    <button id="seven" style="position: absolute; left: 150px; top: 60px">7</button></div>
  <p contenteditable id="note">Jotted secret</p><p id="open">In plain sight</p>
  <p contenteditable="false">Not for typing</p></body></html>"""


async def test_the_page_s_own_calls_never_fail_and_are_not_lost(
    browser: Browser, store: Store
) -> None:
    """Cause: rrweb throws at a custom event before its snapshot and after its end."""
    troubles: list[str] = []

    async def visit(page: Page) -> None:
        await page.evaluate("() => heatwright.stop()")
        await page.evaluate(
            "() => { heatwright.track('late'); history.pushState({}, '', '/late') }"
        )
        troubles.extend(await page.evaluate("() => troubles"))

    async with website({"/": EAGER}) as site:
        driven = await record(browser, store, f"{site.url}/", visit)

    events = store.events(driven.documents[0])
    told = [msgspec.json.decode(event.data) for event in events if event.type == EventType.CUSTOM]
    goals = [one["payload"]["goal"] for one in told if one["tag"] == GOAL_TAG]
    assert troubles == []
    assert goals == ["opened"]
    # Recording begins when the page is parsed, at the address that it has then.
    assert [view.url for view in store.page_views(session_id=driven.session)] == [
        f"{site.url}/?early"
    ]


async def test_a_press_in_a_blocked_element_tells_only_that(browser: Browser, store: Store) -> None:
    """Cause: position and key of a press on a blocked PIN pad are the PIN."""

    async def visit(page: Page) -> None:
        await page.mouse.click(160, 70)

    async with website({"/": VAULT}) as site:
        driven = await record(browser, store, f"{site.url}/", visit)

    [payload] = payloads(store, driven.documents[0])
    left, top, width, height = payload["box"]
    assert payload["masked"] is True
    assert (width, height) == (200, 100)
    assert (payload["x"], payload["y"]) == (left + 100, top + 50)
    assert "text" not in payload


async def test_editable_text_is_masked_at_its_length(browser: Browser, store: Store) -> None:
    async with website({"/": VAULT}) as site:
        driven = await record(browser, store, f"{site.url}/")

    recorded = b"".join(bytes(event.data) for event in store.events(driven.documents[0]))
    assert b"Jotted" not in recorded and b"****** ******" in recorded
    assert b"In plain sight" in recorded and b"Not for typing" in recorded
