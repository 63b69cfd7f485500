"""A word in every carrier, recorded by rrweb without the redactor: none passes the server's wall.

What another client sends, an old tag, or one that fails.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from recorder.events import Event, decode_events, encode_events
from recorder.masking import LEVELS, Level, Policy, mask_events
from tests.client.carriers import CARRIERS, FRAME, HEAD, NEVER, Carrier, word
from tests.client.test_redact_canaries import PRELUDE
from tests.support.bundling import ROOT
from tests.support.serving import website

ORDER = [*LEVELS, NEVER]

UNTOLD = {
    # The page alone knows selectors of settings, and whether a frame is in design mode.
    "masked_by_selector",
    "masked_by_selector_in_unmasked",
    "masked_by_selector_changed",
    "blocked_by_selector",
    "typed_into_design_mode",
}
"""Told by no event: promised by the tag alone, at the level before `text`."""

UNMASKED = {"unmasked", "unmasked_style"}
"""Readable by `unmaskSelector`, of which the wall knows nothing."""

UNKNOWN: dict[str, set[str]] = {
    "inputs": {
        *("masked_changed", "masked_frame", "masked_shadow", "blocked_changed"),
        *("blocked_frame_changed", "editor_text_later", "typed_editor", "comment_changed"),
    },
    "text": set(),
    "strict": set(),
}
"""What gets through where an earlier batch told what stands around it: see `docs/masking.md`."""

STANDING = [one for one in CARRIERS if "redactor." not in one.script]
WORDS = {carrier.name: word(number) for number, carrier in enumerate(STANDING)}
URL_WORD = word(len(STANDING))

BARE = """() => {
  const { record } = window.rrwebRecord;
  window.events = [];
  window.record = record;
  record({
    emit: (event) => events.push(JSON.stringify(event)),
    blockClass: "not-blocked",
    maskTextClass: "not-masked",
    ignoreClass: "not-ignored",
    inlineStylesheet: true,
    collectFonts: true,
  });
}"""


def _page() -> str:
    body = "\n".join(carrier.html.replace("WORD", WORDS[carrier.name]) for carrier in STANDING)
    shadow = "<div id=host><template shadowrootmode=open><p>shadow</p><input></template></div>"
    frame = "<iframe id=frame src=/frame.html></iframe>"
    return f"<!doctype html>{HEAD}<body>{body}{shadow}{frame}"


async def _do(page: Page, carrier: Carrier) -> None:
    script = carrier.script.replace("WORD", WORDS[carrier.name])
    await page.evaluate(f"async () => {{ {PRELUDE} {script} }}")
    if carrier.typed:
        await page.keyboard.type(WORDS[carrier.name])


@pytest.fixture(scope="module")
def recorded() -> list[Any]:
    return []


async def _bare(browser: Browser, recorded: list[Any]) -> list[Event]:
    """What rrweb alone records of the page with all carriers; once for all tests."""
    if not recorded:
        async with website({"/": _page(), "/frame.html": FRAME}) as site:
            page = await browser.new_page()
            await page.goto(f"{site.url}/?secret={URL_WORD}#{URL_WORD}")
            umd = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"
            await page.add_script_tag(content=umd.read_text())
            await page.evaluate(BARE)
            await page.wait_for_timeout(300)
            for carrier in STANDING:
                if carrier.script:
                    await _do(page, carrier)
            await page.wait_for_timeout(600)
            recorded += await page.evaluate("events")
            await page.close()
    return decode_events(f"[{','.join(recorded)}]".encode())


def _told(events: list[Event]) -> str:
    return json.dumps(json.loads(encode_events(events)), ensure_ascii=False).lower()


@pytest.mark.parametrize("level", LEVELS)
async def test_no_word_passes_that_its_level_promises_to_mask(
    browser: Browser, recorded: list[Any], level: Level
) -> None:
    events = await _bare(browser, recorded)
    before = _told(events)

    masked = mask_events(events, Policy(level))

    after = _told(masked.events)
    due = _due(level) - (UNTOLD if level == "inputs" else set())
    assert {name for name in due if WORDS[name][:6] in after} == set()
    assert URL_WORD[:6] not in after
    # It says something only where the words had been.
    assert len([name for name in due if WORDS[name] in before]) > 0.85 * len(due)
    kept = WORDS.keys() - _due(level) - UNMASKED
    assert {name for name in kept if WORDS[name] in before and WORDS[name] not in after} == set()
    again = mask_events(masked.events, Policy(level))
    assert (again.count, again.events) == (0, masked.events)


@pytest.mark.parametrize("level", LEVELS)
async def test_what_a_batch_of_one_event_does_not_tell(
    browser: Browser, recorded: list[Any], level: Level
) -> None:
    events = await _bare(browser, recorded)

    after = _told([one for event in events for one in mask_events([event], Policy(level)).events])

    leaked = {name for name in _due(level) if WORDS[name][:6] in after}
    assert leaked - UNTOLD == UNKNOWN[level]


def _due(level: Level) -> set[str]:
    """Carriers whose word must be gone."""
    return {one.name for one in STANDING if ORDER.index(level) >= ORDER.index(one.promise)}
