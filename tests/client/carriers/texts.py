"""Text of the page, of its shadow roots and of its frames."""

from __future__ import annotations

from tests.client.carriers.carrier import Carrier, html, late

__all__ = ["TEXTS"]

_SHADOW = "document.querySelector('#host').shadowRoot"
_INSIDE = "document.querySelector('#frame').contentDocument"

TEXTS: list[Carrier] = [
    *html(
        "text",
        paragraph="<p>WORD</p>",
        list_item="<ul><li>a <b>b WORD</b></ul>",
        svg_text="<svg><text>WORD</text></svg>",
        svg_title="<svg><title>WORD</title></svg>",
        object_fallback="<object>WORD</object>",
        unmasked_elsewhere="<div class=kept-not>WORD</div>",
    ),
    *html(
        "inputs",
        noscript="<noscript>WORD</noscript>",
        comment="<!-- WORD -->",
        script_text="<script>var unused = 'WORD'</script>",
        masked="<p class='a rr-mask'>a <b>WORD</b></p>",
        masked_title="<p class=rr-mask title='WORD'></p>",
        masked_by_selector="<p data-private>a <b title='WORD'>WORD</b></p>",
        masked_in_unmasked="<div class=kept><p class=rr-mask>WORD</p></div>",
        masked_by_selector_in_unmasked="<div class=kept><p data-private>WORD</p></div>",
        unmasked_in_masked="<div class=rr-mask><p class=kept>WORD</p></div>",
        blocked="<div class=rr-block title='WORD'>WORD</div>",
        blocked_by_selector="<div class=own-block title='WORD'>WORD</div>",
        blocked_frame="<iframe class=rr-block src='/frame.html?WORD'></iframe>",
    ),
    *html("strict", unmasked="<div class=kept title='WORD'><b alt=x>WORD</b></div>"),
    *late(
        "text",
        text_added="add('p', 'WORD')",
        text_changed=("const p = add('p', 'one'); await later(); p.firstChild.data = 'WORD'"),
        markup_added="document.body.insertAdjacentHTML('beforeend', '<ul><li><a>WORD</a></ul>')",
        title_changed="document.title = 'WORD'",
        shadow_added=f"{_SHADOW}.append('WORD')",
        shadow_changed=f"{_SHADOW}.querySelector('p').firstChild.data = 'WORD'",
        shadow_attribute=f"{_SHADOW}.querySelector('p').title = 'WORD'",
        shadow_late=(
            "const h = document.createElement('div'); h.attachShadow({mode: 'open'}).innerHTML ="
            "'<p title=WORD>WORD'; document.body.append(h)"
        ),
        frame_added=f"{_INSIDE}.body.append('WORD')",
        frame_changed=f"{_INSIDE}.querySelector('#p').firstChild.data = 'WORD'",
        frame_attribute=f"{_INSIDE}.querySelector('#p').title = 'WORD'",
        srcdoc_frame=("add('iframe').srcdoc = '<p>WORD'"),
    ),
    *late(
        "inputs",
        comment_changed=(
            "const c = new Comment('one'); document.body.append(c); await later();c.data = 'WORD'"
        ),
        masked_changed=(
            "const p = add('p', 'one'); p.className = 'rr-mask'; await later();"
            " p.firstChild.data = 'WORD'; p.title = 'WORD';"
            "p.append('WORD')"
        ),
        masked_by_selector_changed=(
            "const p = document.querySelector('[data-private]'); p.title = 'WORD'; p.append('WORD')"
        ),
        masked_frame=(
            "const d = add('div'); d.className = 'rr-mask'; const f = add('iframe');"
            "f.srcdoc = '<p>WORD'; d.append(f);"
            " do await later(); while (!f.contentDocument.body?.firstChild);"
            " f.contentDocument.body.append('WORD')"
        ),
        masked_shadow=(
            "const d = add('div'); d.className = 'rr-mask'; d.attachShadow({mode: 'open'});"
            "d.shadowRoot.innerHTML = '<p>WORD'; await later(); d.shadowRoot.append('WORD')"
        ),
        blocked_changed="document.querySelector('.rr-block').append('WORD')",
        blocked_frame_changed=(
            "document.querySelector('iframe.rr-block').contentDocument.body.append('WORD')"
        ),
        typed_into_design_mode=(
            "const f = add('iframe'); f.contentDocument.designMode = 'on'; await later();"
            " f.contentDocument.body.append('WORD')"
        ),
    ),
]
