"""Masked text keeps its layout: a page recorded masked, shown beside the page itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from recorder.devices import Device
from recorder.store import Store
from replay import Moment, Theatre
from tests.support.bundling import module_script
from tests.support.forging import Forge, custom, keep, keep_events, mutation, remember
from tests.support.recording import SMALL
from tests.support.serving import website
from tests.support.watching import begin, wait_until_told

TAG = "heatwright/widths"
URL = "http://shop.example/masked"
TOLERANCE_PX = 1.0

WORDS = """Down is light and packs small, but it gives up when it is wet; <a href="#a">synthetic
  fill</a> keeps most of its warmth and dries within an hour. Whoever walks <em>where rain is
  likely</em> should weigh 300 grams more against a <a href="#b">night without sleep</a>, and read
  the <code>EN 13537</code> label: comfort is a temperature at which a standard woman does not
  shiver, limit one at which a standard man curls up, and extreme a matter of survival."""

HEBREW = """פוך קל ונארז קטן, אבל הוא מוותר כשהוא נרטב; <a href="#c">סיבים סינתטיים</a> שומרים
  על רוב החום ומתייבשים תוך שעה. מי שהולך <em>היכן שצפוי גשם</em> צריך לשקול את התווית היטב."""

PAGE = f"""<!DOCTYPE html><html><head><style>
  body {{ margin: 12px; font: 16px/1.5 serif }} h1 {{ font: bold 38px sans-serif }}
  .small {{ font: 12.5px/1.3 monospace }}
  .loud {{ text-transform: uppercase; letter-spacing: 1.5px }}
  .wide {{ word-spacing: 4px; font-style: italic }} .just {{ text-align: justify }}
  .card {{ float: right; width: 190px; margin: 8px; border: 1px solid }}
  nav a {{ display: inline-block; padding: 4px 9px }} td, th {{ padding: 3px; border: 1px solid }}
  .head {{ display: flex; justify-content: space-between; align-items: end }}
  .head > h1 {{ margin: 0 }}
  .row {{ display: flex; gap: 10px }} .row > * {{ flex: 1 }} .fit {{ width: fit-content }}
</style></head><body>
  <nav><a href="#1">Jackets</a> <a href="#2">Sleeping bags</a> <a href="#3">Illinois</a></nav>
  <h1>How to choose a sleeping bag for the mountains</h1>
  <div class="head"><h1>Sleeping bags</h1><a href="#all">A list of everything</a></div>
  <aside class="card"><b>Mind the label</b><p class="small">{WORDS[:170]}</a></p></aside>
  <p>{WORDS}</p><p class="small">{WORDS}</p><p class="loud">{WORDS}</p><p class="wide">{WORDS}</p>
  <div class="row"><p class="just">{re.sub("<.*?>", "", WORDS)}</p>
    <p style="font: 19px sans-serif">{WORDS}</p></div>
  <ul><li>Wild mammoths</li><li>{WORDS}</li></ul><p class="fit">Only as wide as its words</p>
  <table><tr><th>Bag</th><th>Weight</th></tr><tr><td>Illili</td><td>MMWWMM 900 g</td></tr></table>
  <p dir="rtl" style="width: 300px">{HEBREW}</p>
  <p dir="rtl">In English, <b>with bold words</b> and <a href="#d">one line</a>.</p>
  <pre>  indented
    lines   with   gaps</pre>
  <p>one<br>two <span><button>A button</button></span></p><div id="host"></div>
  <script>host.attachShadow({{ mode: "open" }}).innerHTML = `bare <p>{WORDS}</p>`</script>
