"""The page that hosts the tag does not notice: no trace, no error, no name but one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from recorder.store import Store
from tests.support.tagged import flushed, tagged_site, visitor

PAGE = """<h1>Shed</h1><p id="log"></p><input id="field"><button id="buy">Buy</button>
<iframe id="frame" srcdoc="<p id=inner>framed</p>"></iframe><div id="host"></div>
<canvas width="50" height="50"></canvas>"""

BOOKKEEPING = """(() => {
  if (window.top !== window) return;
  const books = window.books = { listeners: new Map(), timers: new Set(), observers: new Set() };
  const key = (target, type, callback, options) =>
    [type, typeof options === "object" ? !!options?.capture : !!options];
  const add = EventTarget.prototype.addEventListener;
  const remove = EventTarget.prototype.removeEventListener;
  EventTarget.prototype.addEventListener = function (type, callback, options) {
    if (options?.once) return add.call(this, type, callback, options);
    const of = books.listeners.get(callback) ?? [];
    of.push([this ?? window, ...key(this, type, callback, options)]);
    books.listeners.set(callback, of);
    return add.call(this, type, callback, options);
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    const [, capture] = key(this, type, callback, options);
    const of = (books.listeners.get(callback) ?? []).filter(
      ([target, t, c]) => !(target === (this ?? window) && t === type && c === capture));
    books.listeners.set(callback, of);
    return remove.call(this, type, callback, options);
  };
  const { setInterval: every, clearInterval: end, setTimeout: later, clearTimeout: never } = window;
  window.setInterval = (...given) => { const id = every(...given); books.timers.add(id); return id; };
  window.clearInterval = (id) => { books.timers.delete(id); end(id); };
  window.setTimeout = (callback, ...given) => {
    const id = later((...args) => { books.timers.delete(id); callback(...args); }, ...given);
    books.timers.add(id);
    return id;
  };
  window.clearTimeout = (id) => { books.timers.delete(id); never(id); };
  for (const name of ["MutationObserver", "IntersectionObserver", "ResizeObserver", "PerformanceObserver"]) {
    const { observe, disconnect } = window[name].prototype;
    window[name].prototype.observe = function (...given) { books.observers.add(this); return observe.apply(this, given); };
    window[name].prototype.disconnect = function () { books.observers.delete(this); return disconnect.call(this); };
  }
  books.surface = () => {
    const found = {};
    const objects = {
      window, history, navigator, console, document, "window.History": History.prototype,
      Element: Element.prototype, Node: Node.prototype, Document: Document.prototype,
      CSSStyleSheet: CSSStyleSheet.prototype, CSSGroupingRule: CSSGroupingRule.prototype,
      CSSStyleDeclaration: CSSStyleDeclaration.prototype, ShadowRoot: ShadowRoot.prototype,
      XMLHttpRequest: XMLHttpRequest.prototype, HTMLInputElement: HTMLInputElement.prototype,
      HTMLSelectElement: HTMLSelectElement.prototype, HTMLTextAreaElement: HTMLTextAreaElement.prototype,
      HTMLOptionElement: HTMLOptionElement.prototype, HTMLCanvasElement: HTMLCanvasElement.prototype,
      customElements: CustomElementRegistry.prototype, frame: frame.contentWindow,
      FrameElement: frame.contentWindow.Element.prototype, FontFaceSet: document.fonts,
    };
    for (const [name, object] of Object.entries(objects)) {
      for (const [member, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
        found[name + "." + member] = [value, get, set];
      }
    }
    return found;
  };
  // What the page looks like to its own scripts before the tag comes.
  addEventListener("load", () => { books.before = books.surface(); }, { once: true });
})()"""

LEFT = """() => {
  const after = books.surface();
  const names = new Set([...Object.keys(books.before), ...Object.keys(after)]);
  const same = (a, b) => a && b && a.every((value, i) => Object.is(value, b[i]) || typeof value !== "function" && i === 0);
  return {
    listeners: [...books.listeners.values()].flat().map(([target, type]) => target.constructor.name + " " + type),
    timers: books.timers.size,
    observers: [...books.observers].map((one) => one.constructor.name),
    changed: [...names].filter((name) => !same(books.before[name], after[name])),
  };
}"""


async def test_stop_leaves_nothing_behind(browser: Browser, store: Store) -> None:
    """No listener, timer, observer or patched function; the only new name is the tag's."""
    attributes = 'data-consent="not-required" data-canvas'
    async with (
        tagged_site(store, {"/": PAGE}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        tagged.site.pages["/"] = f"<!DOCTYPE html><html><body>{PAGE}</body></html>"
        await page.add_init_script(BOOKKEEPING)
        await page.goto(tagged.url)
        left: dict[str, Any] = await page.evaluate(LEFT)
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
        await page.fill("#field", "typed")
        await page.click("#buy")
        await page.frame_locator("#frame").locator("#inner").click()
        busy: dict[str, Any] = await page.evaluate(LEFT)
        assert len(busy["listeners"]) > 20 and busy["observers"] and len(busy["changed"]) > 5
        await page.evaluate("() => heatwright.stop()")
        await page.wait_for_timeout(1500)
        left = await page.evaluate(LEFT)
        sent = len(wire.bodies)
        await page.click("#buy")
        await page.wait_for_timeout(500)
        assert len(wire.bodies) == sent
    assert attributes
    assert left == {
        "listeners": [],
        "timers": 0,
        "observers": [],
        "changed": ["window.heatwright"],
    }


HOSTILE = [
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })",
    "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
    "delete window.CompressionStream; delete window.requestIdleCallback; delete Intl.Segmenter",
    "delete Document.prototype.caretPositionFromPoint; delete window.visualViewport",
    "Element.prototype.matches = () => { throw new Error('broken page') }",
    "Element.prototype.getBoundingClientRect = () => { throw new Error('broken page') }",
    "Object.defineProperty(Document.prototype, 'title', { get() { throw new Error('broken') } })",
    "navigator.sendBeacon = () => { throw new Error('broken') }",
    "window.JSON.stringify.toJSON = 1; Array.prototype.toJSON = function () { return 'prototype.js' }",
    "window.IntersectionObserver = undefined; window.ResizeObserver = undefined",
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


POLICY = (
    "default-src 'self'; script-src 'self' {0}; connect-src 'self' {0}; style-src 'unsafe-inline'; "
    "require-trusted-types-for 'script'"
)


async def test_a_strict_policy_needs_the_collector_and_nothing_else(
    browser: Browser, store: Store
) -> None:
    """No `eval`, no `blob:` worker, no inline script; Trusted Types are no obstacle."""
    violations: list[str] = []
    async with (
        tagged_site(store, {"/": PAGE.replace("srcdoc", "data-no")}) as tagged,
        visitor(browser, tagged) as (page, wire),
    ):
        policy = POLICY.format(tagged.collector)
        tagged.site.pages["/"] = str(tagged.site.pages["/"]).replace(
            "<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">'
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
