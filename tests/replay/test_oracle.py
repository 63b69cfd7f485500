"""The stage's DOM after N events is what rrweb's Replayer builds, and in the end the page's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from recorder.events import EventType
from recorder.store import Store
from replay import Theatre
from tests.replay.oracle import Oracle, counts_between, listed, staged
from tests.replay.oracle_pages import PAGES, OraclePage
from tests.support.differences import differences
from tests.support.recording import record
from tests.support.serving import website

MOMENTS = 6
"""Moments compared on each page, the first and the last included."""


class Actor:
    """Does a page's steps, and lists the live DOM as it is in the end."""

    def __init__(self, oracle_page: OraclePage) -> None:
        self.steps = oracle_page.steps
        self.live: Any = None

    async def visit(self, page: Page) -> None:
        for step in self.steps:
            await act(page, step)
            await asyncio.sleep(0.02)
        self.live = await listed(page)


async def act(page: Page, step: str) -> None:
    """A script, or `@verb target words` for what a visitor does."""
    if not step.startswith("@"):
        await page.evaluate(f"() => {{ {step} }}")
        return
    verb, target, *words = step[1:].split(" ")
    if verb == "wait":
        await asyncio.sleep(int(target) / 1000)
    elif verb == "fill":
        await page.fill(f"#{target}", " ".join(words))
    elif verb == "select":
        await page.select_option(f"#{target}", words[0])
    else:
        await page.set_checked(f"#{target}", verb == "check")


@pytest.mark.parametrize("name", PAGES)
async def test_the_stage_agrees_with_the_replayer(
    name: str, browser: Browser, theatre: Theatre, store: Store
) -> None:
    oracle_page = PAGES[name]
    files = {"/": oracle_page.html, "/robots.txt": "", **oracle_page.more}
    async with website(files) as site:
        actor = Actor(oracle_page)
        driven = await record(browser, store, f"{site.url}/", actor.visit)
        events = store.events(driven.documents[0])
        first = next(i for i, e in enumerate(events) if e.type == EventType.FULL_SNAPSHOT) + 1
        oracle = await Oracle.open(browser, site.url)
        found: list[str] = []
        ours: Any = None
        for count in counts_between(first, len(events), MOMENTS):
            theirs = await oracle.after(events[:count])
            ours = await staged(theatre, store, driven.session, count)
            found += [f"{count}/{len(events)} {line}" for line in differences(ours, theirs)]
        if not oracle_page.masked:
            found += [f"live page: {line}" for line in differences(ours, actor.live)]
        await oracle.close()
    assert not found, "\n".join(found)


async def test_a_moved_shadow_host_keeps_its_sheets(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """The page keeps them; neither rrweb's events nor its Replayer say so again after the move."""
    oracle_page = OraclePage(
        "<!DOCTYPE html><html><body><div id=host></div><p id=last>last</p></body></html>",
        [
            (
                "const s = new CSSStyleSheet(); s.replaceSync('b { color: red }');"
                " host.attachShadow({mode: 'open'}).innerHTML = '<b>shadow</b>';"
                " host.shadowRoot.adoptedStyleSheets = [s];"
            ),
            "last.after(host);",
            "const w = document.createElement('main'); w.append(host); document.body.prepend(w);",
        ],
    )
    async with website({"/": oracle_page.html}) as site:
        actor = Actor(oracle_page)
        driven = await record(browser, store, f"{site.url}/", actor.visit)
        count = len(store.events(driven.documents[0]))
        ours = await staged(theatre, store, driven.session, count)
    assert list(differences(ours, actor.live)) == []
    assert "color: red" in str(ours)