</body></html>"""

BOXES = """() => {
  const found = {};
  const below = (element, path) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    found[path] = [left + scrollX, top + scrollY, width, height];
    const enter = (children, lead) => [...children].forEach((one, i) => below(one, lead + i));
    const lead = path ? `${path}/` : "";
    if (element.shadowRoot) enter(element.shadowRoot.children, `${lead}#shadow/`);
    enter(element.children, lead);
  };
  below(document.documentElement, "");
  return found;
}"""

Boxes = dict[str, list[float]]


async def recorded_masked(browser: Browser, markup: str) -> tuple[list[Any], dict[int, Boxes]]:
    """Events of the page masked at 800 px, and its boxes, unmasked, at 800 and at 500."""
    live: dict[int, Boxes] = {}
    async with website({"/": markup}) as site:
        page = await browser.new_page(viewport={"width": SMALL.width, "height": SMALL.height})
        await page.goto(f"{site.url}/")
        live[SMALL.width] = await page.evaluate(BOXES)
        await begin(page, "widths", maskSelector="body")
        await wait_until_told(page, "widths")
        events: list[Any] = await page.evaluate(
            "() => { watching.stop(); return watching.recorded }"
        )
        await page.set_viewport_size({"width": 500, "height": SMALL.height})
        live[500] = await page.evaluate(BOXES)
        await page.close()
    return events, live


async def shown(theatre: Theatre, moment: Moment, width: int) -> tuple[Boxes, dict[str, int]]:
    async with theatre.stage(Device(None, width, SMALL.height)) as stage:
        await stage.build(moment)
        await stage.settle()
        rows = await stage.boxes()
        counts = (await stage.fidelity()).counts
    boxes = {one["path"]: [one[side] for side in ("x", "y", "width", "height")] for one in rows}
    return boxes, counts


def off(live: Boxes, ours: Boxes) -> dict[str, tuple[list[float], list[float]]]:
    """Boxes that differ by more than a pixel, the live page's and ours."""
    assert live.keys() == ours.keys()
    return {
        path: (box, ours[path])
        for path, box in live.items()
        if any(abs(a - b) > TOLERANCE_PX for a, b in zip(box, ours[path], strict=True))
    }


async def test_every_box_is_where_it_was_at_the_recorded_width(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    events, live = await recorded_masked(browser, PAGE)
    assert "sleeping" not in str([one for one in events if one["type"] == 5])

    ours, counts = await shown(theatre, keep_events(store, URL, events), 800)
    plain = [one for one in events if one["type"] != 5]
    without, _ = await shown(theatre, keep_events(store, URL, plain), 800)

    assert off(live[800], ours) == {}
    assert counts == {}
    assert len(off(live[800], without)) > len(ours) / 2, "asterisks alone do not keep the layout"


async def test_other_widths_are_about_right(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    events, live = await recorded_masked(browser, PAGE)

    ours, _ = await shown(theatre, keep_events(store, URL, events), 500)
    plain = [one for one in events if one["type"] != 5]
    without, _ = await shown(theatre, keep_events(store, URL, plain), 500)

    sizes = [{path: [0, 0, *box[2:]] for path, box in one.items()} for one in (ours, without)]
    truth = {path: [0, 0, *box[2:]] for path, box in live[500].items()}
    own, bare = (len(off(truth, one)) for one in sizes)
    assert own < bare / 2
    assert abs(ours["1"][3] - live[500]["1"][3]) < live[500]["1"][3] * 0.02


def paragraph(text: str, style: str = "") -> tuple[Any, int, int]:
    """A page of one paragraph; ids of the paragraph and its text."""
    f = Forge()
    node = f.document(
        f.element("p", {"id": "p", "style": f"margin:0;font:20px serif;{style}"}, text)
    )
    [body] = [one for one in node["childNodes"][-1]["childNodes"] if one["tagName"] == "body"]
    return node, remember(node)["p"], body["childNodes"][0]["childNodes"][0]["id"]


async def width_of(theatre: Theatre, moment: Moment) -> Any:
    boxes, counts = await shown(theatre, moment, 800)
    return boxes["1/0"][2], {name: count for name, count in counts.items() if count}


async def test_widths_grow_with_the_font(theatre: Theatre, store: Store) -> None:
    node, _, text = paragraph("***", "width:fit-content")
    told = custom(TAG, {"at": 800, "texts": [[text, 10, -3, 33]]})
    assert await width_of(theatre, keep(store, URL, node, told)) == (pytest.approx(66, abs=0.5), {})


async def test_the_latest_widths_hold(theatre: Theatre, store: Store) -> None:
    node, _, text = paragraph("***", "width:fit-content")
    first = custom(TAG, {"at": 800, "texts": [[text, 20, -3, 90]]})
    last = custom(TAG, {"at": 800, "texts": [[text, 20, -3, 44]]})
    moment = keep(store, URL, node, first, last)
    assert await width_of(theatre, moment) == (pytest.approx(44, abs=0.5), {})


async def test_a_text_that_changed_since_stays_as_it_is(theatre: Theatre, store: Store) -> None:
    node, _, text = paragraph("***", "width:fit-content")
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -3, 90]]})
    changed = mutation(texts=[{"id": text, "value": "* *"}, {"id": text, "value": "*****"}])
    width, counts = await width_of(theatre, keep(store, URL, node, told, changed))
    assert (width < 80, counts) == (True, {"mask_width_outdated": 1})


