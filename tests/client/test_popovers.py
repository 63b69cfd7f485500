"""Popovers: opened, closed, and open already when the recording begins."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.support.watching import begin, told, wait_until_told

PAGE = """<!DOCTYPE html><div id="menu" popover>menu</div><div id="hint" popover="manual">hint</div>
<details id="more"><summary>more</summary>text</details>
<iframe srcdoc="<div id=framed popover>in a frame</div>"></iframe>"""


async def opened(browser: Browser, *, before: str = "") -> Page:
    page = await browser.new_page()
    await page.set_content(PAGE)
    await page.evaluate(before)
    await begin(page, "popovers")
    return page


async def names(page: Page) -> list[tuple[str, bool]]:
    by_id = "(id) => watching.ids.getNode(id).id"
    return [
        (await page.evaluate(by_id, one["id"]), one["open"]) for one in await told(page, "popover")
    ]


async def test_what_opens_and_closes_is_told(browser: Browser) -> None:
    page = await opened(browser)
    await page.evaluate("menu.showPopover()")
    await wait_until_told(page, "popover", 1)
    await page.evaluate("hint.showPopover()")
    await wait_until_told(page, "popover", 2)
    await page.evaluate("menu.hidePopover()")
    await wait_until_told(page, "popover", 3)
    assert await names(page) == [("menu", True), ("hint", True), ("menu", False)]
    await page.close()


async def test_what_was_open_before_is_told_with_the_snapshot(browser: Browser) -> None:
    page = await opened(browser, before="hint.showPopover(); frames[0].framed.showPopover()")
    await wait_until_told(page, "popover", 2)
    assert sorted(await names(page)) == [("framed", True), ("hint", True)]
    await page.close()


async def test_details_toggle_too_and_are_rrwebs(browser: Browser) -> None:
    page = await opened(browser)
    await page.evaluate("more.open = true")
    await page.evaluate("menu.showPopover()")
    await wait_until_told(page, "popover", 1)
    assert await names(page) == [("menu", True)]
    await page.close()


async def test_a_popover_in_a_frame_is_told(browser: Browser) -> None:
    page = await opened(browser)
    await page.evaluate("frames[0].framed.showPopover()")
    await wait_until_told(page, "popover", 1)
    assert await names(page) == [("framed", True)]
    await page.close()
