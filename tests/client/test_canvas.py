"""Canvases: what they show is told, in a form that rrweb's Replayer plays."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.support.bundling import ROOT
from tests.support.serving import WebSite
from tests.support.watching import told, watched

REPLAYER = (ROOT / "node_modules/rrweb/dist/rrweb.umd.min.cjs").read_text()
CANVAS = "<canvas width=200 height=100></canvas>"
SITE = {"/": f"<!doctype html><meta charset=utf-8><body>{CANVAS}"}
TICK = "new Promise((done) => setTimeout(done, 1500))"


@pytest.fixture(autouse=True)
def _pages(site: WebSite) -> None:
    site.pages.update(SITE)


FILL = """
(colour) => {
  const pen = document.querySelector("canvas").getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 100, 100);
}
"""

WEBGL = """
(options) => {
  const gl = document.querySelector("canvas").getContext("webgl", options);
  window.draw = () => {
    gl.clearColor(0, 0, 1, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  };
  const loop = () => { draw(); window.looping = requestAnimationFrame(loop); };
  loop();
}
"""

# The pixel in the middle of each picture's left half, as an opaque picture would show it.
COLOURS = """
() => Promise.all(watching.own.filter(({ source }) => source === 9).map(async ({ commands }) => {
  const [{ data: [{ base64 }], type }] = commands[1].args[0].args;
  const blob = await (await fetch(`data:${type};base64,${base64}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const pixel = pen.getImageData(bitmap.width / 4, bitmap.height / 2, 1, 1).data;
  return [[...pixel].map((value) => Math.round(value / 51)).join(""), bitmap.width, bitmap.height];
}))
"""


async def pictures(page: Page, count: int) -> Any:
    """Colour (five steps a channel), width and height of each picture told, at least `count`."""
    await page.wait_for_function(
        f"watching.own.filter((one) => one.source === 9).length >= {count}"
    )
    return await page.evaluate(COLOURS)


async def test_a_canvas_is_told_when_it_changed_and_only_then(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(TICK)
        assert await page.evaluate("watching.own") == []
        await page.evaluate(f"({FILL})('red')")
        assert await pictures(page, 1) == [["5005", 200, 100]]
        await page.evaluate(TICK)
        await page.evaluate(f"({FILL})('lime')")
        assert await pictures(page, 2) == [["5005", 200, 100], ["0505", 200, 100]]
        await page.evaluate("document.querySelector('canvas').width = 200")
        assert (await pictures(page, 3))[2] == ["0000", 200, 100]


async def test_rrwebs_replayer_paints_the_sample(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(f"({FILL})('red')")
        await pictures(page, 1)
        events = await page.evaluate("watching.recorded")
        context = await browser.new_context()
        stage = await context.new_page()
        await stage.goto(f"{site.url}/")
        await stage.add_script_tag(content=REPLAYER)
        pixel = await stage.evaluate(
            """async (events) => {
              const replayer = new rrweb.Replayer(events, { UNSAFE_replayCanvas: true });
              replayer.play();
              const read = () => {
                const canvas = replayer.iframe.contentDocument?.querySelector("canvas");
                return canvas && [...canvas.getContext("2d").getImageData(50, 50, 1, 1).data];
              };
              while (!read()?.[3]) await new Promise((done) => setTimeout(done, 50));
              return read();
            }""",
            events,
        )
        await context.close()
    assert pixel[0] > 240 and pixel[1] < 15 and pixel[2] < 15 and pixel[3] == 255


async def test_webgl_that_forgets_its_frames_is_read_in_one(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(f"({WEBGL})({{ preserveDrawingBuffer: false }})")
        assert await pictures(page, 1) == [["0055", 200, 100]]
        await page.evaluate("cancelAnimationFrame(looping)")
        await page.evaluate(TICK)
        # It reads as empty now; what was seen last stays.
        assert len(await pictures(page, 1)) == 1


async def test_large_canvases_are_told_small_and_painted_large(
    browser: Browser, site: WebSite
) -> None:
    site.pages.update({"/": "<!doctype html><body><canvas width=3000 height=1500></canvas>"})
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(
            """() => {
              const pen = document.querySelector("canvas").getContext("2d");
              pen.fillStyle = "red";
              pen.fillRect(0, 0, 3000, 1500);
            }"""
        )
        assert await pictures(page, 1) == [["5005", 1000, 500]]
        [clear, draw] = await page.evaluate("watching.own[0].commands")
    assert clear == {"property": "clearRect", "args": [0, 0, 3000, 1500]}
    assert draw["args"][1:] == [0, 0, 3000, 1500]


async def test_a_tainted_canvas_is_said_so_once_and_spoils_no_other(
    browser: Browser, site: WebSite
) -> None:
    site.pages.update({"/": f"<!doctype html><body>{CANVAS}{CANVAS}", "/a.svg": SVG})
    async with watched(browser, site.url, "canvas") as page:
        other = site.url.replace("127.0.0.1", "localhost")
        await page.evaluate(
            """async (src) => {
              const image = Object.assign(new Image(), { src });
              await image.decode();
              const [tainted, clean] = document.querySelectorAll("canvas");
              tainted.getContext("2d").drawImage(image, 0, 0);
              const pen = clean.getContext("2d");
              pen.fillStyle = "red";
              pen.fillRect(0, 0, 200, 100);
            }""",
            f"{other}/a.svg",
        )
        assert await pictures(page, 1) == [["5005", 200, 100]]
        await page.evaluate(TICK)
        tainted = await page.evaluate("watching.ids.getId(document.querySelector('canvas'))")
        assert await told(page, "canvas") == [{"id": tainted, "skipped": "tainted"}]


SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='9'/></svg>"


HIDDEN = """<!doctype html><body><canvas id=seen width=200 height=100></canvas>
<canvas id=blocked class=rr-block></canvas><canvas id=masked class=rr-mask></canvas>
<canvas id=gone style="display:none"></canvas>
<canvas id=below style="position:absolute;top:5000px"></canvas>"""

FILL_ALL = """
(colour) => {
  for (const canvas of document.querySelectorAll("canvas")) {
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 300, 150);
  }
}
"""


async def test_what_is_hidden_from_people_or_recordings_is_not_told(
    browser: Browser, site: WebSite
) -> None:
    site.pages["/"] = HIDDEN
    async with watched(browser, site.url, "canvas") as page:
        for count, colour in enumerate(("red", "lime"), 1):
            await page.evaluate(FILL_ALL, colour)
            await pictures(page, count)
        seen, masked = await page.evaluate("[seen, masked].map((one) => watching.ids.getId(one))")
        pictured = await page.evaluate("watching.own.map(({ id }) => id)")
        assert pictured == [seen, seen]
        assert await told(page, "canvas") == [{"id": masked, "skipped": "masked"}]


async def test_canvases_that_come_later_in_frames_and_shadow_roots(
    browser: Browser, site: WebSite
) -> None:
    site.pages.update({"/": "<!doctype html><body>", "/framed": SITE["/"]})
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(
            """async (canvas) => {
              document.body.innerHTML = `${canvas}<div></div><iframe src="/framed"></iframe>`;
              const root = document.querySelector("div").attachShadow({ mode: "open" });
              root.innerHTML = canvas;
              await new Promise((done) => (document.querySelector("iframe").onload = done));
              const scopes = { red: document, lime: root, blue: frames[0].document };
              for (const colour in scopes) {
                const pen = scopes[colour].querySelector("canvas").getContext("2d");
                pen.fillStyle = colour;
                pen.fillRect(0, 0, 200, 100);
              }
            }""",
            CANVAS,
        )
        assert sorted(one[0] for one in await pictures(page, 3)) == ["0055", "0505", "5005"]


async def test_a_canvas_that_holds_up_the_page_is_left_alone(
    browser: Browser, site: WebSite
) -> None:
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(
            """() => {
              let now = 0;
              performance.now = () => now;
              setInterval(() => (now += 4000), 100);
              const { drawImage } = CanvasRenderingContext2D.prototype;
              CanvasRenderingContext2D.prototype.drawImage = function (...given) {
                now += 60;
                return drawImage.apply(this, given);
              };
            }"""
        )
        await page.wait_for_function("watching.told('canvas').length")
        assert [one["skipped"] for one in await told(page, "canvas")] == ["slow"]


async def test_samples_of_a_document_have_a_budget(browser: Browser, site: WebSite) -> None:
    async with watched(browser, site.url, "canvas") as page:
        await page.evaluate(
            """() => {
              const large = new Blob([new Uint8Array(5e6)]);  // making it counts as sampling
              HTMLCanvasElement.prototype.toBlob = (done) => done(large);
            }"""
        )
        await page.evaluate(f"({FILL})('red')")
        await page.wait_for_function("watching.own.length === 1")
        await page.evaluate(f"({FILL})('lime')")
        await page.wait_for_function("watching.told('canvas').length")
        assert [one["skipped"] for one in await told(page, "canvas")] == ["bytes"]
        assert await page.evaluate("watching.own.length") == 1
