"""The page that hosts the tag does not notice: no trace, no error, no name but one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from recorder.store import Store
from tests.support.tagged import flushed, tagged_site, visitor

PAGE = """<h1>Shed</h1><p id="log"></p><input id="field"><button id="buy">Buy</button>
<iframe id="frame" srcdoc="<p id=inner>framed</p>"></iframe><div id="host"></div>
<canvas width="50" height="50"></canvas>"""

BOOKKEEPING = Path(__file__).with_name("bookkeeping.js")

FRAME_IS_NATIVE = """() => {
  const { document: doc, Element, CSSStyleSheet, FontFace } = frame.contentWindow;
  const { insertRule, addRule } = CSSStyleSheet.prototype;
  return [Element.prototype.attachShadow, insertRule, addRule, FontFace].every(
      (one) => Function.prototype.toString.call(one).includes("[native code]"))
    && !Object.getOwnPropertyNames(doc).includes("adoptedStyleSheets");
}"""

MIDDLE = """(selector) => {
  const rect = document.querySelector(selector).getBoundingClientRect();
  return [rect.left + rect.width / 2, rect.top + rect.height / 2];
}"""


async def test_stop_leaves_nothing_behind(browser: Browser, store: Store) -> None:
    """No listener, timer, observer or patched function; the only new name is the tag's.

    But for one: rrweb listens to each frame's `load` and gives nobody a way to end that. What it
    then begins to observe is ended at once.
    """
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        tagged.site.pages["/"] = f"<!DOCTYPE html><html><body>{PAGE}</body></html>"
        await page.add_init_script(path=BOOKKEEPING)
        await page.goto(tagged.url)
        left: dict[str, Any] = await page.evaluate("() => books.left()")
        assert left == {"listeners": [], "timers": 0, "observers": [], "changed": []}
        await page.evaluate(
            """([url, key]) => {
              const script = document.createElement("script");
              Object.assign(script.dataset, { key, consent: "not-required", canvas: "" });
              script.src = url + "/heatwright.js";
              document.head.append(script);
            }""",
            [tagged.collector, tagged.key],
        )
        await flushed(page)
        await page.wait_for_timeout(500)
        await page.evaluate("() => { host.attachShadow({ mode: 'open' }).innerHTML = '<b>x</b>' }")
        # Playwright's own clicks would leave listeners of theirs.
        for place in ("#field", "#buy", "#frame"):
            x, y = await page.evaluate(MIDDLE, place)
            await page.mouse.click(x, y)
        await page.keyboard.type("typed")
        busy: dict[str, Any] = await page.evaluate("() => books.left()")
        assert len(busy["listeners"]) > 20 and busy["observers"] and len(busy["changed"]) > 5
        await page.evaluate("() => heatwright.stop()")
        await page.wait_for_timeout(1500)
        left = await page.evaluate("() => books.left()")
        sent = len(wire.bodies)
        await page.mouse.click(60, 60)
        # A frame that loads only now is not observed either.
        await page.evaluate("() => { frame.srcdoc = '<p>late</p>' }")
        await page.wait_for_timeout(500)
        assert len(wire.bodies) == sent
        assert await page.evaluate(FRAME_IS_NATIVE)
        assert (await page.evaluate("() => books.left()"))["observers"] == []
    assert left == {
        "listeners": ["HTMLIFrameElement load"],
        "timers": 0,
        "observers": [],
        "changed": ["window.heatwright"],
    }


HOSTILE = [
    "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage') } })",
    "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
    "delete window.CompressionStream; delete window.requestIdleCallback; delete Intl.Segmenter",
    "delete Document.prototype.caretPositionFromPoint; delete window.visualViewport",
    "Element.prototype.matches = () => { throw new Error('broken page') }",
    "Element.prototype.getBoundingClientRect = () => { throw new Error('broken page') }",
    "Object.defineProperty(Document.prototype, 'title', { get() { throw new Error('bad') } })",
    "navigator.sendBeacon = () => { throw new Error('broken') }",
    "Array.prototype.toJSON = function () { return 'as an old prototype.js does' }",
    "window.IntersectionObserver = undefined; window.ResizeObserver = undefined",
    "window.CompressionStream = class { constructor() { throw new Error('polyfill') } }",
]


@pytest.mark.parametrize("break_it", HOSTILE)
async def test_a_page_that_breaks_things_meets_no_error_of_ours(
    break_it: str, browser: Browser, store: Store
) -> None:
    problems: list[str] = []
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, _wire),
    ):
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda said: problems.append(said.text) if said.type == "error" else None,
        )
        tagged.site.pages["/favicon.ico"] = ""
        await page.add_init_script(break_it)
        await page.goto(tagged.url)
        await flushed(page)
        await page.mouse.click(60, 60)
        await page.evaluate(
            "() => { log.textContent = 'changed'; history.pushState({}, '', '/x') }"
        )
        await flushed(page)
        await page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")
        await page.evaluate("() => heatwright.stop()")
    assert problems == []


CALLS = """() => {
  const bad = [undefined, null, 7, "x", {}, [], Symbol("s"), () => 1, 10n];
  const odd = {}; odd.self = odd;
  const returned = [];
  for (const name of Object.keys(heatwright)) {
    if (name === "stop" || name === "consent") continue;
    for (const one of [...bad, odd]) {
      for (const other of [...bad, odd]) returned.push(typeof heatwright[name](one, other));
    }
  }
  heatwright.push(["nothing"], ["track"], null, [], "x");
  return returned.length;
}"""


async def test_no_call_of_the_site_ever_throws(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        assert await page.evaluate(CALLS) > 500
        await page.evaluate("() => heatwright.track('after')")
        await flushed(page)
    assert {"goal": "after", "properties": {}} in wire.custom("heatwright/goal")


STRICT = "default-src 'self'; style-src 'unsafe-inline'; require-trusted-types-for 'script'; "

DOCUMENTED = re.search(
    r"^Content-Security-Policy: (script-src .*; (connect-src .*))$",
    (Path(__file__).parents[2] / "docs/tag.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
assert DOCUMENTED


@pytest.mark.parametrize(
    ("policy", "attributes"),
    [
        (DOCUMENTED[1], ""),
        (f"script-src 'nonce-shed' 'strict-dynamic'; {DOCUMENTED[2]}", 'nonce="shed"'),
    ],
    ids=["by origin", "by nonce"],
)
async def test_a_strict_policy_needs_what_the_docs_say_and_nothing_else(
    policy: str, attributes: str, browser: Browser, store: Store
) -> None:
    """No `eval`, no `blob:` worker, no inline script; Trusted Types are no obstacle."""
    violations: list[str] = []
    body = PAGE.replace("srcdoc", "data-no")
    attributes = f'data-consent="not-required" data-canvas {attributes}'
    async with (
        tagged_site(store, {"/": body}, attributes) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        whole = STRICT + policy.replace("https://heat.example.com", tagged.collector)
        tagged.site.pages["/"] = str(tagged.site.pages["/"]).replace(
            "<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{whole}">'
        )
        page.on(
            "console",
            lambda said: violations.append(said.text) if "Policy" in said.text else None,
        )
        await page.goto(tagged.url)
        await flushed(page)
        await page.click("#buy")
        await page.wait_for_timeout(1200)
        await flushed(page)
    assert violations == []
    assert any(event["type"] == 6 for event in wire.events)
    assert wire.custom("heatwright/reduced") == []
    asked = {request.url.rpartition("/")[2].partition("?")[0] for request in wire.requests}
    assert asked >= {"heatwright-more.js", "heatwright-canvas.js", "batches"}


async def test_without_its_second_part_the_tag_records_and_says_so(
    browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.route("**/heatwright-more.js*", lambda route: route.abort())
        await page.goto(tagged.url)
        await flushed(page)
        await page.click("#buy")
        await flushed(page)
    assert wire.custom("heatwright/reduced") == [{"missing": "watchers"}]
    assert any(event["type"] == 6 for event in wire.events)


async def test_the_es_module_records_like_the_script(browser: Browser, store: Store) -> None:
    async with (
        tagged_site(store, {"/": PAGE}, "") as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        script = f"""<script type="module">
          import * as heat from "{tagged.collector}/heatwright.mjs";
          heat.init({{ endpoint: "{tagged.collector}/", key: "{tagged.key}",
                      consent: "not-required", traits: {{ plan: "free" }} }});
          heat.track("seen");
          window.heat = heat;
        </script>"""
        tagged.site.pages["/"] = f"<!DOCTYPE html><html><head>{script}</head><body>{PAGE}</body>"
        await page.goto(tagged.url)
        await page.wait_for_function("() => window.heat?.sessionUrl()")
        await page.evaluate("() => heat.flush()")
        assert await page.evaluate("() => window.heatwright") is None
    assert wire.custom("heatwright/goal") == [{"goal": "seen", "properties": {}}]
    assert store.sessions()[0].traits == {"plan": "free"}


async def test_faults_inside_the_tag_are_counted_in_the_recording(
    browser: Browser, store: Store
) -> None:
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate(
            "() => { Document.prototype.createRange = () => { throw new Error('no ranges') } }"
        )
        await page.click("h1")
        await flushed(page)
    faults = wire.custom("heatwright/faults")
    assert faults and faults[0]["count"] >= 1
    assert faults[0]["first"] == "no ranges"


async def test_old_libraries_that_teach_arrays_their_own_json_do_no_harm(
    browser: Browser, store: Store
) -> None:
    """Cause: prototype.js before 1.7 makes JSON of arrays a text, and the recording worthless."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.add_init_script(
            "Array.prototype.toJSON = String.prototype.toJSON = function () { return 'taught' }"
        )
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("() => heatwright.track('list', { ids: [1, 2] })")
        await flushed(page)
        assert await page.evaluate("() => JSON.stringify([1])") == '"taught"'
    (snapshot,) = [event for event in wire.events if event["type"] == 2]
    assert snapshot["data"]["node"]["childNodes"][1]["tagName"] == "html"
    assert wire.custom("heatwright/goal")[0]["properties"] == {"ids": [1, 2]}


