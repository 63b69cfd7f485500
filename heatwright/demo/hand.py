"""Real mouse and touch input on a page: scroll to a target, find a free spot in it, press there.

Everything waits for states of the page; the only pauses are between the points of a mouse path,
because a pointer that teleports leaves no path to record.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

from playwright.async_api import Locator, Page

from recorder.devices import Device

__all__ = ["WHEEL_STEP", "Hand"]

HEADER = 84
"""CSS px at the top that the sticky header may cover."""

FOOTER = 84
"""CSS px at the bottom that the fixed buy bar may cover."""

WHEEL_STEP = 620.0
"""CSS px of the largest single turn of the wheel."""

WHEEL_TURNS = 40
"""Turns after which a target counts as out of reach: the longest page takes about fifteen."""

WONDER_S = 2.6
"""A little more than a press needs to count as dead (`heatmap/thresholds.py`)."""

PATH_PAUSE = 0.012
"""Seconds between two points of a mouse path, about a 60 Hz mouse."""

SPOTS_TRIED = 8

_SETTLED = """async (before) => {
  const pause = () => new Promise((done) => setTimeout(done, 16));
  for (let i = 0; i < 30 && scrollY === before; i += 1) await pause();
  for (let same = 0, last = scrollY; same < 3; last = scrollY) {
    await pause();
    same = scrollY === last ? same + 1 : 0;
  }
}"""

_REACH = """() => [innerHeight, scrollY,
  document.documentElement.scrollHeight - innerHeight - scrollY]"""

_HIT = """(element, spots) => {
  const box = element.getBoundingClientRect();
  return spots.findIndex(([u, v]) => {
    const [x, y] = [box.x + box.width * u, box.y + box.height * v];
    const hit = element.getRootNode().elementFromPoint(x, y);
    return hit !== null && element.contains(hit);
  });
}"""

_WORD = """(paragraph, [choice, top, bottom]) => {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  const seen = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("a")) continue;
    for (const match of node.data.matchAll(/[\\p{L}\\p{M}]{3,}/gu)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const rects = range.getClientRects();
      if (rects.length === 1 && rects[0].top > top && rects[0].bottom < innerHeight - bottom) {
        seen.push([rects[0].x, rects[0].y, rects[0].width, rects[0].height]);
      }
    }
  }
  return seen.length ? seen[Math.floor(choice * seen.length)] : null;
}"""


class Hand:
    """Mouse or finger of one visitor in one page, and the dice that move it."""

    def __init__(self, page: Page, base_url: str, device: Device, rng: random.Random) -> None:
        self.page = page
        self.base_url = base_url
        self.touch = device.touch
        self.rng = rng
        self.at = (device.width * 0.6, device.height * 0.4)

    async def arrive(self) -> None:
        """Wait until the page's scripts have run and its fonts are in."""
        await self.page.wait_for_selector("html[data-ready]", state="attached")
        await self.page.evaluate("async () => { await document.fonts.ready; }")

    async def press_at(self, x: float, y: float, times: int = 1) -> None:
        """Tap, or move along a slightly bent path and click."""
        if self.touch:
            for _ in range(times):
                await self.page.touchscreen.tap(x, y)
            return
        x0, y0 = self.at
        steps, bend = self.rng.randint(5, 8), self.rng.uniform(-40, 40)
        for step in range(1, steps + 1):
            share = step / steps
            arch = bend * 4 * share * (1 - share)
            await self.page.mouse.move(x0 + (x - x0) * share, y0 + (y - y0) * share + arch)
            await asyncio.sleep(PATH_PAUSE)
        self.at = (x, y)
        for _ in range(times):
            await self.page.mouse.click(x, y)

    async def wonder(self) -> None:
        """Wait for what does not happen, as people do after a press that nothing answers."""
        await asyncio.sleep(WONDER_S)

    async def wheel(self, delta: float) -> bool:
        """Scroll by up to `delta` px and wait until it rests; False at the page's end."""
        _, top, below = await self.page.evaluate(_REACH)
        if (delta > 0 and below <= 1) or (delta < 0 and top <= 0):
            return False
        await self.page.mouse.wheel(0, delta)
        await self.page.evaluate(_SETTLED, top)
        return True

    async def reveal(self, target: Locator) -> dict[str, float] | None:
        """Scroll until `target` is clear of the fixed bars; its box in the viewport, or None."""
        for _ in range(WHEEL_TURNS):
            found: Any = await target.bounding_box()
            if found is None:
                return None
            box: dict[str, float] = dict(found)
            height = float(await self.page.evaluate("innerHeight"))
            middle = box["y"] + box["height"] / 2
            fits = box["y"] > HEADER and box["y"] + box["height"] < height - FOOTER
            off = middle - height / 2
            if fits or abs(off) < height * 0.1:
                return box
            if not await self.wheel(max(-WHEEL_STEP, min(WHEEL_STEP, off))):
                return box
        return None

    async def press(self, target: Locator, times: int = 1) -> bool:
        """Press somewhere inside `target` that nothing covers; False if there is no such spot."""
        box = await self.reveal(target)
        if box is None:
            return False
        spots = [
            (self.rng.triangular(0.1, 0.9, 0.5), self.rng.triangular(0.15, 0.85, 0.5))
            for _ in range(SPOTS_TRIED)
        ]
        chosen: int = await target.evaluate(_HIT, spots)
        if chosen < 0:
            return False
        u, v = spots[chosen]
        await self.press_at(box["x"] + box["width"] * u, box["y"] + box["height"] * v, times)
        return True

    async def follow(self, link: Locator) -> bool:
        """Press a link and wait for the page that it leads to."""
        href = await link.get_attribute("href")
        if href is None or not await self.press(link):
            return False
        await self.page.wait_for_url(self.base_url + href)
        await self.arrive()
        return True

    def one_of(self, targets: Locator, count: int) -> Locator:
        """One of the first `count` targets, the earlier ones more often."""
        return targets.nth(min(int(self.rng.expovariate(2.5) * count), count - 1))

    async def press_word(self, paragraph: Locator) -> bool:
        """Press a word, as people do who follow the line with the pointer; False without one."""
        if await self.reveal(paragraph) is None:
            return False
        word = await paragraph.evaluate(_WORD, [self.rng.random(), HEADER, FOOTER])
        if not word:
            return False
        x, y, width, height = word
        await self.press_at(x + width * self.rng.uniform(0.1, 0.9), y + height * 0.5)
        return True