@pytest.mark.parametrize(
    "forged",
    [
        [20, -3, 1e9], [20, -3, -5], [20, -3, None], [20, -3, "wide"], [0, -3, 40],
        [1e-9, -3, 40], [20, -2.5, 40], [20, 1, 9, -2, 30], [20, 0, 9, 3, 40],
        [20, -3, 40, 0, 9], [20], [20, -3, 40, 1], "text", None,
    ],
)  # fmt: skip
async def test_hostile_widths_are_refused_and_counted(
    forged: Any, theatre: Theatre, store: Store
) -> None:
    node, _, text = paragraph("***", "width:fit-content")
    plain, _ = await width_of(theatre, keep(store, URL, node))
    texts = [[text, *forged] if isinstance(forged, list) else forged]
    told = custom(TAG, {"at": 800, "texts": texts})
    moment = keep(store, URL, node, told)
    assert await width_of(theatre, moment) == (plain, {"mask_width_refused": 1})


async def test_a_line_of_nothing_but_space_fails_no_picture(theatre: Theatre, store: Store) -> None:
    """Cause: a line without a word ended the whole picture: its last word was looked for."""
    node, _, text = paragraph("  *** **", "white-space:pre-wrap;width:fit-content")
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -2, 0, 6, 90]]})
    width, counts = await width_of(theatre, keep(store, URL, node, told))
    assert width > 90 and counts == {}


async def test_text_of_no_size_stays_as_it_is(theatre: Theatre, store: Store) -> None:
    """Cause: at size 0 bars had no number of steps; each became a null character."""
    node, _, text = paragraph("*** **", "font-size:0")
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -4, 40, 2, 20]]})
    async with theatre.stage(SMALL) as stage:
        await stage.build(keep(store, URL, node, told))
        await stage.settle()
        page: Page = stage._page
        shown = await page.evaluate("() => document.querySelector('p').firstChild.data")
    assert shown == "*** **"


MASKS = """async ([texts, fails]) => {
  const counts = {};
  const text = document.body.appendChild(document.createTextNode("**"));
  const hidden = new Set();
  const mirror = {
    getNode(id) {
      if (fails) throw new Error("clobbered");
      return hidden.has(id) ? null : text;
    },
  };
  const count = (name) => (counts[name] = (counts[name] ?? 0) + 1);
  const masks = new subject.Masks(mirror, { count });
  const tell = (id) => masks.remember({ at: 800, texts: [[id, 16, -2, 20]] });
  for (let id = 1; id <= texts; id++) tell(id);
  const before = { ...counts };
  tell(1);
  tell(texts + 1);
  const full = { ...counts };
  for (let id = 2; id <= texts; id++) hidden.add(id);
  for (let id = texts + 1; id <= texts + 2000; id++) tell(id);
  const refused = counts.mask_width_refused;
  tell(texts + 3000);
  if (fails) await masks.apply();
  return [before, full, counts.mask_width_refused - (refused ?? 0), counts.mask_width_refused];
}"""


async def masks(browser: Browser, *given: object) -> Any:
    """What is counted: while there is room, when there is none, once there is again; in all."""
    page = await browser.new_page()
    source = module_script("replay/stage/masks.ts")
    await page.evaluate(f"() => {{ {source}; window.subject = subject }}")
    found = await page.evaluate(MASKS, given)
    await page.close()
    return found


