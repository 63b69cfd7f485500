"""Attributes that people read, and those that only work."""

from __future__ import annotations

from tests.client.carriers.carrier import NEVER, Carrier, attributes, html, late

__all__ = ["ATTRIBUTES"]


ATTRIBUTES: list[Carrier] = [
    *attributes(
        "text",
        "div",
        *["title", "aria-label", "aria-description", "aria-roledescription", "aria-placeholder"],
        *["aria-valuetext", "aria-braillelabel", "data-canary", "unheard-of", "ng-label"],
    ),
    *attributes("text", "my-card", "heading", "name-of", "label", "text"),
    *html(
        "text",
        alt='<img alt="WORD">',
        input_placeholder='<input placeholder="WORD">',
        table_summary='<table summary="WORD"></table>',
        table_abbr='<table><tr><th abbr="WORD"></table>',
        track_label='<video><track label="WORD"></video>',
        download='<a download="WORD"></a>',
        time="<time datetime='WORD'></time>",
        description='<meta name=description content="WORD">',
        svg_label='<svg aria-label="WORD" inkscape:label="WORD"></svg>',
    ),
    *html(
        "inputs",
        onclick='<p onclick="go(`WORD`)"></p>',
        csrf='<meta name=csrf-token content="WORD">',
    ),
    *html(
        "strict",
        data_state='<div data-state="WORD"></div>',
        data_toggle='<div data-bs-toggle="WORD"></div>',
    ),
    *html(
        NEVER,
        class_name='<p class="WORD"></p>',
        data_theme_id='<p id="WORD"></p>',
        viewport='<meta name=viewport content="WORD">',
        role='<p role="WORD"></p>',
        svg_fill='<svg><path fill="WORD"></svg>',
        labelled_by='<p aria-labelledby="WORD"></p>',
    ),
    *late(
        "text",
        title_set="document.body.title = 'WORD'",
        data_set="document.body.dataset.late = 'WORD'",
        meta_set="document.querySelector('meta[name=description]').content = 'so WORD'",
    ),
]
