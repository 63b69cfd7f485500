"""Errors: what is told of what goes wrong, and what is never told."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.support.serving import WebSite
from tests.support.watching import told, wait_until_told, watched

SCRIPT = """
function fail(message) { throw new TypeError(message); }
function later(run) { setTimeout(run); }
"""
PAGE = "<!doctype html><meta charset=utf-8><script src='/shop.js?token=secret1#x'></script><body>"
SITE = {"/": PAGE, "/shop.js": SCRIPT}

MAIL = "anna@shop.example"


@pytest.fixture(autouse=True)
def _pages(site: WebSite) -> None:
    site.pages.update(SITE)


async def test_an_uncaught_error_is_told_with_its_place_and_without_secrets(
    browser: Browser,
    site: WebSite,
) -> None:
    async with watched(browser, site.url, "errors") as page:
        await page.evaluate(f"later(() => fail('no price for {MAIL}'))")
        [error] = await wait_until_told(page, "error")
    stack = error.pop("stack")
    assert error == {
        "kind": "error", "name": "TypeError", "message": "no price for " + "*" * len(MAIL),
        "source": f"{site.url}/shop.js", "line": 2, "column": 32,
    }  # fmt: skip
    assert stack.splitlines()[0] == f"at fail ({site.url}/shop.js:2:32)"
    assert "secret" not in stack and "no price" not in stack and "?" not in stack


REASONS: list[tuple[str, str | None, str]] = [
    ("new RangeError('too far')", "RangeError", "too far"),
    ("'only text'", None, "only text"),
    ("undefined", None, "undefined"),
    ("Symbol('s')", None, "Symbol(s)"),
    ("({ secret: 1 })", None, "Object"),
    ("new (class Cart {})", None, "Cart"),
    ("new DOMException('gone', 'AbortError')", "AbortError", "gone"),
    ("Object.create(null)", None, "Object"),
    ("Object.assign(new Error('m'), { name: 'secret name' })", "Error", "m"),
    ("({ get constructor() { throw 1 } })", None, "?"),
    ("new Proxy({}, { getPrototypeOf() { throw 1 }, get() { throw 1 } })", None, "?"),
    ("new (class Told { toString() { window.ran = true; return 'x' } })", None, "Told"),
    ("new frames[0].Error('of a frame')", "Error", "of a frame"),
]


async def test_a_rejection_tells_no_more_of_its_reason_than_what_it_is(
    browser: Browser, site: WebSite
) -> None:
    site.pages["/"] = f"{PAGE}<iframe></iframe>"
    async with watched(browser, site.url, "errors") as page:
        for reason, _, _ in REASONS:
            where = "frames[0]" if "frames" in reason else "window"
            await page.evaluate(f"void {where}.Promise.reject({reason})")
        known = list(dict.fromkeys((name, message) for _, name, message in REASONS))
        errors = await wait_until_told(page, "error", len(known))
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        again = [one["repeated"] for one in (await told(page, "error"))[len(known) :]]
        assert await page.evaluate("window.ran") is None
    assert {one["kind"] for one in errors} == {"rejection"}
    assert [(one.get("name"), one["message"]) for one in errors] == known
    assert len(known) + sum(again) == len(REASONS)


async def test_console_errors_are_told_and_still_reach_the_console(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "errors") as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        await page.evaluate(
            """(mail) => {
              const error = new SyntaxError("bad");
              console.error(`paid by ${mail}`, 5, { card: 1 }, [1], error, null);
              console.warn("no matter");
            }""",
            MAIL,
        )
        [error] = await told(page, "error")
    assert error["kind"] == "console"
    assert error["message"] == f"paid by {'*' * len(MAIL)} 5 Object Array SyntaxError: bad null"
    assert error["name"] == "SyntaxError"
    assert said[0].startswith(f"paid by {MAIL} 5")


async def test_a_getter_that_logs_while_it_is_read_does_not_run_in_circles(
    browser: Browser,
    site: WebSite,
) -> None:
    async with watched(browser, site.url, "errors") as page:
        await page.evaluate(
            """() => {
              watching.stop();
              console.error = () => {};  // the browser's own reads errors too
              watching.start("errors");
              window.read = 0;
              const error = new Error("x");
              const get = () => (read++ < 1000 && console.error(error), "m");
              Object.defineProperty(error, "message", { get });
              console.error(error);
            }"""
        )
        assert await page.evaluate("read") == 1
        assert [one["message"] for one in await told(page, "error")] == ["Error: m"]


async def test_files_that_do_not_load_are_told_unless_they_are_blocked(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "errors") as page:
        await page.evaluate(
            """() => {
              document.body.innerHTML = `<img src="/gone.png?user=secret">
                <img srcset="/gone2.png 1x"><img src="data:image/png;base64,secret">
                <div class="rr-block"><img src="/hidden.png"></div>`;
              const script = document.createElement("script");
              document.head.append(Object.assign(script, { src: "/no.js" }));
            }"""
        )
        await wait_until_told(page, "error", 4)
        await page.evaluate("new Promise((done) => setTimeout(done, 100))")
        resources = await told(page, "error")
    assert sorted((one["kind"], one["tag"], one["url"]) for one in resources) == [
        ("resource", "img", "data:"),
        ("resource", "img", f"{site.url}/gone.png"),
        ("resource", "img", f"{site.url}/gone2.png"),
        ("resource", "script", f"{site.url}/no.js"),
    ]


async def test_what_comes_again_is_counted_and_what_is_too_much_too(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "errors") as page:
        await page.evaluate(
            """() => {
              for (let turn = 0; turn < 50; turn++) console.error("same");
              for (let turn = 0; turn < 50; turn++) console.error("other", turn);
            }"""
        )
        before = await told(page, "error")
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        after = (await told(page, "error"))[len(before) :]
    assert len(before) == 30
    assert after == [
        {"kind": "console", "message": "same", "repeated": 49},
        {"kind": "more", "count": 21},
    ]


async def test_a_minute_later_errors_are_told_again(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "errors", clock=True) as page:
        for _ in range(2):
            await page.evaluate("console.error('same'), console.error('same')")
            await page.clock.run_for(61_000)
        payloads = await told(page, "error")
    assert [one.get("repeated") for one in payloads] == [None, 1, None, 1]


async def test_long_messages_and_stacks_are_cut_after_masking(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "errors") as page:
        await page.evaluate(
            """() => {
              const message = "x".repeat(495) + " anna@shop.example" + " and more".repeat(9999);
              const dive = (depth) => depth ? dive(depth - 1) : fail(message);
              Error.stackTraceLimit = 100;
              later(() => dive(60));
            }"""
        )
        [error] = await wait_until_told(page, "error")
    assert error["message"] == "x" * 495 + " ****"
    assert len(error["stack"].splitlines()) == 20 and len(error["stack"]) <= 2000


FRAMES: list[tuple[str, str | None]] = [
    ("Error: a\n    at f (https://h/a.js?t=secret:1:2)", "at f (https://h/a.js:1:2)"),
    ("f@https://h/a.js?t=secret:1:2\n@https://h/b.js#secret:3:4", "f@https://h/a.js:1:2\n@https://h/b.js:3:4"),
    ("global code@https://h/a.js?secret:1:2\n[native code]", "global code@https://h/a.js:1:2"),
    ("Error\n    at https://h/a(1)?t=secret:5:6", "at https://h/a(1):5:6"),
    ("Error\n    at f (blob:https://h/secret:5:6)", "at f (blob::5:6)"),
    ("Error\n    at f (data:text/javascript,secret:5:6)", "at f (data::5:6)"),
    ("Error: secret\nsecret line two\nmail secret@shop.example", None),
    ("Error\n    at eval (eval at g (https://h/a.js?secret:1:2), <anonymous>:3:4)",
     "at eval (eval at g (https://h/a.js:1:2), <anonymous>:3:4)"),
]  # fmt: skip


async def test_stacks_of_all_engines_keep_frames_and_lose_queries_and_messages(
    browser: Browser,
    site: WebSite,
) -> None:
    async with watched(browser, site.url, "errors") as page:
        for stack, _ in FRAMES:
            await page.evaluate(
                "(stack) => console.error(Object.assign(new Error('m'), { stack }))", stack
            )
        errors = await told(page, "error")
    assert [one.get("stack") for one in errors] == [kept for _, kept in FRAMES]
