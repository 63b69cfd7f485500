"""The tag's rules and the server's are two texts of one thing: both are run over one corpus."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from playwright.async_api import Browser, Page

from recorder.masking.css import Css
from recorder.masking.fields import is_secret
from recorder.masking.kinds import kind_of
from recorder.masking.names import common_to, is_css_property, is_working, read_properties
from recorder.masking.passed_sheets import PassedSheets
from recorder.masking.patterns import mask_patterns
from recorder.masking.payload import mask_payload
from recorder.masking.policy import Policy
from recorder.masking.text import mask_text
from recorder.masking.urls import Urls
from tests.client.test_redact_patterns import ORDINARY, PERSONAL
from tests.client.test_redact_urls import KEPT, MESSAGES, PAGES, RESOURCES, SHEETS, SRCSETS
from tests.support.browser_properties import ASK, arranged

SCRIPT = """([texts, rules, level]) => {
  const made = urls.createUrls(rules);
  const sheet = css.createCss(made.resource, level === "strict");
  const hides = level !== "inputs";
  return texts.map((one) => [
    text.maskText(one), patterns.maskPatterns(one), made.page(one), made.resource(one),
    made.resources(one), made.within(one), sheet.text(one, hides),
    sheet.value("content", one, hides), sheet.value("src", one, hides),
    payload.maskPayload({ url: one, x: [one, { [one]: 1 }], n: Number(one) }, made),
  ]);
}"""

LONE = "\U0001f600\U00020000é漢か한\uff21ไe\u0301\u00ad\u200b"
SPACES = " \t\n\r\v\f\x1c\x1f\x85\xa0\u180e\u2003\u2028\u202f\u3000\ufeff"
PIECES = [
    *[*PERSONAL, *ORDINARY, *LONE, *SPACES],
    *[given for given, _ in [*PAGES, *RESOURCES, *SRCSETS, *MESSAGES]],
    *[given for *_, given, _ in KEPT],
    *[sheet[0] for sheet in SHEETS],
    *["https://", "http:", "//", "/", "../x", "?", "&", "=", "#", "#!", "#/", "@", "%40", ":", ";"],
    *["family=Inter:wght@400|Roboto", "v=1.2", "q=jane", "token=secret", ";jsessionid=a1", "data:"],
    *["data:image/png;base64,AAAA", "javascript:", ".svg", "(", ")", "{", "}", "[", '"', "'", "\\"],
    *["url(", "URL( ", "@import ", "@font-face{", "@namespace ", "image-set(", "/*", "*/", "`"],
    *["/* rr_split */", "content:", "--x:", "--", "quotes :", "list-style-type:", "src:", "<", ">"],
    *[
        "serif",
        ", sans-serif",
        "\\41 ",
        "\\f101",
        "\\",
        "*",
        "\uff0a",
        "0",
        "00",
        "+",
        "7",
        "12",
        "1234",
    ],
    *["a", "B", "Z9", "_", "-", ".", ",", "é", "DE89", "on", "rgb(0,0,0)", "0x1f", "1e21", "1e400"],
]
texts = st.lists(
    st.lists(
        st.sampled_from(PIECES)
        | st.text(st.characters(exclude_categories=["Cn", "Co", "Cs"]), max_size=3),
        min_size=1,
        max_size=9,
    ).map("".join),
    min_size=150,
    max_size=150,
)
policies = st.builds(
    Policy,
    mask=st.sampled_from(["inputs", "text", "strict"]),
    keep_query=st.sampled_from([(), ("*",), ("q", "token")]),
    keep_fragment=st.sampled_from(["none", "routes", "all"]),
)


def ours(text: str, policy: Policy) -> list[Any]:
    made = Urls(policy)
    sheet = Css(made.resource, policy.mask == "strict", frozenset, PassedSheets(policy))
    hides = policy.mask != "inputs"
    return [
        *(mask_text(text), mask_patterns(text), made.page(text), made.resource(text)),
        *(made.resources(text), made.within(text), sheet.text(text, hides)),
        *(sheet.value("content", text, hides), sheet.value("src", text, hides)),
    ]


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(texts, policies)
async def test_both_make_the_same_of_any_text(
    modules: Page, texts: list[str], policy: Policy
) -> None:
    rules = {"keepQuery": policy.keep_query, "keepFragment": policy.keep_fragment}
    theirs = await modules.evaluate(SCRIPT, [texts, rules, policy.mask])

    for text, told in zip(texts, theirs, strict=True):
        data = told.pop()
        number = data.pop("n")
        told = [mended(one) for one in told]
        assert (text, told) == (text, ours(text, policy))
        assert mask_payload({"url": text, "x": [text, {text: 1}]}, Urls(policy)) == mended(data)
        if isinstance(number, int):
            assert mask_payload(number, Urls(policy)) == number


def mended(value: Any) -> Any:
    """Halves of a pair of surrogates as they arrive: a collector mends them."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [mended(one) for one in value]
    if isinstance(value, dict):
        return {mended(key): mended(one) for key, one in value.items()}
    return value


