"""The recorder in a real browser: what reaches the store, and what must not."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
import zstandard
from playwright.async_api import Browser, Page

from recorder.collector import serving
from recorder.devices import Device
from recorder.events import ANCHOR_PLUGIN, EventType
from recorder.store import Store
from replay import Theatre, find_moment, render
from tests.support.recording import SMALL, record
from tests.support.serving import website

TOUCH = Device(None, 500, 600, touch=True)

TEXTS = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
  body { font: 24px serif; margin: 30px } p { width: 240px; padding: 9px }
  iframe { border: 5px solid; margin: 4px; width: 300px; height: 90px }
</style></head><body>
  <p id="plain">Some words that wrap over several lines of this paragraph</p>
  <p id="emoji">a👨‍👩‍👧‍👦b 🇩🇪c 👍🏽d</p>
  <p id="accents">noe\u0308l e\u0301te\u0301 n\u0303a</p>
  <p id="hebrew" dir="rtl">שלום עולם 12 abc</p>
  <p id="mixed">one <b>bold</b> two</p>
  <div id="host"></div>
  <iframe id="frame" srcdoc="<body style='margin:8px;font-size:20px'><p id=inner>framed text</p>">
  </iframe>
  <script>
    host.attachShadow({mode: "open"}).innerHTML = "<p id=shade>shadow words</p>";
  </script></body></html>"""

PLACES = [
    ("#plain", 0, 0), ("#plain", 0, 22), ("#plain", 0, 56),
    ("#emoji", 0, 0), ("#emoji", 0, 1), ("#emoji", 0, 2), ("#emoji", 0, 4), ("#emoji", 0, 7),
    ("#accents", 0, 2), ("#accents", 0, 5), ("#accents", 0, 9),
    ("#hebrew", 0, 0), ("#hebrew", 0, 3), ("#hebrew", 0, 10), ("#hebrew", 0, 11),
    ("#hebrew", 0, 14),
    ("#mixed", 0, 1), ("#mixed", 1, 2), ("#mixed b", 0, 3),
    ("#host >> #shade", 0, 3), ("#frame >> #inner", 0, 8),
]  # fmt: skip
"""Element, which of its text nodes, which grapheme of that."""

MEASURE = """([path, which, number]) => {
  let root = document, x0 = 0, y0 = 0, element;
  for (const selector of path.split(" >> ")) {
    element = root.querySelector(selector);
    if (element.localName === "iframe") {
      element.scrollIntoView({ block: "center" });
      const rect = element.getBoundingClientRect();
      [x0, y0] = [rect.left + element.clientLeft, rect.top + element.clientTop];
      root = element.contentDocument;
    } else root = element.shadowRoot ?? root;
  }
  if (!x0) element.scrollIntoView({ block: "center" });
  const text = [...element.childNodes].filter((node) => node.nodeType === 3)[which];
  const { index, segment } = [...new Intl.Segmenter("en").segment(text.data)][number];
  const range = text.ownerDocument.createRange();
  range.setStart(text, index);
  range.setEnd(text, index + segment.length);
  const glyph = range.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  return {
    text: text.data, start: index, length: segment.length,
    x: glyph.left + glyph.width / 2, y: glyph.top + glyph.height / 2, left: x0, top: y0,
    box: [box.left, box.top, box.width, box.height],
  };
}"""


COUNT_CLICKS = """() => {
  window.clicks = 0;
  for (const doc of [document, document.getElementById("frame").contentDocument]) {
    doc.addEventListener("click", () => window.clicks++);
  }
}"""


async def press(page: Page, device: Device, x: float, y: float, count: int) -> None:
    """A click or a tap; a tap becomes a click only after gestures have been told apart."""
    if device.touch:
        await page.touchscreen.tap(x, y)
    else:
        await page.mouse.click(x, y)
    await page.wait_for_function("(count) => window.clicks === count", arg=count)


def payloads(store: Store, document: str) -> list[dict[str, Any]]:
    """What the anchor plugin measured, in order."""
    found = []
    for event in store.events(document):
        data = msgspec.json.decode(event.data)
        if event.type == EventType.PLUGIN and data["plugin"] == ANCHOR_PLUGIN:
            found.append(data["payload"])
    return found


