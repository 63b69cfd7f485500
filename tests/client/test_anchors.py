"""What is under a pointer, in pages that make it hard to tell: known before the press."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.client.anchoring import anchored, anchors
from tests.support.serving import WebSite
from tests.truth.sites import ROOT, SB_ADMIN, SOFT_UI, paste

HARD = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
  body { margin: 20px; font: 22px serif } p, div, button, svg { margin: 6px }
  .tall { writing-mode: vertical-rl; height: 150px } .b::before { content: "generated " }
</style></head><body>
<p id="plain">Some plain words</p>
<p id="unselectable" style="user-select: none">Nothing to select</p>
<button id="inner"><span style="pointer-events: none">Span words</span></button>
<p>before <b style="pointer-events: none" id="through">bold none</b> after</p>
<div style="width: 120px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis"
  id="cut">Cut text that is long</div>
<p><span id="boxless" style="display: contents">words without a box</span></p>
<svg width="300" height="50">
  <text id="drawn" x="10" y="30" transform="rotate(4)">Svg words</text></svg>
<svg width="300" height="60"><foreignObject width="200" height="50">
  <p xmlns="http://www.w3.org/1999/xhtml" id="foreign">foreign</p></foreignObject></svg>
<div style="display: flex"><p id="vertical" class="tall">Tall <i>words</i> 縦書き</p>
<p id="leftwards" class="tall" style="writing-mode: vertical-lr">Tall words</p>
<p id="sideways" class="tall" style="writing-mode: sideways-lr">Side words</p></div>
<p id="rotated" style="transform: rotate(20deg); width: 200px; margin: 60px">Rotated words</p>
<p id="skewed" style="transform: skewX(25deg) scale(1.3, .8); width: 200px">Skewed words</p>
<div style="perspective: 300px">
  <p id="deep" style="transform: rotateY(40deg); width: 200px">Deep</p></div>
<p id="zoomed" style="zoom: 1.5">Zoomed words</p>
<div style="width: 180px"><a id="wrapped" href="#x">A link that wraps over two lines</a></div>
<div id="scroller" style="height: 60px; width: 200px; overflow: auto"><p>one</p><p>two</p>
  <p id="scrolled">three words</p></div>
<p id="right" dir="rtl">שלום עולם 12 abc</p>
<p id="emoji">a👨‍👩‍👧‍👦b 🇩🇪c 👍🏽d noe\u0308l</p>
<p id="thin">a\u200bb\u00adc office ffi</p>
<p id="lies" style="position: relative">under it<span id="over"
  style="position: absolute; left: 0; top: 0">OVER IT</span></p>
<p id="made" class="b">x</p>
<div id="host"></div><iframe id="frame" style="width: 320px; height: 150px; border: 4px solid"
  srcdoc="<body style='margin: 9px; font-size: 20px'><p id=framed>framed words</p>
  <div id=inhost></div><iframe id=nested srcdoc='<p id=deepest>deepest'></iframe>"></iframe>
<script>
  host.attachShadow({mode: "open"}).innerHTML = "<p id=shade>shadow words<slot></slot></p>";
  scroller.scrollTop = 1000;
</script></body></html>"""

READY = """() => {
  const doc = frame.contentDocument;
  const inner = doc.getElementById("inhost");
  inner.attachShadow({mode: "open"}).innerHTML = "<p id=inshade style='margin: 0'>framed shade</p>";
}"""

PATHS = [
    "#plain", "#unselectable", "#inner", "#through", "#cut", "#boxless", "#drawn", "#foreign",
    "#vertical", "#leftwards", "#sideways", "#rotated", "#skewed", "#deep", "#zoomed", "#wrapped",
    "#scrolled", "#right", "#emoji", "#thin", "#over", "#made", "#host >> #shade",
    "#frame >> #framed", "#frame >> #inhost >> #inshade", "#frame >> #nested >> #deepest",
]  # fmt: skip

