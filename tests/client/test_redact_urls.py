"""URLs, CSS and plain data: what goes in and what comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page

PAGES = [
    ("https://a.example/b/c", "https://a.example/b/c"),
    ("https://a.example/b?c=d&e=f#g", "https://a.example/b"),
    ("https://jane:secret@a.example/b", "https://a.example/b"),
    ("//jane@a.example:8/b", "//a.example:8/b"),
    ("https://a.example/@jane/", "https://a.example/@jane/"),
    ("/b?c", "/b"),
    ("/b;jsessionid=secret?c", "/b"),
    ("/b;PHPSESSID=secret/c;v=1", "/b/c;v=1"),
    ("?c=d", ""),
    ("#c", ""),
    ("https://a.example/jane@example.com/b", "https://a.example/****************/b"),
    ("javascript:alert(1)", "javascript:"),
    (" JavaScript:alert(1)", "JavaScript:"),
    ("mailto:jane@example.com?subject=x", "mailto:"),
    ("tel:+4930123456", "tel:"),
    ("data:text/html,<p>secret", ""),
    ("data:", "data:"),
    ("intent://secret#Intent;end", "intent:"),
    ("blob:https://a.example/3f25", "blob:https://a.example/3f25"),
    ("about:blank", "about:blank"),
    ("", ""),
]

KEPT = [
    (["a"], "none", "/b?a=1&c=2#d", "/b?a=1"),
    (["a"], "none", "/b?A=1&ab=2&a&a=3", "/b?a&a=3"),
    (["*"], "none", "/b?a=1&mail=jane@example.com", "/b?a=1&mail=****************"),
    ([], "routes", "/b?a#/c/d?e=f", "/b#/c/d"),
    (["e"], "routes", "/b#!c?e=f&g=h", "/b#!c?e=f"),
    ([], "routes", "/b#access_token=c", "/b"),
    ([], "all", "/b#c", "/b#c"),
    ([], "all", "/b#jane@example.com", "/b#****************"),
]

RESOURCES = [
    ("/a.png", "/a.png"),
    ("/a.png?v=3.6.1&token=secret", "/a.png?v=3.6.1"),
    ("/a.png?w=100&h=50&q=80&fit=crop&fm=webp", "/a.png?w=100&h=50&q=80&fit=crop&fm=webp"),
    ("/a.png?v=a-very-long-and-telling-value", "/a.png"),
    ("/a.png?v=<secret>", "/a.png"),
    ("/a.png;jsessionid=secret?v=1", "/a.png?v=1"),
    (
        "https://fonts.example/css2?family=Open+Sans:ital,wght@0,300..800;1,400&display=swap",
        "https://fonts.example/css2?family=Open+Sans:ital,wght@0,300..800;1,400&display=swap",
    ),
    ("/a.png#secret", "/a.png"),
    ("/a.svg#icon", "/a.svg#icon"),
    ("/a.svg?t=secret#icon", "/a.svg#icon"),
    ("/a.svg#icon=secret&x", "/a.svg"),
    ("#icon", "#icon"),
    ("https://jane:pw@a.example/a.png", "https://a.example/a.png"),
    ("blob:https://a.example/1", "blob:https://a.example/1"),
    ("data:image/png;base64,AA==", "data:image/png;base64,AA=="),
    ("data:text/css,secret", ""),
    ("javascript:secret", ""),
]

SRCSETS = [
    ("/a.png?t=s 1x, /b.png?t=s&w=2 2x", "/a.png 1x, /b.png?w=2 2x"),
    ("/a.png?t=s, /b.png", "/a.png, /b.png"),
    ("data:image/png;base64,A,B 1x", "data:image/png;base64,A,B 1x"),
]

MESSAGES = [
    ("at f (https://a.example/x.js?t=s:10:5)", "at f (https://a.example/x.js:10:5)"),
    ("f@https://a.example/x.js#s:10:5", "f@https://a.example/x.js:10:5"),
    ("see https://a.example/x?t=s, please", "see https://a.example/x please"),
    ("went to https://a.example:8080/", "went to https://a.example:8080/"),
    ("jane@example.com failed", "**************** failed"),
    ("no URL here: a?b=c", "no URL here: a?b=c"),
    ("GET /api/cart?t=s&u=v failed", "GET /api/cart failed"),
    ("GET '/api/cart#t=s' and ../x?y, z", "GET '/api/cart' and ../x z"),
    ('{"url": "/api/cart?t=s", "n": 1}', '{"url": "/api/cart", "n": 1}'),
    ("at /x.js?t=s:10:5", "at /x.js:10:5"),
    ("and/or? what of /this? or and/that#1", "and/or? what of /this? or and/that#1"),
]

# What a style sheet is at each level; nothing changes where only one is given.
SHEETS = [
    (".a { color: red }",) * 4,
    (
        '.a::before { content: "a b" }',
        '.a::before { content: "a b" }',
        '.a::before { content: "* *" }',
        '.a::before { content: "* *" }',
    ),
    ('.a { content: "\uf101" "\\f101" "→ \\2192" }',) * 4,
    (
        ".a{content:'\\43 x' url(\"b.png\") attr(data-x)}",
        ".a{content:'\\43 x' url(\"b.png\") attr(data-x)}",
        ".a{content:'**' url(\"b.png\") attr(data-x)}",
        ".a{content:'**' url(\"\") attr(data-x)}",
    ),
    (
        '.a{--x:"it\'s; }b";color:red}',
        '.a{--x:"it\'s; }b";color:red}',
        '.a{--x:"**\'*; }*";color:red}',
        '.a{--x:"**\'*; }*";color:red}',
    ),
    (
        '.a{--f:"Open Sans",Arial,sans-serif;--g:700 1em/1 "X 9", ui-monospace;--h:"Arial, serif"}',
        '.a{--f:"Open Sans",Arial,sans-serif;--g:700 1em/1 "X 9", ui-monospace;--h:"Arial, serif"}',
        '.a{--f:"Open Sans",Arial,sans-serif;--g:700 1em/1 "X 9", ui-monospace;--h:"*****, *****"}',
        '.a{--f:"Open Sans",Arial,sans-serif;--g:700 1em/1 "X 9", ui-monospace;--h:"*****, *****"}',
    ),
    ('.a{font-family:"Open Sans";grid-template-areas:"a b" "c d"}',) * 4,
    ('[data-x="y"]{justify-content:center}',) * 4,
    (
        ".a{background:url(/b.png?t=s)}",
        ".a{background:url(/b.png)}",
        ".a{background:url(/b.png)}",
        ".a{background:url()}",
    ),
    (
        ".a{filter:url(#f);background:url(data:image/gif;base64,AA==)}",
        ".a{filter:url(#f);background:url(data:image/gif;base64,AA==)}",
        ".a{filter:url(#f);background:url(data:image/gif;base64,AA==)}",
        ".a{filter:url(#f);background:url()}",
    ),
    ('@font-face{src:url(f.eot),url("f.woff2") format("woff2")}.a{color:red}',) * 4,
    (
        '@import "x.css?t=s" screen;@import url("y.css?v=1");',
        '@import "x.css" screen;@import url("y.css?v=1");',
        '@import "x.css" screen;@import url("y.css?v=1");',
        '@import "x.css" screen;@import url("y.css?v=1");',
    ),
    (
        '.a{background:image-set("b.png?t=s" 1x)}',
        '.a{background:image-set("b.png" 1x)}',
        '.a{background:image-set("b.png" 1x)}',
        '.a{background:image-set("" 1x)}',
    ),
    (
        '.a{}/* x */.b{content:"/* - */"}/* rr_split */.c{}',
        '.a{}.b{content:"/* - */"}/* rr_split */.c{}',
        '.a{}.b{content:"/* - */"}/* rr_split */.c{}',
        '.a{}.b{content:"/* - */"}/* rr_split */.c{}',
    ),
    ("@namespace svg url(http://www.w3.org/2000/svg);",) * 4,
]


async def _urls(modules: Page, method: str, given: list[str], **rules: Any) -> list[str]:
    script = "([rules, method, given]) => given.map(one => urls.createUrls(rules)[method](one))"
    every = {"keepQuery": [], "keepFragment": "none"} | rules
    result: list[str] = await modules.evaluate(script, [every, method, given])
    return result


@pytest.mark.parametrize(
    ("method", "table"),
    [("page", PAGES), ("resource", RESOURCES), ("resources", SRCSETS), ("within", MESSAGES)],
)
async def test_urls_keep_only_what_is_listed(
    modules: Page, method: str, table: list[tuple[str, str]]
) -> None:
    out = await _urls(modules, method, [given for given, _ in table])

    assert list(zip([given for given, _ in table], out, strict=True)) == table
    assert await _urls(modules, method, out) == out


@pytest.mark.parametrize(("query", "fragment", "given", "kept"), KEPT)
async def test_sites_choose_which_parameters_and_fragments_stay(
    modules: Page, query: list[str], fragment: str, given: str, kept: str
) -> None:
    assert await _urls(modules, "page", [given], keepQuery=query, keepFragment=fragment) == [kept]


@pytest.mark.parametrize("level", ["inputs", "text", "strict"])
async def test_style_sheets_keep_what_they_need_to_look_as_they_did(
    modules: Page, level: str
) -> None:
    script = """([level, sheets]) => {
      const { resource } = urls.createUrls({ keepQuery: [], keepFragment: "none" });
      const masks = css.createCss(resource, level === "strict");
      return sheets.map(sheet => masks.text(sheet, level !== "inputs"));
    }"""
    at = ["inputs", "text", "strict"].index(level) + 1

    out = await modules.evaluate(script, [level, [sheet[0] for sheet in SHEETS]])

    assert out == [sheet[at] for sheet in SHEETS]
    assert await modules.evaluate(script, [level, out]) == out


async def test_fonts_keep_their_names_in_custom_properties(modules: Page) -> None:
    """A font that the page brings along is known by name, however it is passed on."""
    out = await modules.evaluate(
        """() => {
          document.fonts.add(new FontFace("Brand New", "url(x.woff2)"));
          return css.createCss(String, true).text(`.a{--f:"Brand New";--x:"Brand Old"}`, true);
        }"""
    )
    assert out == '.a{--f:"Brand New";--x:"***** ***"}'


async def test_data_is_copied_as_json_would_write_it(modules: Page) -> None:
    made = await modules.evaluate(
        """() => {
          const given = { at: new Date(0), n: 1.5, big: 4111111111111111n, f() {}, u: undefined,
            nan: null, list: [1, "jane@example.com"], card: 4111111111111111, url: "/a?b=c",
            imageUrl: "/a?b", "jane@example.com": true };
          given.self = given;
          const { page, within } = urls.createUrls({ keepQuery: [], keepFragment: "none" });
          const copy = payload.maskPayload(given, { page, within });
          return JSON.stringify([copy, given.list[1]]);
        }"""
    )

    copy, untouched = json.loads(made)
    deep = copy.pop("self")
    while deep:
        deep = deep.pop("self")
    assert copy == {
        "at": "1970-01-01T00:00:00.000Z",
        "n": 1.5,
        "big": "*" * 16,
        "f": None,
        "nan": None,
        "list": [1, "*" * 16],
        "card": None,
        "url": "/a",
        "imageUrl": "/a",
        "*" * 16: True,
    }
    assert untouched == "jane@example.com"