def texts_by_id(value: Any) -> dict[int, str]:
    """All text nodes in snapshots and mutations."""
    found: dict[int, str] = {}
    if isinstance(value, dict):
        if value.get("type") == 3 and "textContent" in value:
            found[value["id"]] = value["textContent"]
        for inner in value.values():
            found |= texts_by_id(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= texts_by_id(inner)
    return found


@pytest.mark.parametrize("device", [SMALL, TOUCH], ids=["mouse", "finger"])
async def test_clicks_and_taps_are_anchored_to_the_grapheme(
    device: Device, browser: Browser, store: Store
) -> None:
    expected: list[dict[str, Any]] = []

    async def visit(page: Page) -> None:
        await page.evaluate(COUNT_CLICKS)
        for place in PLACES:
            measured = await page.evaluate(MEASURE, list(place))
            expected.append(measured)
            x, y = measured["left"] + measured["x"], measured["top"] + measured["y"]
            await press(page, device, x, y, len(expected))
        # In the padding, beyond the text: an element, but no grapheme.
        left, top, _, height = (await page.evaluate(MEASURE, ["#plain", 0, 0]))["box"]
        await press(page, device, left + 4, top + height / 2, len(PLACES) + 1)

    async with website({"/": TEXTS}) as site:
        driven = await record(browser, store, f"{site.url}/", visit, device)
    document = driven.documents[0]
    texts = texts_by_id([msgspec.json.decode(event.data) for event in store.events(document)])
    *found, padding = payloads(store, document)
    assert [(round(one["x"]), round(one["y"])) for one in found] == [
        (pytest.approx(one["x"], abs=1), pytest.approx(one["y"], abs=1)) for one in expected
    ]
    for place, payload, truth in zip(PLACES, found, expected, strict=True):
        text = payload.get("text")
        assert text, place
        assert texts[text["id"]] == truth["text"], place
        assert (text["start"], text["length"]) == (truth["start"], truth["length"]), place
        assert (text["fx"], text["fy"]) == pytest.approx((0.5, 0.5), abs=0.1), place
        assert payload["box"] == pytest.approx(truth["box"], abs=0.01), place
        assert (payload["x"], payload["y"]) == pytest.approx((truth["x"], truth["y"]), abs=1), place
        assert payload["kind"] == ("tap" if device.touch else "click"), place
    assert "text" not in padding
    assert padding["id"] > 0


SECRETS = {
    "password": "Quokka-4711-pass",
    "email": "quokka@secret.example",
    "text": "Quokka-typed-text",
    "area": "Quokka in many words",
    "shown": "Quokka-once-shown",
}
GIVEN = ("Quokka-given-value", "Quokka-given-area", "Quokka-set-later", "Quokka-hidden")

FORM = f"""<!DOCTYPE html><html><body><h1>Wombat heading</h1><form>
  <input id="password" type="password"><input id="email" type="email"><input id="text">
  <textarea id="area"></textarea><input id="shown" type="password">
  <input id="given" value="{GIVEN[0]}"><input type="hidden" name="token" value="{GIVEN[3]}">
  <textarea>{GIVEN[1]}</textarea></form></body></html>"""


async def test_what_is_typed_is_nowhere_in_the_store(browser: Browser, tmp_path: Path) -> None:
    async def visit(page: Page) -> None:
        for field, secret in SECRETS.items():
            await page.click(f"#{field}")
            await page.keyboard.type(secret)
        await page.evaluate(f"""() => {{
          shown.type = "text";
          given.setAttribute("value", "{GIVEN[2]}");
          const late = Object.assign(document.createElement("input"), {{value: "{GIVEN[2]}"}});
          late.setAttribute("value", "{GIVEN[2]}");
          document.forms[0].append(late);
          late.value += "!";
          late.dispatchEvent(new Event("input", {{bubbles: true}}));
        }}""")
        await page.keyboard.type("x")

    path = tmp_path / "masked.db"
    with Store.open(f"sqlite:///{path}") as store:
        async with website({"/": FORM}) as site:
            await record(browser, store, f"{site.url}/", visit)
        held = everything_in(path)
    assert b"Wombat heading" in held, "the search finds what is there"
    assert held.count(b"********") > len(SECRETS), "the fields were recorded"
    for secret in (*SECRETS.values(), *GIVEN):
        assert secret.encode() not in held, secret
        assert secret[:9].encode() not in held, secret


def everything_in(path: Path) -> bytes:
    """All bytes of the database, its WAL and journal, and all that is compressed in them."""
    held = b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))
    with sqlite3.connect(path) as connection:
        bodies = [row[0] for row in connection.execute("SELECT body FROM chunks")]
    connection.close()
    assert bodies
    return held + b"".join(
        zstandard.ZstdDecompressor().decompressobj().decompress(b) for b in bodies
    )


