"""A word in everything that a page has and does: which of them leave the browser at which level."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route

from recorder.masking import Policy
from recorder.store import Store
from tests.client.carriers import CARRIERS, DOINGS, FRAME, HEAD, LEAVING, NEVER, Carrier, word
from tests.support.recording import record
from tests.support.relaying import Relay, relaying
from tests.support.serving import website
from tests.support.tagged import NO_CONSENT_NEEDED, eventually, flushed, tagged_site, visitor
from tests.support.walled import changed_by_wall

LEVELS = ["inputs", "text", "strict", NEVER]

PRELUDE = """
const later = () => new Promise((done) => setTimeout(done, 60));
const add = (tag, text = "") => {
  const element = document.createElement(tag);
  if (text) element.append(text);
  document.body.append(element);
  return element;
};
"""

STANDING = [one for one in CARRIERS if "record." not in one.script]
"""All but those that need the recorder in their hands."""

EVERY = [*STANDING, *DOINGS, *LEAVING]
WORDS = {one.name: word(number) for number, one in enumerate(EVERY)}

SOMETIMES = {"other_frame_path"}
"""rrweb tells where such a frame leads only if it has arrived there before the snapshot."""

OF_PAGE = ("title", "framed", "shadow", "query", "fragment", "referrer", "header", "answer", "jar")
PAGE_WORDS = {name: word(len(EVERY) + number) for number, name in enumerate(OF_PAGE)}
READABLE_AT_INPUTS = {"title", "framed", "shadow"}

SETTINGS = (
    'data-consent="not-required" data-canvas data-mask-selector="[data-private]" '
    'data-unmask-selector=".kept" data-block-selector=".own-block" '
    'data-response-headers="x-listed"'
)

PICTURE = '"source":9,'
CANVAS = re.compile(f"{PICTURE}|heatwright/canvas")
"""A picture of a canvas, or that it is not recorded."""

DRAW = """
const canvas = add("canvas");
canvas.getContext("2d").fillText("drawn words", 10, 20);
scrollTo(0, document.body.scrollHeight);
"""


def inside(carriers: list[Carrier]) -> str:
    body = "\n".join(one.html.replace("WORD", WORDS[one.name]) for one in carriers)
    shadow = PAGE_WORDS["shadow"]
    return (
        f"{body}<div id=host><template shadowrootmode=open><p title={shadow}>{shadow}</p>"
        "<input></template></div><iframe id=frame src=/frame.html></iframe>"
        "<div class=rr-block><iframe id=blocked src=/frame.html></iframe></div>"
    )


async def do(page: Page, carriers: list[Carrier]) -> None:
    for one in carriers:
        if one.script:
            script = one.script.replace("WORD", WORDS[one.name])
            await page.evaluate(f"async () => {{ {PRELUDE} {script} }}")
        if one.typed:
            await page.keyboard.type(WORDS[one.name])


async def answer(route: Route) -> None:
    headers = {
        "x-private": PAGE_WORDS["header"],
        "x-listed": WORDS["listed_header"] if "/header" in route.request.url else "",
    }
    await route.fulfill(body=PAGE_WORDS["answer"], headers=headers)


@dataclass(frozen=True)
class Leftovers:
    """What a visit left behind, in small letters."""

    told: str
    """Bodies of all requests and events in the store."""
    around: str
    """Request lines and headers."""
    database: str
    """The database's files, byte by byte."""
    canvases: int
    batches: list[bytes]
    """As they were sent, inflated."""


def stored_texts(store: Store) -> list[str]:
    return [
        bytes(event.data).decode()
        for session in store.sessions()
        for document in store.documents(session.id)
        for event in store.events(document.id)
    ]


def leftovers(relay: Relay, store: Store, folder: Path) -> Leftovers:
    bodies = [sent.body.decode() for sent in relay.sent if b"POST" in sent.head[:5]]
    events = stored_texts(store)
    files = [file.read_bytes().decode("latin-1") for file in folder.glob("heatwright.db*")]
    return Leftovers(
        "\n".join([*bodies, *events]).lower(),
        "\n".join(sent.head.decode() for sent in relay.sent).lower(),
        "\n".join(files).lower(),
        sum(PICTURE in event for event in events),
        [sent.body for sent in relay.sent if b"POST" in sent.head[:5]],
    )


