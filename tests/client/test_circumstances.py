"""Visibility and surroundings: told when they change, and not when nothing did."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.support.serving import WebSite
from tests.support.watching import told, watched

SITE = {"/": "<!doctype html><meta charset=utf-8><title>cart of anna@shop.example</title><body>x"}
SETTLE = "new Promise((done) => setTimeout(done, 450))"


@pytest.fixture(autouse=True)
def _pages(site: WebSite) -> None:
    site.pages.update(SITE)


async def test_visibility_is_told_at_first_and_at_each_change(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "visibility") as page:
        await page.evaluate(
            """() => {
              let state = "hidden";
              let focused = false;
              Object.defineProperty(document, "visibilityState", { get: () => state });
              document.hasFocus = () => focused;
              const say = (target, name) => target.dispatchEvent(new Event(name));
              say(window, "blur");
              document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
              state = "visible";
              document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
              focused = true;
              say(window, "focus");
              dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
              dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
            }"""
        )
        states = [(one["state"], one["focused"]) for one in await told(page, "visibility")]
    assert states == [
        ("visible", True), ("hidden", False), ("visible", False), ("visible", True),
        ("restored", True),
    ]  # fmt: skip


async def test_focus_that_moves_between_fields_is_no_change(
    browser: Browser, site: WebSite
) -> None:
    site.pages["/"] = f"{SITE['/']}<input><input><iframe srcdoc='<input>'></iframe>"
    async with watched(browser, site.url, "visibility") as page:
        for field in await page.locator("input").all():
            await field.focus()
        await page.frame_locator("iframe").locator("input").focus()
        assert len(await told(page, "visibility")) == 1


async def test_the_environment_is_told_again_when_it_changes(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "surroundings") as page:
        await page.evaluate(SETTLE)
        assert await told(page, "environment") == []
        await page.emulate_media(color_scheme="dark")
        await page.evaluate(SETTLE)
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await page.evaluate(SETTLE)
        await page.set_viewport_size({"width": 500, "height": 700})
        await page.evaluate(SETTLE)
        environments = await told(page, "environment")
    assert [one["colorScheme"] for one in environments] == ["dark", "dark", "dark"]
    assert [one["reducedMotion"] for one in environments] == [False, True, True]
    assert [one["inner"] for one in environments] == [[800, 600], [800, 600], [500, 700]]
    assert {one["title"] for one in environments} == {"cart of *****************"}
    assert all(len(one["screen"]) == 2 for one in environments)


async def test_density_and_zoom_of_the_visual_viewport_are_told(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "surroundings") as page:
        session = await page.context.new_cdp_session(page)
        for ratio in (2, 3):
            # An emulated screen evaluates media queries again only with a resize.
            size = {"width": 800, "height": 600 + ratio, "mobile": False}
            await session.send(
                "Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": ratio}
            )
            await page.evaluate(SETTLE)
        await session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 1.5})
        await page.evaluate(SETTLE)
        environments = await told(page, "environment")
    assert [one["pixelRatio"] for one in environments] == [2, 3, 3]
    assert [one["visualScale"] for one in environments] == [1, 1, 1.5]


async def test_a_resize_alone_is_left_to_rrweb(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "surroundings") as page:
        await page.set_viewport_size({"width": 700, "height": 500})
        await page.evaluate(SETTLE)
        assert await told(page, "environment") == []
