"""The redactor among pages and events that nobody wrote with it in mind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page

from tests.client.redacted import begin, recorded


def _elements(node: Any, tag: str) -> list[dict[str, Any]]:
    """Serialized elements `tag` at or below `node`, in document order."""
    if isinstance(node, dict):
        here = [node] if node.get("tagName") == tag else []
        return here + [e for value in node.values() for e in _elements(value, tag)]
    if isinstance(node, list):
        return [e for value in node for e in _elements(value, tag)]
    return []


async def _one(page: Page, html: str, tag: str, **rules: Any) -> dict[str, Any]:
    await page.set_content(html)
    await begin(page, **rules)
    return _elements(await recorded(page), tag)[0]


@pytest.mark.parametrize("level", ["inputs", "strict"])
async def test_a_blocked_element_tells_its_size_without_being_pinned_to_it(
    page: Page, level: str
) -> None:
    """At `text` and `strict` the size itself was masked: it is no attribute of browsers."""
    html = "<p class='rr-block a' style='width: 120.25px; height: 40px' title=x>secret</p>"

    element = await _one(page, html, "p", mask=level)

    assert element["attributes"] == {"class": "rr-block a", "rr_block_size": "120.3 40.0"}
    assert element["childNodes"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("<input value=x>", "********"),
        ("<input value='longer than eight'>", "********"),
        ("<input type=password value=x>", None),
        ("<input autocomplete='section-a cc-number' value=x>", None),
        ("<input autocomplete=one-time-code value=x>", None),
        ("<input name=cardNumber value=x>", None),
        ("<input id=userPin value=x>", None),
        ("<input name=shipping value=x>", "********"),
        ("<input name=tangent value=x>", "********"),
        ("<input type=checkbox value=x>", "********"),
        ("<input type=submit value=Buy>", "Buy"),
    ],
)
async def test_of_secrets_not_even_that_they_are_filled_is_told(
    page: Page, field: str, value: str | None
) -> None:
    await page.set_content(field)
    await begin(page)
    await page.evaluate(
        """() => {
          const field = document.querySelector("input");
          field.value += "more";
          field.setAttribute("value", "more");
        }"""
    )

    events = await recorded(page)
    element = _elements(events, "input")[0]
    later = json.dumps([event["data"] for event in events if event["type"] == 3])

    # Neither an empty value, nor an event that something was typed.
    assert element["attributes"].get("value") == value
    assert (value is None) == ('"source": 5' not in later and "value" not in later)


@pytest.mark.parametrize("level", ["inputs", "strict"])
async def test_only_strict_hides_what_is_checked(page: Page, level: str) -> None:
    await page.set_content("<input type=checkbox checked><p role=switch aria-checked=true></p>")
    await begin(page, mask=level)
    await page.locator("input").click()
    await page.locator("input").click()

    events = await recorded(page)

    box, switch = _elements(events, "input")[0], _elements(events, "p")[0]
    checked = [e["data"]["isChecked"] for e in events if e["data"].get("source") == 5]
    shown = level == "inputs"
    assert ("checked" in box["attributes"], "aria-checked" in switch["attributes"]) == (shown,) * 2
    assert any(checked) == shown


async def test_names_that_clobber_the_page_change_nothing(page: Page) -> None:
    # A field's name becomes a property of its form, and an image's one of the document.
    names = ["parentNode", "nodeType", "localName", "matches", "getAttribute", "host"]
    fields = "".join(f"<input name={name}>" for name in names)
    images = "<img name=getElementById><img name=designMode><img name=defaultView>"
    await page.set_content(f"{images}<div class=rr-mask><form>{fields}<b>secret</b></form></div>")
    await begin(page, maskSelector=".private", unmaskSelector=".public", mask="text")
    await page.evaluate("document.querySelector('b').firstChild.data = 'a secret'")
    await page.evaluate("document.querySelector('form').insertAdjacentText('beforeend', 'secret')")

    assert "secret" not in json.dumps(await recorded(page))


@pytest.mark.parametrize(
    ("rule", "level"), [("maskSelector", "inputs"), ("unmaskSelector", "text")]
)
async def test_a_selector_that_cannot_be_read_masks_rather_than_shows(
    page: Page, rule: str, level: str
) -> None:
    await page.set_content("<p>secret</p>")
    await begin(page, mask=level, **{rule: "p[["})

    assert "secret" not in json.dumps(await recorded(page))


EVENTS = [
    {"type": 3, "data": {"source": 99, "id": 1, "text": "secret"}},
    {"type": 3, "data": {"source": 11, "payload": ["secret"]}},
    {"type": 3, "data": {"source": 5, "id": 987654, "text": "secret", "isChecked": True}},
    {"type": 8, "data": {"type": "caption", "text": "secret"}},
    {"type": 7, "data": {"url": "https://a.example/secret"}},
    {"type": 42, "data": "secret"},
    {"type": 3, "data": {"source": 9, "id": 1, "type": 0, "commands": [{"args": ["secret"]}]}},
    {
        "type": 3,
        "data": {
            "source": 0,
            "removes": [],
            "adds": [
                {"parentId": 987654, "nextId": None, "node": {"type": 3, "textContent": "secret"}},
                {"parentId": 1, "nextId": None, "node": {"type": 9, "textContent": "secret"}},
            ],
            "texts": [{"id": 987654, "value": "secret"}],
            "attributes": [
                {
                    "id": 987654,
                    "attributes": {"value": "secret", "title": "secret", "x": {"y": "secret"}},
                }
            ],
        },
    },
]


@pytest.mark.parametrize("event", EVENTS)
async def test_what_is_not_known_does_not_pass(page: Page, event: dict[str, Any]) -> None:
    await begin(page, mask="strict")

    out = await page.evaluate("event => { redactor.event(event); return event }", event)

    assert "secret" not in json.dumps(out)


async def test_an_event_that_cannot_be_masked_is_emptied_and_the_error_thrown_on(
    page: Page,
) -> None:
    await begin(page)

    out = await page.evaluate(
        """() => {
          const event = { type: 2, timestamp: 1, data: { node: null, text: "secret" } };
          try { redactor.event(event); } catch (error) { return [event, error.name]; }
        }"""
    )

    assert out == [{"type": 5, "timestamp": 1, "data": {"tag": "", "payload": None}}, "TypeError"]


async def test_the_page_sees_nothing_of_its_own_objects_change(page: Page) -> None:
    await begin(page)

    untouched = await page.evaluate(
        """async () => {
          const payload = { mail: "jane@example.com" };
          const descriptors = { display: "swap" };
          record.addCustomEvent("t", payload);
          document.fonts.add(new FontFace("f", "url(/f.woff2)", descriptors));
          await new Promise((done) => setTimeout(done, 50));
          return [payload, descriptors];
        }"""
    )

    assert untouched == [{"mail": "jane@example.com"}, {"display": "swap"}]


async def test_masked_says_whether_a_click_may_tell_its_word(page: Page) -> None:
    await page.set_content(
        "<p class=rr-mask><b></b></p><p contenteditable><b></b></p><p><b></b></p>"
    )
    await begin(page)

    script = "[...document.querySelectorAll('b')].map((b) => redactor.isMasked(b))"
    assert await page.evaluate(script) == [True, True, False]


async def test_elements_with_odd_names_are_masked_like_any_other(page: Page) -> None:
    # Asking the browser for the properties of such an element throws.
    await page.set_content("<p></p>")
    await page.evaluate(
        """() => {
          const odd = document.createElementNS("http://www.w3.org/2000/svg", "a:b");
          odd.setAttribute("label", "secret");
          document.body.append(odd, document.createElement("o_d-d"), document.createElement("_"));
          for (const child of document.body.children) child.setAttribute("heading", "secret");
        }"""
    )
    await begin(page, mask="text")

    assert "secret" not in json.dumps(await recorded(page))


async def test_an_svg_keeps_what_draws_it_where_its_text_is_masked(page: Page) -> None:
    attributes = {
        "viewBox": "0 0 24 24",
        "preserveAspectRatio": "xMidYMid",
        "fill": "none",
        "stroke-width": "2",
        "transform": "rotate(45)",
    }
    stop = {"offset": "5%", "stop-color": "red"}
    path = {"d": "M300 200 1024 30L555 123 4567z", "fill-rule": "evenodd", "clip-path": "url(#c)"}
    markup = "".join(f' {name}="{value}"' for name, value in attributes.items())
    shape = "".join(f' {name}="{value}"' for name, value in path.items())

    gradient = '<linearGradient x1="1" gradientUnits="userSpaceOnUse">'
    gradient += '<stop offset="5%" stop-color="red" /></linearGradient>'

    svg = f"<svg{markup}><path{shape} />{gradient}</svg>"
    element = await _one(page, svg, "svg", mask="strict")

    assert element["attributes"] == attributes
    drawn, painted = element["childNodes"]
    assert drawn["attributes"] == path
    assert painted["attributes"] == {"x1": "1", "gradientUnits": "userSpaceOnUse"}
    assert painted["childNodes"][0]["attributes"] == stop
