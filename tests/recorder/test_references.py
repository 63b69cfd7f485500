from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.assets.css import css_references
from recorder.assets.references import ReferenceFinder, collect_references
from recorder.assets.urls import absolute, split_srcset
from recorder.events import Event, decode_events
from tests.recorder.making import NOW, meta, snapshot

PAGE = "https://shop.example/a/page"
BASE = "https://shop.example/css/site.css"


def events(*raw: Any) -> list[Event]:
    return decode_events(json.dumps(raw).encode())


def element(tag: str, attributes: Any = None, *children: Any, id: int = 9) -> Any:
    return {
        "type": 2,
        "id": id,
        "tagName": tag,
        "attributes": attributes or {},
        "childNodes": list(children),
    }


def text(content: str, id: int = 99) -> Any:
    return {"type": 3, "id": id, "textContent": content}


def found_in(*nodes: Any) -> set[str]:
    root = {"type": 0, "id": 1, "childNodes": [element("html", {}, *nodes, id=2)]}
    return collect_references(events(meta(0, PAGE), snapshot(root)))


def change(at: int = 5, **data: Any) -> Any:
    return {"type": 3, "timestamp": NOW + at, "data": data}


@pytest.mark.parametrize(
    ("srcset", "urls"),
    [
        ("", []),
        ("a.png", ["a.png"]),
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a.png 100w,b.png 200w", ["a.png", "b.png"]),
        ("a,b.png 1x, c.png", ["a,b.png", "c.png"]),
        ("a.png, b.png", ["a.png", "b.png"]),
        ("a.png,,, b.png", ["a.png", "b.png"]),
        (" , \n a.png\t2x \n,\nb.png", ["a.png", "b.png"]),
        ("a.png foo(1, 2) 2x, b.png", ["a.png", "b.png"]),
        ("data:image/png;base64,AA== 1x, b.png 2x", ["data:image/png;base64,AA==", "b.png"]),
    ],
)
def test_srcset(srcset: str, urls: list[str]) -> None:
    assert [url for url, _ in split_srcset(srcset)] == urls


@given(st.lists(st.text("ab,./", min_size=1).filter(lambda u: u.strip(",") == u), max_size=5))
def test_any_srcset_gives_its_urls_back(urls: list[str]) -> None:
    candidates = [(url, f"{n + 1}x") for n, url in enumerate(urls)]
    assert split_srcset(", ".join(map(" ".join, candidates))) == candidates


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("x.png", "https://shop.example/a/x.png"),
        ("/x.svg#cart", "https://shop.example/x.svg"),
        ("//cdn.example/x", "https://cdn.example/x"),
        (" \n?q ", "https://shop.example/a/page?q"),
        ("#local", None),
        ("", None),
        ("data:image/png,x", None),
        ("blob:https://x/1", None),
        ("about:blank", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("http://[bad", None),
        ("http://x:99999/", None),
    ],
)
def test_absolute(reference: str, url: str | None) -> None:
    assert absolute(reference, PAGE) == url


@given(st.text(), st.text())
def test_absolute_never_raises(reference: str, base: str) -> None:
    url = absolute(reference, base)
    assert url is None or url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("css", "names"),
    [
        ("a { color: red }", []),
        ("a { background: url(i.png) }", ["i.png"]),
        ("a { background: URL( 'i.png' ), url(\"j.png\") }", ["i.png", "j.png"]),
        ("@import 'i.css' screen; @import url(j.css) layer(x);", ["i.css", "j.css"]),
        ("@media print { @supports (a: b) { a { background: url(i.png) } } }", ["i.png"]),
        (
            "@font-face { font-family: x; src: url(i.woff2) format('woff2'), url(j.ttf) }",
            ["i.woff2", "j.ttf"],
        ),
        ("a { background: image-set('i.png' 1x, url(j.png) 2x) }", ["i.png", "j.png"]),
        ("a { background: -webkit-image-set(url('i.png') 1x) }", ["i.png"]),
        ("a { content: 'i.png'; --x: url(j.png) }", ["j.png"]),
        ("/* url(i.png) */ a { background: u\\72l(j\\.png) }", ["j.png"]),
        ("@namespace svg url(http://www.w3.org/2000/svg); a { x: url(i.png) }", ["i.png"]),
        ("@namespace 'x'; @import 'i.css';", ["i.css"]),
        ("a { background: url(data:image/png;base64,AA), url(#local) }", []),
        ("a { mask: url(s.svg#m) }", ["s.svg"]),
        ("background-image: url(i.png); color: red", ["i.png"]),
        ("a { & b { background: url(i.png) } }", ["i.png"]),
        ("a { background: url(i.png", ["i.png"]),
        ("}}} a { background: url(i.png) }", ["i.png"]),
    ],
)
def test_css(css: str, names: list[str]) -> None:
    assert css_references(css, BASE) == {f"https://shop.example/css/{name}" for name in names}


