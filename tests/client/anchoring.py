"""Pages on which rrweb records with the anchor plugin, and what it found there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.bundling import ROOT, module_script
from tests.support.serving import WebSite

__all__ = ["BLOCKED", "anchored", "anchors", "recording", "settled"]

BLOCKED = ".secret"
"""What the site blocks besides `rr-block`."""

RECORD = f"""() => {{
  window.found = [];
  window.problems = [];
  window.events = [];
  const contained = (callback) => (...given) => {{
    try {{ callback(...given); }} catch (problem) {{ window.problems.push(String(problem)); }}
  }};
  window.stop = rrwebRecord.record({{
    blockSelector: "{BLOCKED}",
    plugins: [subject.anchorPlugin({{ blockSelector: "{BLOCKED}" }}, contained)],
    emit(event) {{
      window.events.push(event);
      if (event.type !== 6) return;
      const {{ payload }} = JSON.parse(JSON.stringify(event.data));
      const node = rrwebRecord.record.mirror.getNode(payload.id);
      const text = payload.text && rrwebRecord.record.mirror.getNode(payload.text.id);
      window.found.push({{ ...payload, on: node?.id || node?.localName, said: text?.data }});
    }},
  }});
}}"""

SETTLED_MS = 700
"""Longer than the tag waits for a click that does not come."""


@asynccontextmanager
async def anchored(
    browser: Browser, site: WebSite, markup: str, touch: bool = False, **more: Any
) -> AsyncIterator[Page]:
    """A page of `markup` (the body, or a whole page) while it is recorded.

    Its clock can be put forward; `more` goes to the browser's context.
    """
    whole = markup if "<html" in markup else f"<!DOCTYPE html><html><body>{markup}</body></html>"
    site.pages["/"] = whole
    options: dict[str, Any] = {"viewport": {"width": 900, "height": 700}, "has_touch": touch} | more
    context = await browser.new_context(**options)
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{site.url}/")
    await recording(page)
    yield page
    problems = await page.evaluate("() => window.problems")
    await context.close()
    assert problems == [], problems


async def recording(page: Page) -> None:
    """Begins to record the page that is open."""
    umd = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"
    await page.evaluate(umd.read_text(encoding="utf-8"))
    script = module_script("recorder/client/anchor-plugin.ts")
    await page.evaluate(f"{script};window.subject = subject;")
    await page.evaluate(RECORD)


async def anchors(page: Page) -> list[dict[str, Any]]:
    """What was found so far; `on` is the element's id or tag, `said` the text node's text."""
    found: list[dict[str, Any]] = await page.evaluate("() => window.found")
    return found


async def settled(page: Page) -> list[dict[str, Any]]:
    """What was found once no click can come any more."""
    await page.clock.fast_forward(SETTLED_MS)
    return await anchors(page)
