"""What is masked by its form, wherever it stands, and what the site says by itself."""

from __future__ import annotations

from tests.client.carriers.carrier import NEVER, Carrier, html, late

__all__ = ["PATTERNS"]


PATTERNS: list[Carrier] = [
    *html(
        "inputs",
        mail_in_text="<p>Write to WORD@example.com, please</p>",
        mail_in_title='<p title="WORD@example.com"></p>',
        mail_in_data='<p data-mail="WORD@example.com"></p>',
        mail_in_class='<p class="WORD@example.com"></p>',
        mail_in_path='<a href="/users/WORD@example.com/">x</a>',
        mail_encoded='<a href="/users/WORD%40example.com/">x</a>',
        mail_in_css="<style>.a::before { content: 'WORD@example.com' }</style>",
        mail_in_custom_property="<p style=\"--mail: 'WORD@example.com'\"></p>",
        mail_in_unmasked="<p class=kept>WORD@example.com</p>",
    ),
    *late(
        "inputs",
        mail_in_payload=(
            "record.addCustomEvent('t', {deep: [{'WORD@a.example': 'so WORD@b.example'}]})"
        ),
        mail_in_message="record.addCustomEvent('t', redactor.text('WORD@example.com'))",
        mail_set="document.body.lang = 'WORD@example.com'",
    ),
    *late(
        "text",
        message="record.addCustomEvent('t', redactor.text('it is WORD'))",
    ),
    *late(
        "inputs",
        url_in_message=(
            "record.addCustomEvent('t', redactor.text('at https://a.example/x.js?WORD:1:2'))"
        ),
        url_in_payload=(
            "record.addCustomEvent('t', {href: '/x?a=WORD', at: 'https://a.example/#WORD'})"
        ),
    ),
    *late(NEVER, payload="record.addCustomEvent('t', {plan: 'WORD'})"),
]
