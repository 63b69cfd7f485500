"""A word in every carrier: recorded up to the level that promises to mask it, then gone."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Browser

from tests.client.carriers import CARRIERS, FRAME, HEAD, NEVER, word
from tests.client.redacted import begin, recorded
from tests.support.serving import website

LEVELS = ["inputs", "text", "strict", NEVER]

# `later` is long enough for a small frame to load, and for rrweb to have seen what came before.
PRELUDE = """
const later = () => new Promise((done) => setTimeout(done, 60));
const add = (tag, text = "") => {
  const element = document.createElement(tag);
  if (text) element.append(text);
  document.body.append(element);
  return element;
};
"""

WORDS = {carrier.name: word(number) for number, carrier in enumerate(CARRIERS)}
URL_WORD, TITLE_WORD, FRAMED_WORD, SHADOW_WORD = (word(len(CARRIERS) + n) for n in range(4))


def _page() -> str:
    body = "\n".join(carrier.html.replace("WORD", WORDS[carrier.name]) for carrier in CARRIERS)
    shadow = (
        f"<div id=host><template shadowrootmode=open><p title={SHADOW_WORD}>{SHADOW_WORD}</p>"
        "<input></template></div>"
    )
    frame = "<iframe id=frame src=/frame.html></iframe>"
    return f"<!doctype html>{HEAD.replace('TITLE', TITLE_WORD)}<body>{body}{shadow}{frame}"


def _gone(term: str, haystack: str) -> bool:
    """Whether not even the word's first six letters are there."""
    return term[:6] not in haystack


async def _recording(browser: Browser, level: str) -> str:
    pages = {"/": _page(), "/frame.html": FRAME.replace("FRAMED", FRAMED_WORD)}
    async with website(pages) as site:
        page = await browser.new_page()
        await page.goto(f"{site.url}/?secret={URL_WORD}#{URL_WORD}")
        await begin(page, mask=level, maskSelector="[data-private]", unmaskSelector=".kept")
        await page.wait_for_timeout(300)
        for carrier in CARRIERS:
            if not carrier.script:
                continue
            script = carrier.script.replace("WORD", WORDS[carrier.name])
            await page.evaluate(f"async () => {{ {PRELUDE} {script} }}")
            if carrier.typed:
                await page.keyboard.type(WORDS[carrier.name])
        events = await recorded(page)
        await page.close()
    return json.dumps(events, ensure_ascii=False).lower()


@pytest.mark.parametrize("level", LEVELS[:3])
async def test_each_word_is_recorded_exactly_where_its_level_does_not_promise_to_mask_it(
    browser: Browser, level: str
) -> None:
    recording = await _recording(browser, level)

    at = LEVELS.index(level)
    leaked = [
        carrier.name
        for carrier in CARRIERS
        if at >= LEVELS.index(carrier.promise) and not _gone(WORDS[carrier.name], recording)
    ]
    lost = [
        carrier.name
        for carrier in CARRIERS
        if at < LEVELS.index(carrier.promise) and WORDS[carrier.name] not in recording
    ]
    assert (leaked, lost) == ([], [])
    assert _gone(URL_WORD, recording)
    for term in (TITLE_WORD, FRAMED_WORD, SHADOW_WORD):
        assert (term in recording) == (level == "inputs")
