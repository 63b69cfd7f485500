"""Style sheets, rules and declarations."""

from __future__ import annotations

from tests.client.carriers.carrier import NEVER, Carrier, html, late

__all__ = ["STYLES"]

_SHEET = "const s = add('style');"

STYLES: list[Carrier] = [
    *html(
        "text",
        css_content="<style>.a::before { content: 'a WORD' / 'b' }</style>",
        css_content_in_media="<style>@media all { .a::before { content: 'WORD' } }</style>",
        css_property="<style>.a { --x: 'WORD' }</style>",
        css_list="<style>.a { list-style-type: 'WORD' }</style>",
        style_property="<p style=\"--x: 'WORD'\"></p>",
    ),
    *html("strict", unmasked_style="<p class=kept style=\"--x: 'WORD'\"></p>"),
    *html(
        NEVER,
        css_family="<style>.a { font-family: 'WORD' }</style>",
        css_area="<style>.a { grid-template-areas: 'WORD' }</style>",
        css_selector="<style>.WORD { color: red }</style>",
    ),
    *late(
        "text",
        rule_inserted=(
            f"{_SHEET} await later(); s.sheet.insertRule('.b::before {{content: \"WORD\"}}')"
        ),
        rule_unclosed=f"{_SHEET} await later(); s.sheet.insertRule('.b::before {{content: \"WORD')",
        rule_nested=(
            f"{_SHEET} s.append('@media all {{}}'); await later();"
            "s.sheet.cssRules[0].insertRule('.b::before { content: \"WORD\" }')"
        ),
        declaration_set=(
            "const s = document.querySelector('#rules').sheet.cssRules[0].style;"
            "s.setProperty('content', '\"WORD\"')"
        ),
        property_set=(
            "const s = document.querySelector('#rules').sheet.cssRules[0].style;"
            "s.setProperty('--y', '\"WORD\"')"
        ),
        adopted=(
            "const s = new CSSStyleSheet(); s.replaceSync('.c::before { content: \"WORD\" }');"
            "document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]"
        ),
        adopted_replaced=(
            "const s = new CSSStyleSheet();"
            "document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; await later();"
            " s.replaceSync('.c::before { content: \"WORD\" }')"
        ),
        style_set="await later(); document.body.setAttribute('style', '--z: \"WORD\"')",
        style_changed=(
            "const p = add('p'); p.style.color = 'red'; p.style.margin = '1px 2px 3px';"
            "await later(); p.style.setProperty('--z', '\"WORD\"')"
        ),
        style_text_changed=(
            f"{_SHEET} s.append('.x {{}}'); await later();"
            "s.firstChild.data = '.d::before { content: \"WORD\" }'"
        ),
        style_text_added=f"{_SHEET} await later(); s.append('.d::before {{ content: \"WORD\" }}')",
    ),
    *late(
        "inputs",
        css_comment_changed=f"{_SHEET} await later(); s.append('/* WORD */ .x {{}}')",
        css_query_changed=f"{_SHEET} await later(); s.append('.x {{background: url(/x?t=WORD)}}')",
    ),
]
