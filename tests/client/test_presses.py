"""Which presses are clicks: none is lost, none is invented, each is on what was pressed."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.client.anchoring import anchored, anchors, settled
from tests.support.serving import WebSite

BUTTON = """<style>body {{ margin: 0; font: 20px sans-serif }} #box {{ padding: 40px }}
  #target {{ display: block; width: 200px; height: 60px }}</style>
  <div id="box"><button id="target">Press me now</button><p id="below">What is below it</p></div>
  <script>{script}</script>"""

CENTRE = (140, 70)


def page_with(script: str) -> str:
    return BUTTON.format(script=script)


async def press(page: Page, touch: bool, x: float = CENTRE[0], y: float = CENTRE[1]) -> None:
    await (page.touchscreen.tap(x, y) if touch else page.mouse.click(x, y))


MEDDLING = {
    "moved away": "target.style.marginTop = '300px'",
    "hidden": "target.style.display = 'none'",
    "removed": "target.remove()",
    "replaced": "target.replaceWith(target.cloneNode(true))",
    "its text replaced": "target.innerHTML = '<b>other words</b>'",
    "covered": """document.body.insertAdjacentHTML('beforeend',
        '<div id=cover style="position:fixed;inset:0"></div>')""",
    "scrolled away": "document.body.style.height = '3000px'; scrollTo(0, 400)",
    "all taken away": "document.body.replaceChildren()",
}


@pytest.mark.parametrize(
    ("event", "touch"),
    [
        ("pointerdown", False),
        ("mousedown", False),
        ("mouseup", False),
        ("pointerdown", True),
        ("touchstart", True),
        ("mouseup", True),
    ],
)
@pytest.mark.parametrize("what", MEDDLING)
async def test_a_page_that_meddles_with_its_target_loses_no_click(
    what: str, event: str, touch: bool, browser: Browser, site: WebSite
) -> None:
    script = f"document.addEventListener('{event}', () => {{ {MEDDLING[what]} }}, {{once: true}})"
    async with anchored(browser, site, page_with(script), touch) as page:
        box = await page.evaluate(
            "() => { const r = target.getBoundingClientRect(); "
            "return [r.left, r.top, r.width, r.height] }"
        )
        id_ = await page.evaluate("() => rrwebRecord.record.mirror.getId(target)")
        await press(page, touch)
        found = await settled(page)
    assert [one["id"] for one in found] == [id_]
    assert found[0]["box"] == pytest.approx(box, abs=0.001)
    assert (found[0]["x"], found[0]["y"]) == CENTRE
    assert found[0]["kind"] == ("tap" if touch else "click")
    assert found[0]["pointer"] == ("touch" if touch else "mouse")
    assert found[0]["text"]["start"] < len("Press me now")


@pytest.mark.parametrize("event", ["touchstart", "touchend"])
async def test_a_tap_that_the_page_takes_for_itself_is_one(
    event: str, browser: Browser, site: WebSite
) -> None:
    script = f"target.addEventListener('{event}', (e) => e.preventDefault(), {{passive: false}})"
    async with anchored(browser, site, page_with(script), touch=True) as page:
        await press(page, touch=True)
        found = await settled(page)
    assert [(one["kind"], one["on"]) for one in found] == [("tap", "target")]


async def drag(page: Page, *places: tuple[float, float]) -> None:
    await page.mouse.move(*places[0])
    await page.mouse.down()
    for place in places[1:]:
        await page.mouse.move(*place, steps=3)
    await page.mouse.up()


FOLLOWING = """
  target.addEventListener("pointerdown", (down) => {
    const follow = (move) => {
      target.style.transform = `translate(${move.clientX - down.clientX}px, 0)`;
    };
    addEventListener("pointermove", follow);
    addEventListener("pointerup", () => removeEventListener("pointermove", follow));
  });"""

REMOVING = "target.addEventListener('pointerdown', () => target.remove())"


async def test_drags_and_selections_of_text_are_no_clicks(browser: Browser, site: WebSite) -> None:
    draggable = "<p id=card style='position:fixed;left:400px;top:40px' draggable=true>drag me</p>"
    clicks = 0
    for script in ("", FOLLOWING, REMOVING):
        async with anchored(browser, site, draggable + page_with(script)) as page:
            await page.evaluate("""() => { window.clicks = 0;
              addEventListener("click", () => window.clicks++, true); }""")
            await drag(page, (60, 130), (170, 130))  # letters of a paragraph
            await drag(page, (140, 70), (140, 130))  # from the button to what is below it
            await drag(page, (410, 70), (500, 300))  # the browser's own dragging
            clicks += await page.evaluate("() => window.clicks")
            assert await settled(page) == []
    assert clicks, "the browser calls some of these clicks"


async def test_what_follows_the_pointer_was_dragged(browser: Browser, site: WebSite) -> None:
    script = FOLLOWING.replace("target.", "below.")
    async with anchored(browser, site, page_with(script)) as page:
        await drag(page, (60, 130), (160, 130))
        assert await settled(page) == []


async def test_a_button_is_pressed_however_far_the_pointer_slides_on_it(
    browser: Browser, site: WebSite
) -> None:
    async with anchored(browser, site, page_with("")) as page:
        await drag(page, (60, 70), (220, 75))
        found = await settled(page)
    assert [one["on"] for one in found] == ["target"]


async def test_a_hand_that_trembles_clicks(browser: Browser, site: WebSite) -> None:
    async with anchored(browser, site, page_with("")) as page:
        await drag(page, (140, 130), (149, 134))
        found = await settled(page)
    assert [(one["on"], one["x"], one["y"]) for one in found] == [("below", 140, 130)]


async def test_what_was_held_long_is_measured_when_it_is_let_go(
    browser: Browser, site: WebSite
) -> None:
    script = (
        "target.addEventListener('mousedown', () => setTimeout(() => "
        "target.style.width = '300px', 100))"
    )
    async with anchored(browser, site, page_with(script)) as page:
        await page.mouse.move(*CENTRE)
        await page.mouse.down()
        await page.clock.fast_forward(2100)
        await page.mouse.up()
        [one] = await settled(page)
    assert one["box"][2] == 300 and "ago" not in one


Step = tuple[str, list[tuple[int, int]], int]


async def touch(page: Page, *steps: Step) -> None:
    """Raw touches: what happens, where the fingers are, and for how long (ms)."""
    session = await page.context.new_cdp_session(page)
    for kind, places, wait in steps:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        await page.wait_for_timeout(wait)


TAKING = """addEventListener("touchend", (end) => {
  end.preventDefault();
  target.remove();
}, {passive: false});"""


async def test_gestures_that_are_no_taps_leave_none(browser: Browser, site: WebSite) -> None:
    tall = page_with(TAKING) + "<div style='height:3000px'></div>"
    two = [CENTRE, (300, 300)]
    gestures: dict[str, list[Step]] = {
        "a long press": [("touchStart", [CENTRE], 900), ("touchEnd", [], 0)],
        "a scroll": [("touchStart", [CENTRE], 20), ("touchMove", [(140, 40)], 20),
                     ("touchMove", [(140, 5)], 20), ("touchEnd", [], 0)],
        "two fingers": [("touchStart", [CENTRE], 20), ("touchStart", two, 20),
                        ("touchEnd", [], 0)],
    }  # fmt: skip
    for name, steps in gestures.items():
        async with anchored(browser, site, tall, touch=True) as page:
            await touch(page, *steps)
            assert await settled(page) == [], name


async def test_each_click_of_a_double_click_counts_and_other_buttons_do_not(
    browser: Browser,
    site: WebSite,
) -> None:
    async with anchored(browser, site, page_with("")) as page:
        await page.mouse.dblclick(140, 130)
        await page.mouse.click(*CENTRE, button="right")
        await page.mouse.click(*CENTRE, button="middle")
        found = await settled(page)
    assert [one["on"] for one in found] == ["below", "below"]


LABELLED = """<label id=label style="font:20px serif">Words of a label <input type=checkbox id=box>
  </label><p><label id=other for=box>A label elsewhere</label></p><button id=b>b</button>"""


async def test_a_label_that_passes_its_click_on_is_pressed_once(
    browser: Browser, site: WebSite
) -> None:
    async with anchored(browser, site, LABELLED) as page:
        await page.click("#label", position={"x": 30, "y": 10})
        await page.click("#other", position={"x": 30, "y": 10})
        assert not await page.evaluate("() => box.checked"), "it was toggled twice"
        found = await settled(page)
    assert [one["on"] for one in found] == ["label", "other"]


async def test_scripts_and_keys_click_nothing(browser: Browser, site: WebSite) -> None:
    async with anchored(browser, site, LABELLED) as page:
        await page.evaluate("() => { window.got = 0; b.onclick = () => window.got++; b.click() }")
        await page.evaluate("""() => { for (const type of ["pointerdown", "pointerup", "click"])
          b.dispatchEvent(new PointerEvent(type, {bubbles: true, isPrimary: true, detail: 1})) }""")
        await page.focus("#b")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Space")
        assert await page.evaluate("() => window.got") == 4
        assert await settled(page) == []


async def test_events_of_scripts_do_not_disturb_a_press(browser: Browser, site: WebSite) -> None:
    script = """target.addEventListener("mousedown", () => {
      target.style.marginTop = "300px";
      target.dispatchEvent(new PointerEvent("pointercancel", {bubbles: true, pointerId: 1}));
      target.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, pointerId: 1}));
    })"""
    async with anchored(browser, site, page_with(script)) as page:
        await press(page, touch=False)
        found = await settled(page)
    assert [(one["on"], one["box"][1]) for one in found] == [("target", 40)]


async def test_clicks_count_where_the_page_swallows_the_press(
    browser: Browser, site: WebSite
) -> None:
    swallow = "addEventListener('pointerdown', (e) => e.stopImmediatePropagation(), true)"
    async with anchored(browser, site, page_with(swallow)) as page:
        for y in (70, 130, 70):
            await page.mouse.click(140, y)
        found = await settled(page)
    assert [one["on"] for one in found] == ["target", "below", "target"]


async def test_one_measuring_a_press_and_none_a_click(browser: Browser, site: WebSite) -> None:
    async with anchored(browser, site, page_with("")) as page:
        await page.evaluate("""() => { window.measured = [];
          const carets = Document.prototype.caretPositionFromPoint;
          Document.prototype.caretPositionFromPoint = function (...given) {
            window.measured.push(window.event?.type);
            return carets.apply(this, given);
          }; }""")
        await press(page, touch=False)
        await page.mouse.dblclick(140, 130)
        assert await page.evaluate("() => window.measured") == ["pointerdown"] * 3
        assert len(await anchors(page)) == 3


async def test_stopping_leaves_nothing_behind(browser: Browser, site: WebSite) -> None:
    async with anchored(browser, site, page_with("")) as page:
        await page.mouse.move(*CENTRE)
        await page.mouse.down()
        await page.evaluate("() => { target.remove(); stop() }")
        await page.mouse.up()
        await page.mouse.click(140, 100)
        assert await settled(page) == []