PLACES = """(path) => {
  let root = document, x0 = 0, y0 = 0, element;
  for (const selector of path.split(" >> ")) {
    element = root.querySelector(selector);
    element.scrollIntoView({ block: "center" });
    if (element.localName === "iframe") root = element.contentDocument;
    else root = element.shadowRoot ?? root;
  }
  for (let win = element.ownerDocument.defaultView; win !== window; win = win.parent) {
    const rect = win.frameElement.getBoundingClientRect();
    x0 += rect.left + win.frameElement.clientLeft;
    y0 += rect.top + win.frameElement.clientTop;
  }
  const found = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    for (const { index, segment } of new Intl.Segmenter("en").segment(text.data)) {
      const range = text.ownerDocument.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + segment.length);
      const glyph = range.getBoundingClientRect();
      if (!segment.trim() || !glyph.width || range.getClientRects().length > 1) continue;
      const [x, y] = [glyph.left + glyph.width * 0.45, glyph.top + glyph.height * 0.45];
      const tree = element.getRootNode();
      const hit = tree.elementFromPoint(x, y);
      // Letters that are cut off are not seen; those that let pointers through are.
      if (!hit || hit === document.body) continue;
      if (!element.contains(hit) && !hit.contains(element)) continue;
      const box = hit.getBoundingClientRect();
      found.push({ said: text.data, start: index, length: segment.length, x: x + x0, y: y + y0,
        left: x0, top: y0, on: hit.id || hit.localName,
        glyph: [glyph.left, glyph.top, glyph.width, glyph.height],
        box: [box.left, box.top, box.width, box.height] });
    }
  }
  return [found[0], found[Math.floor(found.length / 2)], found[found.length - 1]];
}"""

VARIANTS: dict[str, dict[str, Any]] = {
    "mouse": {},
    "finger": {"touch": True},
    "zoomed browser": {"device_scale_factor": 1.25, "viewport": {"width": 720, "height": 560}},
}


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_press_names_the_grapheme_under_it(
    variant: str, browser: Browser, site: WebSite
) -> None:
    async with anchored(browser, site, HARD, **VARIANTS[variant]) as page:
        await page.evaluate(READY)
        for path in PATHS:
            for truth in await page.evaluate(PLACES, path):
                await check(page, truth, path, VARIANTS[variant].get("touch", False))


async def check(page: Page, truth: dict[str, Any], path: str, touch: bool) -> None:
    """Presses where `truth` says; at the press, what was found must say the same."""
    await page.evaluate("() => { window.found.length = 0 }")
    await (page.touchscreen if touch else page.mouse).__getattribute__("tap" if touch else "click")(
        truth["x"], truth["y"]
    )
    await page.wait_for_function("() => window.found.length")
    [one] = await anchors(page)
    place = (path, truth["start"])
    assert one["on"] == truth["on"], place
    assert one["text"] is not None and one["said"] == truth["said"], place
    assert (one["text"]["start"], one["text"]["length"]) == (truth["start"], truth["length"]), place
    if truth["box"][2]:  # what has no box of its own has that of its content
        assert one["box"] == pytest.approx(truth["box"], abs=0.01), place
    left, top, width, height = truth["glyph"]
    back = (left + one["text"]["fx"] * width, top + one["text"]["fy"] * height)
    assert (back[0] + truth["left"], back[1] + truth["top"]) == pytest.approx(
        (truth["x"], truth["y"]), abs=0.5
    ), place


DENSE = [(SB_ADMIN, "index.html"), (SOFT_UI, "pages/dashboard.html")]

POINTS = 200

UNDER = """([count, seed]) => {
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => {
    const sides = [innerWidth - 1, innerHeight - 1];
    const [x, y] = sides.map((side) => Math.floor(random() * side * 8) / 8);
    const element = document.elementFromPoint(x, y);
    return { x, y, id: rrwebRecord.record.mirror.getId(element) };
  });
}"""

BACK = """() => window.found.map((one) => {
  const { text, box } = one;
  if (!text) return [one.id, box[0] + (one.x - box[0]), box[1] + (one.y - box[1]), false];
  const range = document.createRange();
  const node = rrwebRecord.record.mirror.getNode(text.id);
  range.setStart(node, text.start);
  range.setEnd(node, text.start + text.length);
  const rects = [...range.getClientRects()].filter(({ width }) => width);
  const inside = rects.find((r) => r.left <= one.x && one.x <= r.right
    && r.top <= one.y && one.y <= r.bottom);
  return [one.id, inside.left + text.fx * inside.width, inside.top + text.fy * inside.height, true];
})"""

STILL = """() => {
  // A page that changes as it is used has no answer that could be known before.
  for (const type of ["click", "mousedown", "mouseup", "mouseover", "submit", "focusin"]) {
    addEventListener(type, (event) => {
      event.stopPropagation();
      if (type !== "mouseover" && type !== "focusin") event.preventDefault();
    }, true);
  }
}"""


