"""Resting pointers: measured where they rest, told when they move on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.support.serving import WebSite
from tests.support.watching import told, watched

BODY = (
    "<body style='margin:0;height:3000px'>"
    "<p id=text style='font:20px/40px monospace;margin:0'>word</p>"
    "<div class=rr-block style='height:100px'><b>secret</b></div>"
    "<div id=host style='height:100px'></div>"
    "<iframe style='border:0;height:100px' "
    "srcdoc='<body style=margin:0><i style=display:block>in</i>'></iframe>"
)
SITE = {"/": f"<!doctype html><meta charset=utf-8>{BODY}"}
REST = "new Promise((done) => setTimeout(() => requestIdleCallback(done), 600))"


@pytest.fixture(autouse=True)
def _pages(site: WebSite) -> None:
    site.pages.update(SITE)


async def rest_at(page: Page, x: float, y: float) -> None:
    await page.mouse.move(x, y)
    await page.evaluate(REST)


async def id_of(page: Page, element: str) -> int:
    found: int = await page.evaluate(f"watching.ids.getId({element})")
    return found


async def test_a_rest_is_an_anchor_with_the_time_it_lasted(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "resting") as page:
        await rest_at(page, 5, 20)
        assert await told(page, "rest") == []
        await page.mouse.move(300, 300)
        [rest] = await told(page, "rest")
        text = await id_of(page, "document.getElementById('text')")
        node = await id_of(page, "document.getElementById('text').firstChild")
    assert (rest["id"], rest["x"], rest["y"]) == (text, 5, 20)
    assert (rest["text"]["id"], rest["text"]["start"]) == (node, 0)
    assert rest["rest"] >= 400 and isinstance(rest["rest"], int)


async def test_a_pointer_that_moves_on_in_time_tells_nothing(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "resting") as page:
        await page.evaluate("performance.now = () => 1000")  # for it, no time passes
        await page.mouse.move(5, 20)
        await page.mouse.move(60, 20)
        await page.mouse.move(300, 300)
        assert await told(page, "rest") == []


async def test_a_trembling_hand_is_one_rest(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "resting") as page:
        await page.mouse.move(5, 20)
        await page.mouse.move(6, 21)
        await rest_at(page, 5, 21)
        await page.mouse.move(6, 20)
        await page.mouse.move(300, 300)
        [rest] = await told(page, "rest")
    assert (rest["x"], rest["y"]) == (5, 20)


@pytest.mark.parametrize(
    "leave",
    [
        "dispatchEvent(new PageTransitionEvent('pagehide'))",
        "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))",
        "document.dispatchEvent(new Event('scroll'))",
        "watching.stop()",
    ],
)
async def test_a_rest_also_ends_when_the_page_or_its_content_goes(
    browser: Browser, site: WebSite, leave: str
) -> None:
    async with watched(browser, site.url, "resting") as page:
        await rest_at(page, 5, 20)
        await page.evaluate(leave)
        assert len(await told(page, "rest")) == 1
        await page.evaluate(leave)
        assert len(await told(page, "rest")) == 1


async def test_frames_shadow_roots_and_blocked_parts(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "resting") as page:
        await page.evaluate(
            """async () => {
              document.getElementById("host").attachShadow({ mode: "open" }).innerHTML =
                "<u style='display:block;height:50px'>u</u>";
              await new Promise((done) => setTimeout(done, 100));
            }"""
        )
        for y in (90, 150, 250):
            await rest_at(page, 5, y)
        await page.mouse.move(300, 500)
        rests: list[Any] = await told(page, "rest")
        blocked = await id_of(page, "document.querySelector('.rr-block')")
        inner = await id_of(page, "document.getElementById('host').shadowRoot.firstChild")
        framed = await id_of(page, "frames[0].document.querySelector('i')")
    assert [one["id"] for one in rests] == [blocked, inner, framed]
    assert rests[0]["masked"] is True and "text" not in rests[0]
    assert rests[2]["y"] == 10


async def test_touch_and_scripted_moves_are_no_rests(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "resting") as page:
        session = await page.context.new_cdp_session(page)
        point = {"touchPoints": [{"x": 5, "y": 20}]}
        await session.send("Input.dispatchTouchEvent", {"type": "touchStart", **point})
        await page.evaluate(
            """() => {
              const init = { clientX: 5, clientY: 20, bubbles: true, pointerType: "mouse" };
              document.getElementById("text").dispatchEvent(new PointerEvent("pointermove", init));
            }"""
        )
        await page.evaluate(REST)
        await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await page.evaluate("watching.stop()")
        assert await told(page, "rest") == []


async def test_measuring_has_a_budget_and_what_is_beyond_is_counted(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "resting", clock=True) as page:
        for turn in range(43):
            await page.mouse.move(5 + 10 * (turn % 2), 20)
            await page.clock.run_for(500)
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        rests = await told(page, "rest")
        skipped = await told(page, "rest-skipped")
    assert len(rests) == 40
    assert skipped == [{"kind": "more", "count": 3}]
