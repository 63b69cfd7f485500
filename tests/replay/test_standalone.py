"""A moment as one file: it shows what the stage shows, runs nothing and asks nobody."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.async_api import Browser, Page

from recorder.assets.css import css_references, rewrite_css
from recorder.drive import site_for
from recorder.store import Outcome, Store
from replay import Moment, Theatre, render
from replay.standalone import Standalone, moment_html
from tests.replay.test_hostile import MARK, Reach, hostile_moment, prove_the_listener, rival_moment
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, incremental, keep, mutation, remember
from tests.support.recording import SMALL
from tests.support.serving import listening

URL = "http://shop.example/ticket"

TREE = """() => {
  const own = (node) => [...node.childNodes].filter((one) => one.nodeType === 3)
    .map((one) => one.data).join("").trim();
  const below = (node) => [...node.children].filter((one) => !one.dataset.heatwright &&
    one.dataset.heatwright !== "").map(tree);
  const tree = (element) => [
    element.localName,
    ["STYLE", "NOSCRIPT", "TEXTAREA"].includes(element.nodeName) ? "" : own(element),
    element.nodeName === "NOSCRIPT" ? [] :
      below(element.nodeName === "TEMPLATE" && element.content.hasChildNodes()
        ? element.content : element),
    element.shadowRoot ? below(element.shadowRoot) : [],
    element.contentDocument?.documentElement ? tree(element.contentDocument.documentElement) : [],
  ];
  return JSON.stringify(tree(document.documentElement));
}"""
"""Names, own texts, children, shadow trees and frames: what the parser made, told by the DOM."""


ACTIVE = """() => {
  const attributes = Object.getOwnPropertyDescriptor(Element.prototype, "attributes").get;
  const all = Document.prototype.querySelectorAll.call(document, "*");
  const acts = (one) => one.localName === "script" ||
    [...attributes.call(one)].some(({ name, value }) => /^on/i.test(name) || value === "x");
  return [...all].filter(acts).map((one) => one.outerHTML.slice(0, 200));
}"""
"""Scripts, elements with handlers, and the picture that stands in texts only."""


async def opened(browser: Browser, made: Standalone, folder: Path) -> tuple[Page, list[str]]:
    """The file in a browser that may run scripts and has a network; what it asked for."""
    file = folder / "moment.html"
    file.write_bytes(made.html)
    context = await browser.new_context(viewport={"width": SMALL.width, "height": SMALL.height})
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.on("popup", lambda popup: asked.append(f"popup {popup.url}"))
    await page.goto(file.as_uri())
    here = ("file:", "data:", "about:")
    return page, [one for one in asked if not one.startswith(here)]


async def stage_tree(theatre: Theatre, moment: Moment) -> Any:
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle("recorded")
        return json.loads(await stage._page.evaluate(TREE))


def escaping(f: Forge) -> list[Any]:
    """Texts that would end the place they stand in."""
    out = f'<img src=x onerror="{MARK}"><script>{MARK}</script>'
    return [
        f.element("title", {}, f"</title>{out}"),
        f.element("style", {}, f"p{{content:'</style>{out}'}}"),
        f.element("textarea", {}, f"</textarea>{out}"),
        f.element("xmp", {}, f"</xmp>{out}"),
        f.element("noscript", {}, f"</noscript>{out}"),
        f.element("noembed", {}, f"</noembed>{out}"),
        f.element("plaintext", {}, out),
        f.element("p", {"title": f'"></p>{out}', f'x"><img/onerror={MARK}': "y"}, out),
        f.element("template", {"shadowrootmode": "open"}, f.element("img", {"onerror": MARK})),
        {"type": 5, "textContent": f"--><!-- {out}", "id": 90_001},
    ]


async def test_a_hostile_moment_runs_and_reaches_nothing_when_its_file_is_opened(
    theatre: Theatre, store: Store, browser: Browser, tmp_path: Path
) -> None:
    f = Forge()
    breaking_out = keep(store, URL, f.document(f.element("div", {}, *escaping(f))))
    async with listening() as listener:
        await prove_the_listener(listener)
        to = Reach(listener.port)
        for moment in (hostile_moment(store, to), rival_moment(store, to), breaking_out):
            made = await moment_html(theatre, moment, SMALL)
            listener.calls.clear()
            page, asked = await opened(browser, made, tmp_path)
            await asyncio.sleep(0.3)
            for link in await page.locator("#link").all():
                await link.hover(timeout=2000, force=True)
            left = await page.evaluate("[window.pwned ?? null, location.protocol, window.length]")
            active = await page.evaluate(ACTIVE)
            await page.context.close()
            assert (listener.calls, asked) == ([], [])
            assert left[:2] == [None, "file:"] and active == []
            assert made.html.partition(b"<meta")[2].startswith(
                b' data-heatwright http-equiv="Content-Security-Policy"'
            )


def rich(store: Store) -> Moment:
    """Shadow tree, adopted sheet, frame, canvas, form state, changed rules, pictures, drawings."""
    site = site_for(store, URL).id
    _, png = cv2.imencode(".png", np.full((30, 40, 3), (0, 200, 0), np.uint8))
    data = f"data:image/png;base64,{base64.b64encode(png.tobytes()).decode()}"
    sprite = (
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>'
        '<symbol id="cart" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#c00"/></symbol></svg>'
    )
    for path, kind, body in (
        ("green.png", "image/png", png.tobytes()),
        ("icons.svg", "image/svg+xml", sprite.encode()),
        ("more.css", "text/css", b"@import 'most.css'; p{color:#00f}"),
        ("most.css", "text/css", b"p{background:url(green.png) no-repeat}"),
    ):
        store.keep_asset(
            site, f"http://shop.example/{path}", outcome=Outcome.KEPT, status=200,
            media_type=kind, body=body, captured_at=1,
        )  # fmt: skip
    f = Forge()
    svg = {"isSVG": True}
    slotted = f.element("b", {"id": "deep"}, "deep") | {"isShadow": True}
    node = f.document(
        f.element("p", {"id": "p"}, "styled from two sheets"),
        f.element("div", {"id": "host"}, slotted, f.element("i", {}, "light"), isShadowHost=True),
        f.element("iframe", {"id": "frame", "style": "height:60px"}),
        f.element("canvas", {"id": "canvas", "width": "40", "height": "30",
                             "rr_dataURL": data}),
        f.element("input", {"id": "text", "value": "before"}),
        f.element("input", {"id": "box", "type": "checkbox"}),
        f.element("textarea", {"id": "area"}, "\n\nbefore"),
        f.element("select", {}, f.element("option", {}, "one"),
                  f.element("option", {"selected": True}, "two")),
        f.element("svg", {"width": "20", "height": "20"},
                  f.element("use", {"href": "/icons.svg#cart"}, **svg), **svg),
        f.element("img", {"src": "http://shop.example/gone.png", "alt": "gone",
                          "srcset": "http://shop.example/green.png 1x, /gone.png 2x"}),
        f.element("dialog", {"open": "", "rr_open_mode": "modal", "style": "outline:0"}, "asks"),
        f.element("pre", {}, "\n\ntwo breaks"),
        head=(f.element("style", {"id": "sheet"}, "body{margin:0} #host{color:#070}"),
              f.element("link", {"rel": "stylesheet", "href": "http://shop.example/more.css"})),
    )  # fmt: skip
    ids = remember(node)
    inner = f.document(
        f.element("div", {"style": "height:40px;background:#fe0"}, 'a "quoted" & marked text')
    )
    return keep(
        store, URL, node,
        mutation(adds=[{"parentId": ids["frame"], "nextId": None, "node": inner}]),
        incremental(8, id=ids["sheet"], adds=[{"rule": "p{font-size:30px}", "index": 0}]),
        incremental(15, id=ids["host"], styleIds=[1], styles=[
            {"styleId": 1, "rules": [{"rule": "b{color:#a0a}"}]}]),
        incremental(5, id=ids["text"], text='typed "&', isChecked=False),
        incremental(5, id=ids["box"], text="on", isChecked=True),
        incremental(5, id=ids["area"], text="\n\nafter</textarea>", isChecked=False),
    )  # fmt: skip


def _base64(body: bytes) -> str:
    import base64

    return base64.b64encode(body).decode()


async def test_the_file_shows_what_the_stage_shows(
    theatre: Theatre, store: Store, browser: Browser, tmp_path: Path
) -> None:
    moment = rich(store)
    made = await moment_html(theatre, moment, SMALL)
    shown = pixels((await render(theatre, moment, SMALL)).png).astype(int)
    page, asked = await opened(browser, made, tmp_path)
    tree = json.loads(await page.evaluate(TREE))
    state = await page.evaluate(
        "() => ['text', 'box', 'area'].map((id) => { const one = document.getElementById(id);"
        " return one.type === 'checkbox' ? one.checked : one.value; })"
    )
    again = pixels(await page.screenshot(full_page=True)).astype(int)
    await page.context.close()
    assert asked == []
    assert made.missing == {"http://shop.example/gone.png": "not in the archive"}
    assert tree == await stage_tree(theatre, moment)
    assert state == ['typed "&', True, "\n\nafter</textarea>"]
    assert made.counts == {"canvas_as_picture": 1, "top_layer_flattened": 1, "focus_not_kept": 1}
    assert made.reparsed.displaced == made.reparsed.texts == 0 < made.reparsed.elements
    assert again.shape == shown.shape
    assert (np.abs(again - shown).max(axis=2) > 12).mean() <= 0.001


def impossible(f: Forge) -> dict[str, list[Any]]:
    """Bodies that a script can make, by whether a parser can: each with its reason."""
    cell = f.element("tr", {}, f.element("td", {}, "cell"))
    return {
        "fine": [f.element("p", {}, f.element("b", {}, "bold")), f.element("pre", {}, "\ntext")],
        "p in p": [f.element("p", {}, f.element("p", {}, "inner"))],
        "no tbody": [f.element("table", {}, cell)],
        "a in a": [f.element("a", {}, f.element("a", {}, "inner"))],
        "form in form": [f.element("form", {}, f.element("form", {}, "inner"))],
        "text in table": [f.element("table", {}, f.element("tbody", {}, "text"))],
        "in void": [f.element("br", {}, f.element("b", {}, "inside"))],
        "tr in div": [f.element("div", {}, f.element("tr", {}, "row"))],
        "in shadow": [f.element("div", {}, f.element("p", {}, f.element("p", {}, "x"))
                                | {"isShadow": True}, isShadowHost=True)],
    }  # fmt: skip


async def test_what_no_parser_gives_back_is_counted(
    theatre: Theatre, store: Store, browser: Browser, tmp_path: Path
) -> None:
    """The account against the DOM of the reopened file, which is the truth."""
    f = Forge()
    for name, body in impossible(f).items():
        moment = keep(store, URL, f.document(*body))
        made = await moment_html(theatre, moment, SMALL)
        page, _ = await opened(browser, made, tmp_path)
        same = json.loads(await page.evaluate(TREE)) == await stage_tree(theatre, moment)
        await page.context.close()
        told = made.reparsed.displaced + made.reparsed.texts
        assert same == (name == "fine"), name
        assert (told == 0) == same, (name, made.reparsed)
        assert any("elsewhere" in remark for remark in made.remarks()) != same, name


def test_css_is_rewritten_wherever_it_names_something() -> None:
    css = (
        '@import "a.css" screen;a{b:url( c.png ) , url("d\\"e.png")}@namespace url(n);'
        'i{j:image-set("k.png" 1x);content:"url(no)"}@font-face{src:url(f.woff2)format("woff2")}'
    )
    named: list[str] = []

    def seen(reference: str) -> str:
        named.append(reference)
        return f'http://x.test/{len(named)}</style>"'

    written = rewrite_css(css, seen)
    assert named == ["a.css", "c.png", 'd"e.png', "k.png", "f.woff2"]
    assert len(css_references(written, "http://x.test/")) == len(named)
    assert "</style" not in written and 'content:"url(no)"' in written
    assert rewrite_css(written, lambda reference: reference) == written