@pytest.mark.parametrize(("package", "path"), DENSE, ids=["sb-admin", "soft-ui"])
async def test_random_points_of_a_dense_page_come_back(
    package: str, path: str, browser: Browser, site: WebSite
) -> None:
    folder = ROOT / "node_modules" / package
    for file in folder.rglob("*.css"):
        site.pages[f"/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
    base = f'<base href="/{path}">'
    markup = paste((folder / path).read_text(encoding="utf-8"), base)
    size = {"width": 1200, "height": 900}
    async with anchored(browser, site, markup, viewport=size) as page:
        await page.evaluate(STILL)
        points = await page.evaluate(UNDER, [POINTS, 4711])
        for point in points:
            await page.mouse.click(point["x"], point["y"])
        back = await page.evaluate(BACK)
    assert [one[0] for one in back] == [point["id"] for point in points]
    assert sum(one[3] for one in back) > POINTS / 20, "some of them are on text"
    for (_, x, y, _), point in zip(back, points, strict=True):
        assert (x, y) == pytest.approx((point["x"], point["y"]), abs=0.5)


async def test_places_hold_in_a_page_that_was_pinched_larger(
    browser: Browser, site: WebSite
) -> None:
    options: dict[str, Any] = {"is_mobile": True, "viewport": {"width": 400, "height": 600}}
    markup = HARD.replace("<style>", '<meta name="viewport" content="width=device-width"><style>')
    async with anchored(browser, site, markup, touch=True, **options) as page:
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
        await page.wait_for_function("() => visualViewport.scale === 2")
        await page.evaluate("() => plain.scrollIntoView()")
        truth = (await page.evaluate(PLACES, "#plain"))[0]
        seen = await page.evaluate("() => [visualViewport.offsetLeft, visualViewport.offsetTop]")
        await page.touchscreen.tap(truth["x"] - seen[0], truth["y"] - seen[1])
        await page.wait_for_function("() => window.found.length")
        [one] = await anchors(page)
    assert (one["on"], one["text"]["start"]) == ("plain", truth["start"])
    assert (one["x"], one["y"]) == pytest.approx((truth["x"], truth["y"]), abs=1)


CLOSED = """<div id=host style="width: 200px; height: 50px"></div>
  <svg width=200 height=60>
    <defs><rect id=shape width=80 height=40 /></defs><use id=used href=#shape /></svg>
  <div class=rr-block id=blocked style="padding: 10px">hidden <b>words</b></div>
  <div class=secret id=secret style="padding: 10px">hidden <b>words</b></div><div id=open></div>
  <script>host.attachShadow({mode: "closed"}).innerHTML = "<p>closed words</p>";
  open_ = document.getElementById("open").attachShadow({mode: "open"});
  open_.innerHTML = "<div class=rr-block id=deep><p id=inside>hidden words</p></div>";</script>"""


async def test_closed_and_blocked_places_are_told_by_what_is_around_them(
    browser: Browser, site: WebSite
) -> None:
    async with anchored(browser, site, CLOSED) as page:
        for selector in (
            "#host",
            "#used",
            "#blocked b",
            "#blocked",
            "#secret b",
            "#secret",
            "#open #inside",
        ):
            await page.locator(selector).click(position={"x": 5, "y": 5})
        found = await anchors(page)
    assert [(one["on"], one.get("masked", False)) for one in found] == [
        ("host", False), ("used", False), ("blocked", True), ("blocked", True),
        ("secret", True), ("secret", True), ("deep", True),
    ]  # fmt: skip
    assert not any("text" in one for one in found if one.get("masked"))
    for one in found[2:]:
        left, top, width, height = one["box"]
        assert (one["x"], one["y"]) == (left + width / 2, top + height / 2)


async def test_a_frame_that_rrweb_announces_twice_is_watched_once(
    browser: Browser, site: WebSite
) -> None:
    """Cause: a slow frame was announced for its empty document too, and its taps counted twice."""
    framed = "<iframe id=frame style='border: 0' srcdoc='<p id=inner>framed words</p>'></iframe>"
    async with anchored(browser, site, framed) as page:
        await page.evaluate("() => frame.dispatchEvent(new Event('load'))")
        for _ in range(2):
            await page.frame_locator("#frame").locator("#inner").click()
        assert [one["on"] for one in await anchors(page)] == ["inner", "inner"]
