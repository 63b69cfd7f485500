"""Scroll offsets: those that rrweb's shared throttle loses are told too, and only those."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.support.serving import WebSite
from tests.support.watching import watched

PANE = "<div class=pane style='height:100px;overflow:auto'><p style='height:3000px'>long</p></div>"
PAGE = f"<!doctype html><meta charset=utf-8><body style='height:4000px'>{PANE * 4}"
SITE = {"/": PAGE, "/framed": PAGE}


@pytest.fixture(autouse=True)
def _pages(site: WebSite) -> None:
    site.pages.update(SITE)


LAST = """
() => {
  const last = {};
  for (const { type, data } of watching.recorded) {
    if (type === 3 && data.source === 3) last[data.id] = [data.x, data.y];
  }
  return last;
}
"""
ACTUAL = """
(panes) => Object.fromEntries(panes.map((pane) =>
  [watching.ids.getId(pane), [pane.scrollLeft, pane.scrollTop]]))
"""
SETTLE = "new Promise((done) => setTimeout(done, 500))"


async def offsets(page: Page, panes: str = "[...document.querySelectorAll('.pane')]") -> Any:
    """What is recorded, and what is so: offsets by node id."""
    await page.evaluate(SETTLE)
    return await page.evaluate(LAST), await page.evaluate(f"({ACTUAL})({panes})")


async def synchronised(page: Page) -> None:
    """All panes follow each other for 30 frames."""
    await page.evaluate(
        """async () => {
          const panes = [...document.querySelectorAll(".pane")];
          for (let frame = 1; frame <= 30; frame++) {
            for (const pane of panes) pane.scrollTop = frame * 7;
            await new Promise(requestAnimationFrame);
          }
        }"""
    )


async def test_panes_that_scroll_together_all_end_where_they_are(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "scrolls") as page:
        await synchronised(page)
        recorded, actual = await offsets(page)
        assert len(actual) == 4 and recorded == actual
    async with watched(browser, site.url) as page:
        await synchronised(page)
        recorded, actual = await offsets(page)
        assert recorded != actual, "rrweb has learnt it: the watcher can go"


async def test_one_element_that_scrolls_is_left_to_rrweb(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "scrolls") as page:
        await page.evaluate(
            """async () => {
              for (let frame = 1; frame <= 60; frame++) {
                document.querySelector(".pane").scrollTop = frame * 5;
                await new Promise(requestAnimationFrame);
              }
            }"""
        )
        recorded, actual = await offsets(page, "[document.querySelector('.pane')]")
        assert recorded == actual
        assert await page.evaluate("watching.own") == []


async def test_the_document_and_a_pane_scroll_at_once(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "scrolls") as page:
        await page.evaluate(
            "() => { document.querySelector('.pane').scrollTop = 40; scrollTo(0, 900); }"
        )
        recorded, actual = await offsets(page)
        assert recorded["1"] == [0, 900]
        assert recorded[next(iter(actual))] == [0, 40]


@pytest.mark.parametrize("place", ["shadow", "frame"])
async def test_panes_in_shadow_roots_and_late_frames(
    browser: Browser, site: WebSite, place: str
) -> None:
    async with watched(browser, site.url, "scrolls") as page:
        await page.evaluate(
            """async ([place, panes]) => {
              if (place === "shadow") {
                const host = document.body.appendChild(document.createElement("div"));
                host.attachShadow({ mode: "open" }).innerHTML = panes;
                window.root = host.shadowRoot;
              } else {
                const frame = document.createElement("iframe");
                frame.src = "/framed";
                document.body.append(frame);
                await new Promise((done) => (frame.onload = done));
                window.root = frame.contentDocument;
              }
              await new Promise((done) => setTimeout(done, 100));
              for (const pane of root.querySelectorAll(".pane")) pane.scrollTop = 55;
            }""",
            [place, PANE * 3],
        )
        recorded, actual = await offsets(page, "[...root.querySelectorAll('.pane')]")
        assert len(actual) >= 3 and recorded == actual


async def test_what_came_scrolled_before_the_watcher_did_is_told(
    browser: Browser, site: WebSite
) -> None:
    """Cause: charts measure themselves with scrollers that they add and scroll at once, while the
    rest of the tag is still on its way; rrweb told of one of them, and nobody of the others."""
    site.pages["/"] = PAGE
    async with watched(browser, site.url, "scrolls") as page:
        await page.evaluate("() => { watching.stop(); watching.record(); }")
        await page.evaluate(
            """(panes) => {
              document.body.insertAdjacentHTML("beforeend", `<div id=late>${panes}</div>`);
              for (const pane of late.children) pane.scrollTop = 44;
            }""",
            PANE * 3,
        )
        await page.evaluate(SETTLE)
        await page.evaluate("() => watching.start('scrolls')")
        recorded, actual = await offsets(page, "[...late.children]")
    assert list(actual.values()) == [[0, 44]] * 3
    assert recorded == actual


async def test_what_is_blocked_is_not_told(browser: Browser, site: WebSite) -> None:
    site.pages["/"] = f"{PAGE}<div class=rr-block>{PANE * 2}</div>"
    async with watched(browser, site.url, "scrolls") as page:
        await page.evaluate(
            "() => { for (const pane of document.querySelectorAll('.pane')) pane.scrollTop = 30; }"
        )
        recorded, actual = await offsets(page)
        assert actual.pop("-1") == [0, 30]
        assert recorded == actual
