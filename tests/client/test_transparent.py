"""The page under the watchers is the page without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.watching import WATCHERS, prepare, told, watched

SUITE = Path(__file__).with_name("page_suite.js").read_text()

BALANCE = """
window.balance = (() => {
  const open = new Map();
  const add = (key, by) => open.set(key, (open.get(key) ?? 0) + by);
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const keys = new WeakMap();
  let serial = 0;
  const keyOf = (target, type, listener, options) => {
    for (const one of [target, listener]) if (!keys.has(one)) keys.set(one, ++serial);
    const capture = !!(options?.capture ?? options);
    return [type, keys.get(target), keys.get(listener), capture].join();
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (listener) open.set(keyOf(this ?? window, type, listener, options), 1);
    return addEventListener.apply(this ?? window, arguments);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (listener) open.delete(keyOf(this ?? window, type, listener, options));
    return removeEventListener.apply(this ?? window, arguments);
  };
  for (const [begin, end] of [
    ["setTimeout", "clearTimeout"], ["setInterval", "clearInterval"],
    ["requestAnimationFrame", "cancelAnimationFrame"],
  ]) {
    const [beginning, ending] = [window[begin], window[end]];
    window[begin] = (callback, ...rest) => {
      const id = beginning((...given) => {
        if (begin !== "setInterval") open.delete(begin + id);
        callback(...given);
      }, ...rest);
      open.set(begin + id, 1);
      return id;
    };
    window[end] = (id) => (open.delete(begin + id), ending(id));
  }
  for (const observer of [IntersectionObserver, MutationObserver]) {
    const { observe, disconnect } = observer.prototype;
    observer.prototype.observe = function (...given) {
      if (!keys.has(this)) keys.set(this, ++serial);
      open.set("observer" + keys.get(this), 1);
      return observe.apply(this, given);
    };
    observer.prototype.disconnect = function () {
      open.delete("observer" + keys.get(this));
      return disconnect.call(this);
    };
  }
  return () => [...open.keys()].sort();
})();
"""

PATCHED = """
() => [fetch, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send,
       Navigator.prototype.sendBeacon, console.error]
"""


async def run_suite(page: Page, url: str) -> dict[str, Any]:
    other = url.replace("127.0.0.1", "localhost")
    results: dict[str, Any] = await page.evaluate(SUITE, {"other": other})
    return json.loads(json.dumps(results).replace(url, "").replace(other, ""))  # type: ignore[no-any-return]


async def test_a_page_sees_the_same_with_and_without_the_watchers(
    browser: Browser, answers: str
) -> None:
    bare = await browser.new_page()
    await bare.goto(answers)
    without = await run_suite(bare, answers)
    await bare.close()
    async with watched(browser, answers, *WATCHERS) as page:
        under = await run_suite(page, answers)
        assert len(await told(page, "request")) > 30
    assert len(without) > 40
    assert under == without


async def test_stopping_leaves_no_listener_timer_observer_or_patch(
    browser: Browser, answers: str
) -> None:
    page = await browser.new_page()
    await page.goto(answers)
    await page.evaluate(BALANCE)
    await prepare(page)
    await page.evaluate(f"window.before = ({PATCHED})()")
    await page.evaluate(
        """async (watchers) => {
          const box = '<div style="height:50px;overflow:auto"><p style="height:900px">';
          document.body.innerHTML = `${box}</p></div><canvas></canvas><iframe></iframe>`;
          window.host = document.body.appendChild(document.createElement("div"));
          host.attachShadow({ mode: "open" }).innerHTML = `${box}x`;
          watching.record({});
          await new Promise((done) => setTimeout(done, 100));  // rrweb begins in the frame
          window.balanceBefore = balance();
          watching.start(...watchers);
        }""",
        list(WATCHERS),
    )
    assert len(await page.evaluate("balance()")) > len(await page.evaluate("balanceBefore")) + 20
    await page.mouse.move(200, 200)
    await page.evaluate(
        """async () => {
          console.error("one");
          fetch("/slow").catch(() => {});
          const xhr = new XMLHttpRequest();
          xhr.open("GET", "/slow");
          xhr.send();
          document.querySelector("div").scrollTo(0, 50);
          host.shadowRoot.firstChild.scrollTo(0, 50);
          await new Promise((done) => setTimeout(done, 1200));
        }"""
    )
    during = await page.evaluate(f"({PATCHED})().map((one, at) => one === before[at])")
    assert during == [False] * 5
    await page.evaluate("watching.stop()")
    after = await page.evaluate(f"({PATCHED})().map((one, at) => one === before[at])")
    assert after == [True] * 5
    left = await page.evaluate("balance().filter((one) => !balanceBefore.includes(one))")
    assert left == []
    assert await page.evaluate("watching.faults()") is None
    await page.close()


async def test_a_page_that_wrapped_our_wrapper_keeps_its_own_after_stopping(
    browser: Browser,
    answers: str,
) -> None:
    async with watched(browser, answers, "requests", "errors") as page:
        await page.evaluate(
            """async () => {
              const ours = fetch;
              window.calls = 0;
              window.wrapped = window.fetch = (...given) => (calls++, ours(...given));
              await fetch("/json");
              watching.stop();
              await fetch("/json");
            }"""
        )
        assert await page.evaluate("[fetch === wrapped, calls]") == [True, 2]
        assert len(await told(page, "request")) == 1