async def test_the_page_s_own_mistakes_stay_its_own(browser: Browser, store: Store) -> None:
    """Cause: rrweb stands around the page's calls, and its error handler took what they threw.

    Libraries that count on it (styled-components) then believed that a bad rule was inserted.
    """
    thrown = """() => {
      const sheet = new CSSStyleSheet();
      const style = document.head.appendChild(document.createElement("style")).sheet;
      const tries = [
        () => sheet.replaceSync("@import 'x.css';") ?? sheet.insertRule("@import 'x.css';"),
        () => style.insertRule("no rule"),
        () => style.insertRule("b {}", 99),
        () => style.deleteRule(5),
        () => document.createElement("br").attachShadow({ mode: "open" }),
      ];
      return tries.map((one) => { try { one(); return ""; } catch (error) { return error.name; } });
    }"""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto("about:blank")
        expected = await page.evaluate(thrown)
        await page.goto(tagged.url)
        await flushed(page)
        assert await page.evaluate(thrown) == expected
        await flushed(page)
    assert "" not in expected
    assert wire.custom("heatwright/faults") == []


@pytest.mark.parametrize(
    "options",
    [
        "{ release: 42, variant: true, traits: { paying: true, seats: 3 } }",
        "{ exclude: '/a, /b', keepQuery: 'page', maskSelector: null, sample: '1' }",
    ],
)
async def test_settings_of_another_kind_are_understood(
    options: str, browser: Browser, store: Store
) -> None:
    """Cause: a number for a release stopped all delivery, and a text for a list kept its parts."""
    problems: list[str] = []
    async with (
        tagged_site(store, {"/": PAGE}, "") as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        page.on("pageerror", lambda error: problems.append(str(error)))
        tagged.site.pages["/"] = (
            f'<!DOCTYPE html><body>{PAGE}<script src="{tagged.collector}/heatwright.js"></script>'
        )
        await page.goto(f"{tagged.url}/?page=2&age=7")
        await page.evaluate(f"""() => heatwright.init({{
          endpoint: "{tagged.collector}", key: "{tagged.key}", consent: "not-required", ...{options}
        }})""")
        await flushed(page)
    (session,) = store.sessions()
    assert problems == []
    if "release" in options:
        assert (session.release, session.variant) == ("42", "true")
        assert session.traits == {"paying": "true", "seats": "3"}
    else:
        assert wire.batches[0]["url"] == f"{tagged.url}/?page=2"


async def test_a_whole_component_tree_in_a_goal_does_not_freeze_the_page(
    browser: Browser, store: Store
) -> None:
    """Cause: objects that refer to each other were followed along every way."""
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        await page.goto(tagged.url)
        await flushed(page)
        await page.evaluate("""() => {
          const nodes = Array.from({ length: 8 }, () => ({}));
          for (const one of nodes) nodes.forEach((other, i) => { one["to" + i] = other });
          heatwright.track("clicked", { event: nodes[0] });
        }""")
        await flushed(page)
    (goal,) = wire.custom("heatwright/goal")
    assert goal["goal"] == "clicked"