ROUTES = (
    """<!DOCTYPE html><html><head><title>Home</title></head><body><p>routes</p></body></html>"""
)


async def test_client_side_routes_are_page_views(browser: Browser, store: Store) -> None:
    async def visit(page: Page) -> None:
        for step in (
            "history.pushState({}, '', '/list?sort=up'); document.title = 'List'",
            "history.replaceState({}, '', '/list?sort=up')",
            "history.pushState({}, '', '/item/7#reviews')",
            "location.hash = 'specs'",  # scrolls, and is no view of its own
            "location.hash = '#/deep'",
            "history.back()",
        ):
            await page.evaluate(f"() => {{ {step} }}")
            await asyncio.sleep(0.1)

    async with website({"/": ROUTES}) as site:
        driven = await record(browser, store, f"{site.url}/", visit)
    views = store.page_views(session_id=driven.session)
    assert [view.url.removeprefix(site.url) for view in views] == [
        "/", "/list?sort=up", "/item/7#reviews", "/item/7#/deep", "/item/7#specs",
    ]  # fmt: skip
    assert [view.ordinal for view in views] == [1, 2, 3, 4, 5]
    assert len({view.document_id for view in views}) == 1
    assert all(a.ended_at <= b.started_at for a, b in itertools.pairwise(views))


async def test_a_tagged_page_replays_after_its_site_is_gone(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """The pasted tag, a real collector: flushed when the page is left, pictures archived."""
    picture = cv2.imencode(".png", np.full((50, 60, 3), (0, 160, 0), np.uint8))[1].tobytes()
    async with website({"/a.png": picture, "/b.png": picture, "/robots.txt": ""}) as site:
        tagged = store.sites.add("tagged", [site.url], consent="not-required", allow_private=True)
        async with serving(store) as collector:
            site.pages["/next"] = "<!DOCTYPE html><p>next</p>"
            site.pages["/style.css"] = "#bg { width: 60px; height: 50px; background: url(b.png) }"
            site.pages["/"] = f"""<!DOCTYPE html><html><head><title>Tagged</title>
              <link rel="stylesheet" href="/style.css">
              <script async src="{collector}/heatwright.js" data-key="{tagged.write_key}"
                data-consent="not-required" data-trait-plan="free" data-release="r1"></script>
              </head><body style="margin:0"><img src="/a.png" alt="" style="display:block">
              <div id="bg"></div><a id="go" href="/next">go on</a></body></html>"""
            page = await browser.new_page(viewport={"width": 800, "height": 600})
            await page.goto(site.url)
            await page.wait_for_function("() => window.heatwright")
            await page.evaluate("() => heatwright.flush()")
            # Left at once: only the flush at `pagehide` can bring the click.
            await page.click("#go")
            await page.wait_for_url("**/next")
            await asyncio.sleep(0.3)
            await page.close()
    session = store.sessions("tagged")[0]
    assert session.traits == {"plan": "free"} and session.release == "r1"
    document = store.documents(session.id)[0]
    assert [payload["kind"] for payload in payloads(store, document.id)] == ["click"]
    assert store.gaps(document.id) == []
    result = await render(theatre, find_moment(store, session.id), SMALL)
    image: Any = cv2.imdecode(np.frombuffer(result.png, np.uint8), cv2.IMREAD_COLOR)
    assert result.fidelity.missing_assets == {}
    assert image[25, 30].tolist() == [0, 160, 0], "the picture itself"
    assert image[75, 30].tolist() == [0, 160, 0], "the one that only the style sheet names"
