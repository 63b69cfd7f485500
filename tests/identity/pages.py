"""Pages as the stage has their elements: published ones in two versions, and changed ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, Page, async_playwright

from heatmap.anchors import ElementKeys
from recorder.chromium import launch
from recorder.devices import Device
from recorder.store import Store
from replay import Theatre
from tests.support.recording import record
from tests.support.serving import website

__all__ = ["CHANGES", "PUBLISHED", "Elements", "Pair", "Reader", "pairs", "reading"]

PUBLISHED = Path(__file__).parents[2] / "fixtures" / "identity" / "published"

WIDE = Device(None, 1200, 800)

NUMBER = (
    """() => document.querySelectorAll("*").forEach((one, n) => one.setAttribute("data-n", n))"""
)
NUMBERS = """() =>
  [...document.querySelectorAll("*")].map((one) => Number(one.getAttribute("data-n") ?? -1))"""

CHANGES: dict[str, str] = {
    "nothing": "() => {}",
    "siblings inserted": """() => {
      const banner = "<div class='banner'><a href='/sale'>Sale</a></div>";
      document.body.insertAdjacentHTML("afterbegin", banner);
      for (const list of document.querySelectorAll("ul, .row"))
        list.insertAdjacentHTML("afterbegin", "<li class='new'><a href='/new'>New here</a></li>");
    }""",
    "text personalised": """() => {
      for (const one of document.querySelectorAll("h1, .navbar-brand, .lead"))
        one.append(", Anna Lindqvist");
    }""",
    "classes hashed anew": """() => {
      let n = 0;
      for (const one of document.querySelectorAll("[class]")) {
        n += 7919;
        one.className += ` css-${n.toString(36)}x${n % 10} sc-${(n * 31).toString(36)}Q`;
      }
    }""",
    "wrapped": """() => {
      for (const one of document.querySelectorAll("section, footer, header")) {
        const wrapper = document.createElement("div");
        wrapper.append(...one.childNodes);
        one.append(wrapper);
      }
    }""",
    "reordered": """() => {
      for (const one of document.querySelectorAll(".row, ul"))
        one.append(...[...one.children].reverse());
    }""",
    "a fifth removed": """() => {
      const all = [...document.querySelectorAll("a, p, h2, h3, h4, img, li")];
      all.forEach((one, n) => n % 5 || one.remove());
    }""",
    "translated": """() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode;
        text.data = text.data.replace(/[a-z]+/gi, (word) => [...word].reverse().join("") + "en");
      }
    }""",
}
"""What redeployments, sessions and languages do to a page. Class names made by tools are new."""


@dataclass(frozen=True)
class Elements:
    """The elements of a page in document order, their paths, and their numbers before it was
    changed (-1: new)."""

    keys: list[ElementKeys]
    paths: list[str]
    numbers: list[int]


@dataclass(frozen=True)
class Pair:
    """Two versions of a published page; `same` are indexes of what was labelled, -1 for gone."""

    name: str
    held_out: bool
    old: Elements
    new: Elements
    same: dict[int, int]


class Reader:
    """Records pages from loopback and reads them off the stage."""

    def __init__(self, browser: Browser, theatre: Theatre, store: Store, url: str) -> None:
        self._browser, self._theatre, self._store, self._url = browser, theatre, store, url

    async def elements(self, name: str, change: str = "() => {}") -> Elements:
        async def visit(page: Page) -> None:
            await page.evaluate(NUMBER)
            await page.evaluate(change)

        driven = await record(self._browser, self._store, f"{self._url}/{name}", visit)
        moment = (await self._theatre.moment(driven.session)).moment
        async with self._theatre.stage(WIDE, moment) as stage:
            await stage.build(moment)
            rows: list[dict[str, Any]] = await stage.elements()
            numbers = await stage._page.evaluate(NUMBERS)
        keys = [msgspec.convert(row, ElementKeys) for row in rows]
        return Elements(keys, [row["path"] for row in rows], numbers)

    async def pair(self, name: str) -> Pair:
        about = json.loads((PUBLISHED / f"{name}.json").read_text("utf-8"))
        old, new = await self.elements(about["old"]), await self.elements(about["new"])
        before = {path: index for index, path in enumerate(old.paths)}
        after = {path: index for index, path in enumerate(new.paths)}
        same = {
            before[one]: -1 if other is None else after[other]
            for one, other in about["pairs"]
            if one is not None
        }
        return Pair(name, about["held_out"], old, new, same)


def pairs() -> list[str]:
    """Names of all published pairs."""
    return sorted(file.stem for file in PUBLISHED.glob("*.json"))


@asynccontextmanager
async def reading(folder: Path) -> AsyncIterator[Reader]:
    """A reader with a browser, a store in `folder` and the published pages on loopback."""
    files = {f"/{file.name}": file.read_text("utf-8") for file in PUBLISHED.glob("*.html")}
    with Store.open(f"sqlite:///{folder}/store.db") as store:
        async with async_playwright() as driver, website(files) as site, Theatre(store) as theatre:
            browser = await launch(driver)
            yield Reader(browser, theatre, store, site.url)
            await browser.close()
