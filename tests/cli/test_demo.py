"""The demo when a visit goes wrong: one sentence, and no browser context is left open."""

from __future__ import annotations

import pytest
from playwright.async_api import async_playwright

from heatwright.demo.run import _tagged
from heatwright.demo.visitors import population
from recorder.chromium import launch
from recorder.errors import RenderFailed


async def test_a_tagged_visit_that_breaks_off() -> None:
    (visitor,) = population(1, seed=1)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        with pytest.raises(RenderFailed, match="broke off") as broken:
            await _tagged(browser, "http://127.0.0.1:9", visitor)
        left = browser.contexts
        await browser.close()

    assert left == []
    assert visitor.id in broken.value.message and broken.value.next_step
