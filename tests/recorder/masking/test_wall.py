"""The wall among events that nobody wrote with it in mind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.batches import decode_batch
from recorder.masking import LEVELS, Policy, mask_events
from recorder.masking.attributes import has_parameters
from recorder.masking.css import Css
from recorder.masking.passed_sheets import PassedSheets
from recorder.masking.patterns import mask_patterns
from recorder.masking.urls import Urls
from tests.recorder.making import NOW, body, custom
from tests.recorder.masking.making import element, event, masked, snapshot, text

NAMES = [
    *(
        "type",
        "id",
        "tagName",
        "attributes",
        "childNodes",
        "textContent",
        "isSVG",
        "source",
        "adds",
    ),
    *("removes", "texts", "node", "parentId", "value", "text", "isChecked", "rule", "styles"),
    *("rules", "set", "property", "href", "tag", "payload", "plugin", "url", "title", "class"),
    *("style", "src", "name", "content", "rr_width", "rr_height", "commands", "args", "family"),
]
WORDS = ["jane@example.com", "rr-mask", "rr-block", "input", "style", "p", "heatwright/error", "0"]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-1, 16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=6)
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)
attribute = st.dictionaries(
    st.sampled_from(
        [
            *("class", "id", "name", "value", "type", "title", "href", "src", "style", "data-x"),
            *("onclick", "srcset", "role", "rr_width", "rr_height", "contenteditable", "content"),
            *("autocomplete", "checked", "selected", "nonce", "data-value", "aria-label"),
        ]
    ),
    leaves | st.sampled_from(["/x?a=b#c", "a: url(/x?t=1)", "--x: 'words'", "rr-mask a"]),
    max_size=4,
)
nodes = st.recursive(
    st.builds(lambda id, content: text(id, content), st.integers(1, 30), st.text(max_size=12)),
    lambda inner: st.builds(
        lambda id, tag, attributes, children: {
            **element(id, tag, *children),
            "attributes": attributes,
        },
        st.integers(1, 30),
        st.sampled_from(
            [
                *("div", "p", "a", "input", "select", "option", "style", "script", "svg"),
                *("textarea", "link", "meta", "my-card"),
            ]
        ),
        attribute,
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
entries = st.fixed_dictionaries(
    {
        "source": st.just(0),
        "adds": st.lists(
            st.fixed_dictionaries({"parentId": st.integers(1, 30), "node": nodes}), max_size=3
        ),
        "texts": st.lists(
            st.fixed_dictionaries({"id": st.integers(1, 30), "value": st.text(max_size=9)}),
            max_size=3,
        ),
        "attributes": st.lists(
            st.fixed_dictionaries({"id": st.integers(1, 30), "attributes": attribute}), max_size=3
        ),
        "removes": st.just([]),
    }
)
events = st.lists(
    st.builds(event, st.integers(0, 6), st.dictionaries(st.sampled_from(NAMES), anything))
    | st.builds(lambda node: event(2, {"node": node}), nodes)
    | st.builds(lambda data: event(3, data), entries),
    max_size=4,
)
policies = st.builds(
    Policy,
    st.sampled_from(LEVELS),
    st.sampled_from([(), ("*",)]),
    st.sampled_from(["none", "all"]),
)


@settings(max_examples=60)
@given(events, policies)
def test_any_events_are_masked_once_and_for_all(events: list[Any], policy: Policy) -> None:
    once = mask_events(events, policy)

    twice = mask_events(once.events, policy)

    assert (twice.count, twice.events) == (0, once.events)
    assert len(once.events) <= len(events)
    if not once.count:
        assert once.events == events


@settings(max_examples=60)
@given(nodes, policies)
def test_a_tree_keeps_its_ids_and_its_texts_their_lengths(node: Any, policy: Policy) -> None:
    given = event(2, {"node": node})

    (kept,) = mask_events([given], policy).events

    after = json.loads(bytes(kept.data))["node"]
    blocked = "rr-block" in json.dumps(node) or "rr_width" in json.dumps(node)
    if not blocked:
        assert _shape(after) == _shape(node)


def _shape(node: Any, parent: str = "") -> Any:
    told = node.get("textContent")
    plain = parent not in ("style", "script", "textarea")
    length = len(told.encode("utf-16-le")) if told is not None and plain else None
    tag = node.get("tagName", "")
    below = [_shape(child, tag) for child in node.get("childNodes", ())]
    return node["type"], node["id"], tag, length, below


SECRET = "qxaavkormu"
STRANGE = [
    (3, {"source": 99, "id": 1, "text": SECRET}),
    (3, {"source": 11, "payload": [SECRET]}),
    (3, {"source": 1, "positions": [{"x": SECRET, "y": 0, "id": 1, "timeOffset": 0}]}),
    (3, {"source": 16, "id": 1, "define": {"name": f"{SECRET} {SECRET}"}}),
    (3, {"source": 5, "id": 987, "text": SECRET, "isChecked": True}),
    (3, {"source": 5, "id": {}, "text": SECRET}),
    (3, {"source": 0, "adds": SECRET}),
    (3, {"source": 0, "adds": [], "texts": [], "attributes": [], "removes": [{"id": SECRET}]}),
    (3, {"source": 8, "id": 1, "adds": [{"rule": 7, "x": SECRET}]}),
    (3, {"source": 10, "family": "f", "fontSource": SECRET, "buffer": True}),
    (0, {"text": SECRET}),
    (1, {"x": [SECRET]}),
    (2, {"node": None, "text": SECRET}),
    (2, {"node": {"type": 2, "id": 1, "tagName": "p", "attributes": SECRET, "childNodes": []}}),
    (2, {"node": {"type": 3, "id": 1, "textContent": "", "words": SECRET}}),
    (2, {"node": {"type": 9, "id": 1, "textContent": SECRET}}),
    (4, {"href": "https://a.example/", "width": SECRET, "height": 0, "title": SECRET}),
    (6, {"plugin": "rrweb/network@1", "payload": {"requests": [{"requestBody": SECRET}]}}),
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "data"), STRANGE)
def test_what_is_not_known_does_not_pass(kind: int, data: Any, level: Any) -> None:
    found = mask_events([event(kind, data)], Policy(level))

    assert SECRET.encode() not in b"".join(bytes(one.data) for one in found.events)
    assert found.count > 0


def test_an_event_that_cannot_be_masked_is_emptied_and_its_neighbours_stay() -> None:
    good = snapshot(element(5, "p", text(6, "words")))

    found = mask_events([good, event(2, {"node": 7}), good], Policy())

    assert found.events[0] is good and found.events[2] is good
    assert json.loads(bytes(found.events[1].data)) == {"tag": "", "payload": None}
    assert (found.events[1].type, found.count) == (5, 1)


@pytest.mark.parametrize(
    ("level", "message", "url"),
    [
        ("inputs", "no answer for Jane", "/api/cart"),
        ("text", "** ****** *** ****", "/api/cart"),
        ("strict", "** ****** *** ****", "/"),
    ],
)
def test_what_goes_wrong_is_told_as_the_level_allows(level: str, message: str, url: str) -> None:
    error = {"kind": "console", "message": "no answer for Jane", "line": 3}
    request = {"kind": "fetch", "url": "/api/cart?id=7", "status": 500, "headers": {}}
    of_ours = [
        event(5, {"tag": "heatwright/error", "payload": error}),
        event(5, {"tag": "heatwright/request", "payload": request}),
        event(6, {"plugin": "rrweb/console@1", "payload": {"payload": ["no answer for Jane"]}}),
    ]

    told = masked(*of_ours, mask=level)

    assert [told[0]["payload"]["message"], told[1]["payload"]["url"]] == [message, url]
    assert told[2]["payload"]["payload"] == [message]


def test_a_batch_tells_nothing_of_its_session_that_has_a_pattern() -> None:
    given = body(
        "key",
        [custom("t", "x")],
        url="https://shop.example/cart?token=7#part",
        traits={"plan": "free", "jane@example.com": "jane@example.com"},
        variant="B",
        release="jane@example.com",
    )

    found = decode_batch(given, NOW, lambda _: Policy())

    hidden = "*" * len("jane@example.com")
    assert found.url == "https://shop.example/cart"
    assert found.traits == {"plan": "free", hidden: hidden}
    assert (found.variant, found.release) == ("B", hidden)
    assert found.events == decode_batch(given, NOW).events
    assert found.masked_by_wall == 3


LONG = [
    "url(",
    "/*",
    "-",
    "--a ",
    ",/",
    "@a.",
    "a@",
    "1 ",
    "(",
    "&",
    '"',
    "'",
    "AB12 ",
    "{}",
    "\\;",
]


@pytest.mark.parametrize("sign", LONG)
def test_a_long_text_of_what_almost_fits_ends_in_reasonable_steps(sign: str) -> None:
    """The tag's own expressions take quadratic time on some of these, minutes at this length."""
    given = sign * (300_000 // len(sign))
    sheet = Css(Urls(Policy()).resource, False, frozenset, PassedSheets(Policy()))

    assert len(mask_patterns(given)) == len(given)
    assert len(Urls(Policy()).within(given)) <= len(given)
    assert len(sheet.text(given, True)) <= len(given)
    assert not has_parameters(given) or "=" in given