async def visit(browser: Browser, store: Store, folder: Path, level: str) -> Leftovers:
    async with (
        tagged_site(store, {}) as origin,
        relaying(origin.collector) as relay,
    ):
        tagged = replace(origin, collector=relay.url)
        head = (
            "<meta name=referrer content=unsafe-url>"
            + HEAD.replace("TITLE", PAGE_WORDS["title"])
            + tagged.tag(f'{SETTINGS} data-mask="{level}"')
        )
        for path, carriers in (("/", STANDING), ("/doing", [])):
            tagged.site.pages[path] = f"<!doctype html>{head}<body>{inside(carriers)}"
        tagged.site.pages["/frame.html"] = FRAME.replace("FRAMED", PAGE_WORDS["framed"])
        tagged.site.pages["/bye"] = "bye"
        context = await browser.new_context()
        await context.add_cookies([{"name": "jar", "value": PAGE_WORDS["jar"], "url": origin.url}])
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.accept(PAGE_WORDS["answer"]))
        await page.route("**/answer**", answer)
        referrer = f"{tagged.url}/from?{PAGE_WORDS['referrer']}"
        query, fragment = PAGE_WORDS["query"], PAGE_WORDS["fragment"]
        await page.goto(f"{tagged.url}/?q={query}#{fragment}", referer=referrer)
        await flushed(page)
        await do(page, STANDING)
        await page.evaluate(f"() => {{ {PRELUDE} {DRAW} }}")
        await eventually(lambda: CANVAS.search("".join(stored_texts(store))), "a canvas")
        await page.goto(f"{tagged.url}/doing")
        await flushed(page)
        await page.wait_for_timeout(300)  # the watchers come a little later
        await do(page, DOINGS)
        await flushed(page)
        await page.evaluate("heatwright.track('about to leave')")
        await do(page, LEAVING)
        await page.goto(f"{tagged.url}/bye")
        await eventually(lambda: "about to leave" in "".join(stored_texts(store)), "the end")
        await context.close()
    return leftovers(relay, store, folder)


@pytest.mark.parametrize("level", LEVELS[:3])
async def test_words_leave_the_browser_exactly_where_no_promise_is_made(
    browser: Browser, store: Store, tmp_path: Path, level: str
) -> None:
    left = await visit(browser, store, tmp_path, level)
    at = LEVELS.index(level)

    leaked, lost = [], []
    for one in EVERY:
        term = WORDS[one.name]
        if at >= LEVELS.index(one.promise):
            leaked += [one.name] * any(term[:6] in text for text in (left.told, left.database))
        elif term not in left.told and one.name not in SOMETIMES:
            lost.append(one.name)
    for name, term in PAGE_WORDS.items():
        readable = level == "inputs" and name in READABLE_AT_INPUTS
        leaked += [name] * (not readable and term[:6] in left.told + left.database)
        lost += [name] * (readable and term not in left.told)
    assert leaked == []
    assert lost == []
    everything = {**WORDS, **PAGE_WORDS}
    assert [name for name, term in everything.items() if term[:6] in left.around] == []
    assert bool(left.canvases) == (level == "inputs")
    # Beside `unmaskSelector`, of which the server knows nothing, its wall is set to `inputs`.
    wall = Policy("strict" if level == "strict" else "inputs")
    assert changed_by_wall(left.batches, wall) == []


async def test_the_title_of_a_page_that_is_masked_as_a_whole_is_told_nowhere(
    browser: Browser, store: Store
) -> None:
    """Environment and routes told it by the level alone."""
    title, other = word(1), word(2)
    async with tagged_site(store, {}) as tagged, visitor(browser, tagged) as (page, wire):
        head = f"<title>{title}</title>{tagged.tag(NO_CONSENT_NEEDED)}"
        tagged.site.pages["/"] = f"<!doctype html><html class=rr-mask>{head}<body>text"
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate(
            f"() => {{ document.title = '{other}'; history.pushState(null, '', '/next') }}"
        )
        await flushed(page)
        sent = b"".join(wire.bodies).decode()
    assert [event["title"] for event in wire.custom("heatwright/route")] == ["*" * len(other)]
    assert title[:6] not in sent and other[:6] not in sent


async def test_a_driven_recording_masks_what_is_typed_and_keeps_addresses(
    browser: Browser, tmp_path: Path
) -> None:
    field, query, text = word(1), word(2), word(3)

    async def fill(page: Page) -> None:
        await page.locator("input").fill(field)

    path = tmp_path / "driven.db"
    async with website({"/": f"<!doctype html><p>{text}<input>"}) as site:
        with Store.open(f"sqlite:///{path}") as store:
            await record(browser, store, f"{site.url}/?q={query}", fill)
            recorded = "".join(stored_texts(store))
    assert (field[:6] in recorded, query in recorded, text in recorded) == (False, True, True)
    with sqlite3.connect(path) as database:
        assert field[:6] not in "\n".join(database.iterdump())
