"""Requests: what is told of them, and that the collector's own are left alone."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser

from tests.support.watching import told, watched

HEADERS = ["content-type", "x-request-id"]

XHR = """
(url, method = "GET", act = () => {}, async = true) => new Promise((done) => {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url, async);
  xhr.onloadend = done;
  try { xhr.send(); } catch { done(); }
  act(xhr);
})
"""


def without_duration(payloads: list[Any]) -> list[Any]:
    """Durations are whole milliseconds, and differ from run to run."""
    for one in payloads:
        duration = one.pop("duration")
        assert isinstance(duration, int) and duration >= 0
        if one["headers"] == {}:
            del one["headers"]
    return payloads


async def test_a_request_is_told_by_method_path_status_and_listed_headers(
    browser: Browser,
    answers: str,
) -> None:
    async with watched(browser, answers, "requests", responseHeaders=HEADERS) as page:
        await page.evaluate(
            """async (xhr) => {
              const body = "secret body";
              const headers = { authorization: "secret" };
              await fetch("/json?user=secret#part", { method: "post", body, headers });
              await fetch(new Request("/json?status=418", { method: "DELETE" }));
              await fetch(new URL("/redirect", location.href));
              await (0, eval)(xhr)("/json?status=500&secret", "put");
              navigator.sendBeacon("/json?secret", "secret");
            }""",
            XHR,
        )
        payloads = without_duration(await told(page, "request"))
    headers = {"content-type": "application/json; charset=utf-8", "x-request-id": "r-1"}
    assert payloads == [
        dict(kind="fetch", method="POST", url="/json", status=200, headers=headers),
        dict(kind="fetch", method="DELETE", url="/json", status=418, headers=headers),
        dict(kind="fetch", method="GET", url="/redirect", status=200, headers=headers),
        dict(kind="xhr", method="PUT", url="/json", status=500, headers=headers),
        dict(kind="beacon", method="POST", url="/json", status=0),
    ]


async def test_failures_and_aborts_are_told_apart(browser: Browser, answers: str) -> None:
    async with watched(browser, answers, "requests") as page:
        other = answers.replace("127.0.0.1", "localhost")
        await page.evaluate(
            """async ([xhr, other]) => {
              xhr = (0, eval)(xhr);
              const quiet = (promise) => promise.catch(() => {});
              await quiet(fetch("/cut"));
              await quiet(fetch(`${other}/closed`));
              await quiet(fetch("/slow", { signal: AbortSignal.timeout(20) }));
              await quiet(fetch(new Request("/slow", { signal: AbortSignal.abort() })));
              await xhr("/cut");
              await xhr("/cut", "GET", () => {}, false);
              await xhr("/slow", "GET", (one) => setTimeout(() => one.abort(), 20));
              await xhr("/slow", "GET", (one) => { one.timeout = 20; });
              await fetch(`${other}/closed`, { mode: "no-cors" });
              await quiet(fetch("http://["));
            }""",
            [XHR, other],
        )
        payloads = await told(page, "request")
    assert [(one["kind"], one["url"], one["status"], one.get("outcome")) for one in payloads] == [
        ("fetch", "/cut", 0, "failed"),
        ("fetch", f"{other}/closed", 0, "failed"),
        ("fetch", "/slow", 0, "aborted"),
        ("fetch", "/slow", 0, "aborted"),
        ("xhr", "/cut", 0, "failed"),
        ("xhr", "/cut", 0, "failed"),
        ("xhr", "/slow", 0, "aborted"),
        ("xhr", "/slow", 0, "failed"),
        ("fetch", f"{other}/closed", 0, None),
        ("fetch", "", 0, "failed"),
    ]


async def test_content_in_urls_is_not_told(browser: Browser, answers: str) -> None:
    async with watched(browser, answers, "requests") as page:
        await page.evaluate(
            """async () => {
              await fetch("data:text/plain,secret");
              await fetch(URL.createObjectURL(new Blob(["secret"])));
              await fetch(location.href.replace("//", "//anna:secret@")).catch(() => {});
              const xhr = new XMLHttpRequest();
              xhr.open("GET", "/json", true, "anna", "secret");
              xhr.send();
              await new Promise((done) => (xhr.onload = done));
              await fetch({ toString: () => "/json?secret" });
            }"""
        )
        payloads = await told(page, "request")
    assert [one["url"] for one in payloads] == ["data:", "blob:", "/", "/json", "/json"]
    assert "secret" not in str(payloads)


async def test_a_url_means_what_it_meant_when_it_was_asked_for(
    browser: Browser, answers: str
) -> None:
    async with watched(browser, answers, "requests") as page:
        await page.evaluate(
            """async () => {
              const answer = fetch("json");
              history.pushState(null, "", "/deep/er/");
              await answer;
            }"""
        )
        assert [one["url"] for one in await told(page, "request")] == ["/json"]


async def test_requests_to_the_collector_are_not_touched(browser: Browser, answers: str) -> None:
    async with watched(browser, answers, "requests", endpoint=f"{answers}/json") as page:
        same = await page.evaluate(
            """async (xhr) => {
              const then = Promise.prototype.then;
              let derived = 0;
              Promise.prototype.then = function (...given) {
                derived++;
                return then.apply(this, given);
              };
              const answer = fetch("/json/batches", { method: "POST", body: "x" });
              Promise.prototype.then = then;
              navigator.sendBeacon("/json/batches", "x");
              await (0, eval)(xhr)("/json/batches");
              await answer;
              return derived;
            }""",
            XHR,
        )
        assert same == 0
        assert await told(page, "request") == []
        await page.evaluate("fetch('/json')")
        assert len(await told(page, "request")) == 1


async def test_frames_requests_are_told_too(browser: Browser, answers: str) -> None:
    async with watched(browser, answers, "requests") as page:
        await page.evaluate(
            """async () => {
              const frame = document.createElement("iframe");
              frame.src = "/?framed";
              document.body.append(frame);
              await new Promise((done) => (frame.onload = done));
              await new Promise((done) => setTimeout(done, 100));  // rrweb begins there
              await frame.contentWindow.fetch("/json");
              await fetch("/json");
            }"""
        )
        assert [one["url"] for one in await told(page, "request")] == ["/json", "/json"]


async def test_beyond_the_limit_requests_are_counted_and_still_made(
    browser: Browser, answers: str
) -> None:
    async with watched(browser, answers, "requests") as page:
        ended = await page.evaluate(
            """async () => {
              const all = Array.from({ length: 200 }, () => fetch("/json"));
              const answers = await Promise.all(all);
              dispatchEvent(new PageTransitionEvent("pagehide"));
              return answers.filter((answer) => answer.ok).length;
            }"""
        )
        payloads = await told(page, "request")
    assert ended == 200
    assert len(payloads) == 181 and payloads[-1] == {"kind": "more", "count": 20}


async def test_an_object_used_again_tells_each_request_once(browser: Browser, answers: str) -> None:
    async with watched(browser, answers, "requests") as page:
        await page.evaluate(
            """() => new Promise((done) => {
              const xhr = new XMLHttpRequest();
              let turn = 0;
              xhr.onload = () => {
                if (++turn === 3) return done();
                xhr.open("GET", `/json?status=${200 + turn}`);
                xhr.send();
              };
              xhr.open("GET", "/slow");
              xhr.send();
              xhr.open("GET", "/json");
              xhr.send();
            })"""
        )
        payloads = await told(page, "request")
    assert [(one["url"], one["status"], one.get("outcome")) for one in payloads] == [
        ("/slow", 0, "aborted"), ("/json", 200, None), ("/json", 201, None), ("/json", 202, None),
    ]  # fmt: skip


async def test_a_header_that_the_page_may_not_read_makes_no_noise(
    browser: Browser, answers: str
) -> None:
    async with watched(browser, answers, "requests", responseHeaders=HEADERS) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        other = answers.replace("127.0.0.1", "localhost")
        await page.evaluate("([xhr, other]) => (0, eval)(xhr)(`${other}/json`)", [XHR, other])
        [request] = await told(page, "request")
    assert request["headers"] == {"content-type": "application/json; charset=utf-8"}
    assert said == []


async def test_long_headers_are_cut_after_masking(browser: Browser, answers: str) -> None:
    """Half an address is no address to whoever masks what was cut."""
    async with watched(browser, answers, "requests", responseHeaders=HEADERS) as page:
        long = {"x-request-id": "x" * 190 + " anna@shop.example"}
        await page.route("**/long", lambda route: route.fulfill(body="", headers=long))
        await page.evaluate("fetch('/long')")
        [request] = await told(page, "request")
    assert request["headers"]["x-request-id"] == "x" * 190 + " " + "*" * 9


async def test_at_strict_only_the_origin_of_a_request_is_told(
    browser: Browser, answers: str
) -> None:
    async with watched(browser, answers, "requests", mask="strict") as page:
        other = answers.replace("127.0.0.1", "localhost")
        await page.evaluate(
            "(other) => Promise.all([fetch('/json'), fetch(`${other}/json`)])", other
        )
        assert sorted(one["url"] for one in await told(page, "request")) == ["/", f"{other}/"]