def test_css_nested_without_end() -> None:
    assert css_references("a { background: url(i.png) }" + "{" * 100_000, BASE) is not None


@given(st.text())
def test_css_never_raises(css: str) -> None:
    css_references(css + "url(", BASE)


def test_elements() -> None:
    found = found_in(
        element("img", {"src": "i1", "srcset": "i2 1x, i3 2x"}),
        element("picture", {}, element("source", {"srcset": "i4"})),
        element("video", {"poster": "i5", "src": "film.mp4"}),
        element("input", {"type": "image", "src": "i6"}),
        element("link", {"rel": "StyleSheet", "href": "i7"}),
        element("link", {"rel": "icon", "href": "no"}),
        element("link", {"rel": "stylesheet", "_cssText": "a{background:url(i8)}"}),
        element("style", {}, text("a{background:url(i9)}")),
        element("style", {"_cssText": "a{background:url(i10)}"}),
        element("p", {"style": "background:url(i11)"}, text("url(no)")),
        element(
            "svg", {}, element("image", {"xlink:href": "i12"}), element("use", {"href": "i13#a"})
        ),
        element("rect", {"fill": "url(i14#g)", "stroke": "url(#no)"}),
        element("body", {"background": "i15"}),
        element("a", {"href": "no"}),
        element("iframe", {"src": "no"}),
        element("script", {"src": "no"}),
        element("object", {"data": "no"}),
    )
    assert found == {f"https://shop.example/a/i{n}" for n in range(1, 16)}


def test_base() -> None:
    assert found_in(element("base", {"href": "/other/"}), element("img", {"src": "i"})) == {
        "https://shop.example/other/i"
    }
    assert found_in(element("base", {"href": "data:x"}), element("img", {"src": "i"})) == {
        "https://shop.example/a/i"
    }


def test_changes_refer_to_what_came_before() -> None:
    finder = ReferenceFinder(PAGE)
    root = element(
        "html",
        {},
        element("img", {}, id=11),
        element("a", {}, id=12),
        element("link", {"rel": "stylesheet"}, id=13),
        element("style", {}, text("", id=15), id=14),
    )
    assert finder.feed(events(meta(0, PAGE), snapshot(root))) == set()
    attributes = [
        {"id": 11, "attributes": {"src": "i1", "style": {"mask": ["url(i2)", "important"]}}},
        {"id": 12, "attributes": {"href": "no", "src": "no", "style": "background:url(i3)"}},
        {"id": 13, "attributes": {"href": "i4"}},
        {"id": 77, "attributes": {"href": "no", "src": "no", "srcset": "i5 2x"}},
    ]
    adds = [
        {"parentId": 12, "nextId": None, "node": element("img", {"src": "i6"}, id=21)},
        {"parentId": 14, "nextId": None, "node": text("a{background:url(i7)}", id=22)},
    ]
    texts = [{"id": 15, "value": "a{background:url(i8)}"}, {"id": 99, "value": "url(no)"}]
    found = finder.feed(
        events(
            change(source=0, adds=adds, removes=[], texts=texts, attributes=attributes),
            change(source=8, adds=[{"rule": "a{background:url(i9)}", "index": 0}]),
            change(source=13, set={"property": "background", "value": "url(i10)"}),
            change(
                source=15,
                styles=[{"styleId": 1, "rules": [{"rule": "a{background:url(i11)}"}]}],
            ),
            change(source=10, family="x", fontSource="url(i12)", buffer=False),
            change(source=8, replaceSync="a{background:url(i13)}"),
        )
    )
    assert found == {f"https://shop.example/a/i{n}" for n in range(1, 14)}


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "node",
                    "type",
                    "id",
                    "tagName",
                    "attributes",
                    "childNodes",
                    "source",
                    "adds",
                    "texts",
                    "styles",
                    "rules",
                    "rel",
                    "href",
                    "style",
                    "set",
                    "value",
                    "parentId",
                    "data",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(st.sampled_from([2, 3]), odd)
def test_odd_recordings_never_raise(kind: int, data: Any) -> None:
    collect_references(events({"type": kind, "timestamp": NOW, "data": data}), PAGE)


@given(st.sampled_from([0, 8, 10, 13, 15]), odd, odd, odd)
def test_odd_changes_never_raise(source: int, adds: Any, attributes: Any, rest: Any) -> None:
    data = {"source": source, "adds": adds, "attributes": attributes, "set": rest, "texts": rest}
    collect_references(events({"type": 3, "timestamp": NOW, "data": data}), PAGE)