async def test_numbers_are_personal_for_both(modules: Page) -> None:
    numbers = [4111111111111111, 4111111111111112, 1700000000000, 0.5, 4.2e20, -3, 49301234567]
    script = "ns => ns.map((n) => payload.maskPayload(n, urls.createUrls({keepQuery: []})))"

    assert await modules.evaluate(script, numbers) == [
        mask_payload(number, Urls(Policy())) for number in numbers
    ]


async def test_what_browsers_define_is_known_by_name(browser: Browser) -> None:
    """A newer browser has more: run tools/attribute_names.py."""
    page = await browser.new_page()
    found = arranged(await page.evaluate(f"({ASK})()"))
    await page.close()
    known = read_properties()

    news = {kind: names - known.get(kind, known[common_to(kind)]) for kind, names in found.items()}
    assert {kind: names for kind, names in news.items() if names} == {}
    assert is_css_property("font-family") and not is_css_property("name")


@pytest.mark.parametrize(
    ("name", "tag", "works"),
    [
        ("maxlength", "input", True),
        ("maxlength", "div", False),
        ("maxlength", None, True),
        ("heading", "my-card", False),
        ("title", "p", False),
        ("data-state", "p", True),
        ("aria-labelledby", "p", True),
        ("aria-label", "p", False),
    ],
)
def test_an_attribute_works_or_is_read(name: str, tag: str | None, works: bool) -> None:
    assert is_working(name, tag, False, False) is works


FIELD_NAMES = [
    *[
        "card-number",
        "cardNumber",
        "cardNo",
        "cc_num",
        "cvc",
        "CVV2",
        "iban",
        "userPin",
        "pin",
        "pinky",
    ],
    *["otp", "totp", "my-otp-2", "tan", "tangent", "ssn", "lesson", "pan", "panel", "passwort"],
    *["password", "passcode", "bypass", "csc", "discs", "shipping", "name", "email", "discard_n"],
]
PURPOSES = ["", "cc-number", "section-a cc-csc", "one-time-code", "new-password x", "name", "acc-x"]

IS_SECRET = """fields => fields.map((told) => {
  const field = document.createElement("input");
  for (const [name, value] of Object.entries(told)) field.setAttribute(name, value);
  return inputs.isSecret(field);
})"""


async def test_both_know_the_same_fields_of_which_nothing_is_told(modules: Page) -> None:
    fields = [
        *({"name": name} for name in FIELD_NAMES),
        *({"id": name, "autocomplete": purpose} for name in "ab" for purpose in PURPOSES),
        *({"type": kind} for kind in ("password", "PASSWORD", "text")),
        *({"data-rr-is-password": value} for value in ("", "true")),
    ]

    assert await modules.evaluate(IS_SECRET, fields) == [is_secret(told.get) for told in fields]


ATTRIBUTES = [
    *("style", "_cssText", "value", "Value", "content", "rr_dataURL", "srcdoc", "nonce"),
    *("checked", "selected", "aria-checked", "href", "xlink:href", "HREF", "action"),
    *("formaction", "cite", "ping", "src", "poster", "data", "background", "srcset"),
    *("imagesrcset", "onclick", "onX", "data-value", "data-x-model", "ng-reflect-model"),
    *("data-values", "title", "alt", "class", "id", "lang", "dir", "data-state"),
    *("data-bs-theme", "data-x", "aria-label", "aria-labelledby", "aria-valuetext"),
    *("aria-hidden", "viewBox", "d", "x1", "points", "fill", "stroke-width", "font-size"),
    *("heading", "label", "text", "placeholder", "maxlength", "for", "type", "role", "is"),
    *("part", "rr_block_size", "rr_open_mode", "rr_mediaState", "preserveAspectRatio"),
    *("offset", "values", "from", "width", "color-scheme", "xmlns", "xml:space"),
    *("contenteditable", "autocomplete", "inputmode", "unheard-of", "ng-label", "search"),
]
TAGS = ["div", "input", "a", "my-card", "img", "meta", "o_d-d", "video", "svg", "path", "text"]


async def test_both_take_attributes_for_the_same(modules: Page) -> None:
    asked = [
        (name, tag, is_svg, strict)
        for name in ATTRIBUTES
        if not name.startswith("on")  # code, of which this is not asked
        for tag in TAGS
        for is_svg in (tag in ("svg", "path", "text"),)
        for strict in (False, True)
    ]
    kinds = await modules.evaluate("names => names.map((name) => kind.kindOf(name))", ATTRIBUTES)
    works = await modules.evaluate("asked => asked.map((one) => names.isWorking(...one))", asked)

    assert kinds == [kind_of(name).name.lower() for name in ATTRIBUTES]
    assert [one for one, told in zip(asked, works, strict=True) if is_working(*one) != told] == []