async def test_what_goes_wrong_with_widths_fails_no_picture(browser: Browser) -> None:
    """Cause: one error among all masked texts rejected the load of the page."""
    *_, counted = await masks(browser, 1, True)
    assert counted == 1


async def test_texts_that_left_the_page_make_room(browser: Browser) -> None:
    """Cause: after 20,000 texts nothing more was heard, not even of those already known."""
    before, full, again, _ = await masks(browser, 20_000, False)
    assert (before, full) == ({}, {"mask_width_refused": 1})
    assert again == 0


@pytest.mark.parametrize("payload", [None, {}, {"texts": 5}, "text", [1]])
async def test_a_payload_of_another_shape_costs_only_itself(
    payload: Any, theatre: Theatre, store: Store
) -> None:
    node, *_ = paragraph("***")
    _, counts = await width_of(theatre, keep(store, URL, node, custom(TAG, payload)))
    assert counts == {"event_refused": 1}


async def test_children_that_are_not_masked_look_as_ever(theatre: Theatre, store: Store) -> None:
    f = Forge()
    inner = f.element("b", {"id": "open"}, "open words")
    node = f.document(f.element("p", {"style": "font:20px serif"}, "*** ", inner))
    text = node["childNodes"][-1]["childNodes"][1]["childNodes"][0]["childNodes"][0]["id"]
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -4, 100]]})
    before, _ = await shown(theatre, keep(store, URL, node), 800)
    after, _ = await shown(theatre, keep(store, URL, node, told), 800)
    assert after["1/0/0"][2:] == before["1/0/0"][2:]
    assert after["1/0/0"][0] > before["1/0/0"][0] + 60
    assert after["1/0"] == before["1/0"]


async def keys_of(theatre: Theatre, moment: Moment) -> Any:
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        return [(one["keys"], one["label"]) for one in await stage.elements()]


async def test_keys_are_those_of_the_recorded_text(theatre: Theatre, store: Store) -> None:
    """Cause: what the stage writes in place of asterisks must never tell two widths apart."""
    node, _, text = paragraph("*** ****")
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -8, 90]]})
    plain = await keys_of(theatre, keep(store, URL, node))
    assert await keys_of(theatre, keep(store, URL, node, told)) == plain


async def test_a_press_on_masked_text_is_found_at_other_widths(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """A grapheme hit before the widths were told is the same one when they are."""
    from heatmap.anchors import document_anchors

    node, target, text = paragraph("*** **** ***")
    hit = {"id": text, "start": 5, "length": 1, "fx": 0.5, "fy": 0.5}
    press = {"kind": "click", "id": target, "x": 30, "y": 10, "box": [0, 0, 700, 23], "text": hit}
    event = {"type": 6, "data": {"plugin": "heatwright/anchor@1", "payload": press}}
    told = custom(TAG, {"at": 800, "texts": [[text, 20, -12, 240]]})
    moment = keep(store, URL, node, event, told)
    found = await document_anchors(theatre, moment.session, moment.document)
    [anchor] = found.anchors
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        page: Page = stage._page
        same = await page.evaluate("() => document.querySelector('p').firstChild.data.length")
        elements = await stage.elements()
        index = next(i for i, one in enumerate(elements) if one["tag"] == "p")
        assert anchor.text is not None
        wanted = {"element": index, "u": 0.5, "v": 0.5, "size": anchor.size, "text": {
            "element": index, "index": 0, "hash": anchor.text.hash, "start": 5, "length": 1,
            "fx": 0.5, "fy": 0.5}}  # fmt: skip
        [place] = await stage.locate([wanted])
        [left, top, *size] = place["box"]
        [at_home] = await stage.locate([wanted | {"u": 0.125, "size": size}])
    assert same == 12
    assert list(anchor.size) == [700, 23]
    assert place["chart"] == "text"
    # Which letters are wide is not known; in a box as it was, the pointer's place in it is.
    assert at_home["chart"] == "box"
    assert at_home["x"] == pytest.approx(left + size[0] / 8)
    assert at_home["y"] == pytest.approx(top + size[1] / 2)
