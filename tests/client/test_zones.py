"""Pages of Angular: zone.js wraps listeners and timers, and ours go past it."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.support.bundling import module_script
from tests.support.watching import begin

# As zone.js does it: the original is kept beside a function that would check the whole page.
ZONE = """() => {
  window.noticed = [];
  window.pending = new Set();
  const keys = new Map();
  const keyOf = (one) => keys.get(one) ?? (keys.set(one, keys.size), keys.get(one));
  const wrap = (owner, name, count) => {
    const original = owner[name];
    owner["__zone_symbol__" + name] = function (...given) {
      const result = original.apply(this, given);
      count(this, given, result);
      return result;
    };
    owner[name] = function (...given) {
      noticed.push(`${name} ${given[0]}`);
      return original.apply(this, given);
    };
  };
  const heard = (self, [name, listener]) => [keyOf(self ?? window), name, keyOf(listener)].join();
  const { prototype } = EventTarget;
  wrap(prototype, "addEventListener", (self, given) => pending.add(heard(self, given)));
  wrap(prototype, "removeEventListener", (self, given) => pending.delete(heard(self, given)));
  wrap(window, "setTimeout", (_, given, id) => pending.add(id));
  wrap(window, "clearTimeout", (_, [id]) => pending.delete(id));
}"""

WATCHERS = ("errors", "visibility", "surroundings", "resting", "scrolls", "canvas")


async def test_listeners_and_timers_go_past_the_zone(browser: Browser) -> None:
    """Cause: in a page of Angular each of our listeners and timers had it check the whole page."""
    page = await browser.new_page()
    await page.set_content("<canvas></canvas><button>Buy</button>")
    press = module_script("recorder/client/press.ts", "press")
    await page.evaluate(f"{press}; window.press = press")
    await begin(page)
    await page.evaluate(ZONE)
    await page.evaluate(
        """(watchers) => {
          watching.start(...watchers);
          window.stopPresses = press.watchPresses(
            window, () => ({}), () => false, () => {}, (callback) => callback);
          console.error("one");
          dispatchEvent(new Event("resize"));
          document.dispatchEvent(new Event("scroll"));
        }""",
        WATCHERS,
    )
    await page.mouse.move(30, 30)
    await page.mouse.down(button="left")
    await page.mouse.up(button="left")
    assert await page.evaluate("pending.size") > 20
    await page.evaluate("() => { stopPresses(); watching.stop() }")
    assert await page.evaluate("watching.faults()") is None
    assert await page.evaluate("[...pending].filter((one) => typeof one === 'string')") == []
    assert await page.evaluate("noticed") == []
    await page.close()


async def test_a_zone_that_comes_late_takes_nothing_with_it(browser: Browser) -> None:
    page = await browser.new_page()
    modules = [module_script(f"recorder/client/{one}.ts", one) for one in ("later", "listen")]
    await page.evaluate("; ".join([*modules, "Object.assign(window, { later, listen })"]))
    called = await page.evaluate(
        """async () => {
          const called = [];
          const timer = later.later(() => called.push("timer"), 50);
          const stop = listen.listen(window, "one two", ({ type }) => called.push(type));
          (ZONE)();
          const frame = document.body.appendChild(document.createElement("iframe"));
          const own = later.later(() => called.push("never"), 0, frame.contentWindow);
          dispatchEvent(new Event("one"));
          stop();
          dispatchEvent(new Event("two"));
          later.never(timer);
          later.never(undefined);
          later.never(own, frame.contentWindow);
          await new Promise((done) => later.later(done, 100));
          return called;
        }""".replace("ZONE", ZONE)
    )
    assert called == ["one"]
    assert await page.evaluate("noticed") == []
    await page.close()
