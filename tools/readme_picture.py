"""Makes the README's picture from a report of the demo: one page's heatmaps, side by side.

heatwright demo --out demo-report
python tools/readme_picture.py demo-report docs/images/heatmap.png
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import cv2
from playwright.async_api import ViewportSize, async_playwright

from recorder.chromium import launch

VIEWPORT: ViewportSize = {"width": 1360, "height": 1000}
ROW = "section:has(figure.shot) :has(> figure.shot)"
"""The row of the first page's heatmaps."""
DECODE = """(row) => Promise.all([...row.querySelectorAll("img")]
    .filter((image) => image.checkVisibility()).map((image) => image.decode()))"""
HEIGHT = 700
"""CSS px of the row that are shown: the first screens of the page."""


async def shoot(report: Path, picture: Path) -> None:
    """Screenshot of the first row of heatmaps in `report` (a folder with `index.html`)."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport=VIEWPORT)
        await page.goto((report / "index.html").resolve().as_uri())
        row = page.locator(ROW).first
        await row.scroll_into_view_if_needed()
        await row.evaluate(DECODE)
        await page.evaluate("() => document.querySelector('header')?.remove()")
        await row.screenshot(path=picture, animations="disabled")
        await browser.close()
    shown = cv2.imread(str(picture))
    if shown is None:
        raise SystemExit(f"{picture} was not written")
    cv2.imwrite(str(picture), shown[:HEIGHT], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1]), Path(sys.argv[2])))
