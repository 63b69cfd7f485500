"""What the wall makes of changes to elements that an earlier batch told."""

from __future__ import annotations

from typing import Any

import pytest

from recorder.masking import LEVELS, Policy, mask_events
from tests.recorder.masking.making import change, element, event, masked, snapshot, text

FIELD = snapshot(element(5, "input", type="text"), element(6, "progress"), element(7, "p"))


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"value": "jane"}, []),
        ({"value": "4711"}, []),
        ({"value": "*****"}, []),
        ({"value": "********"}, [{"value": "********"}]),
        ({"value": ""}, [{"value": ""}]),
        ({"value": None}, [{"value": None}]),
        ({"value": "jane", "class": "x"}, [{"class": "x"}]),
        ({"content": "width=device-width"}, [{"content": "width=device-width"}]),
        ({"content": "9f86d081884c7d659a2f"}, [{"content": ""}]),
        ({"href": "/x?v=1&t=secret#part"}, [{"href": "/x"}]),
        ({"href": "/x.css?v=1&t=secret"}, [{"href": "/x.css?v=1"}]),
        ({"href": "#part"}, [{"href": "#part"}]),
        ({"src": "/x?w=10&t=secret"}, [{"src": "/x?w=10"}]),
        ({"style": {"color": "red", "background": ["url(/x?t=s)", "important"], "top": False}},)
        * 2,
    ],
)
def test_attributes_of_an_element_that_is_not_known(told: Any, kept: Any) -> None:
    if isinstance(kept, dict):
        kept = [{"style": told["style"] | {"background": ["url(/x)", "important"]}}]

    (data,) = masked(change(attributes=[(5, told)]))

    assert [one["attributes"] for one in data["attributes"]] == kept


def test_of_elements_that_are_known_values_are_what_they_are() -> None:
    told = change(attributes=[(5, {"value": "jane"}), (6, {"value": "0.5"}), (7, {"value": "x"})])

    _, data = masked(FIELD, told)

    assert [one["attributes"]["value"] for one in data["attributes"]] == ["********", "0.5", "x"]


@pytest.mark.parametrize(
    ("given", "inputs", "hidden"),
    [
        ("Hello Jane", "Hello Jane", "***** ****"),
        ("to jane@example.com", "to ****************", "** ****************"),
        ("{color: Jane}", "{color: Jane}", "{color: Jane}"),
        ('{"name": "Jane"}', '{"name": "Jane"}', "******** *******"),
        (".a{color:red}/* x */", ".a{color:red}", ".a{color:red}"),
        ('.a::after{content:"Jane"}', '.a::after{content:"Jane"}', '.a::after{content:"****"}'),
        (".a{background:url(/x?t=s)}", ".a{background:url(/x)}", ".a{background:url(/x)}"),
        ('@import "x.css?t=s";', '@import "x.css";', '@import "x.css";'),
    ],
)
def test_text_below_an_element_that_is_not_known(given: str, inputs: str, hidden: str) -> None:
    for level, expected in zip(LEVELS, (inputs, hidden, hidden), strict=True):
        told = change(texts=[(9, given)], adds=[(8, text(10, given))])

        (data,) = masked(told, mask=level)

        said = [data["texts"][0]["value"], data["adds"][0]["node"]["textContent"]]
        strict = expected.replace("url(/x)", "url()") if level == "strict" else expected
        assert said == [strict, strict]


@pytest.mark.parametrize(
    ("given", "kept"), [("jane", "********"), ("on", "on"), ("", ""), ("********", "********")]
)
def test_what_is_typed_into_a_field_that_is_not_known(given: str, kept: str) -> None:
    (data,) = masked(event(3, {"source": 5, "id": 5, "text": given, "isChecked": True}))

    assert data == {"source": 5, "id": 5, "text": kept, "isChecked": True}


def test_of_a_secret_not_even_that_it_is_typed_is_told() -> None:
    field = snapshot(element(5, "input", type="password", value="x"))
    typed = event(3, {"source": 5, "id": 5, "text": "secret", "isChecked": False})
    shown = change(attributes=[(5, {"type": "text"})])

    found = mask_events([field, typed, shown, typed], Policy())

    assert [one.type for one in found.events] == [2, 3]
    assert b"value" not in bytes(found.events[0].data)
    assert found.count == 3


def test_a_fragment_stays_where_it_names_an_element_of_the_page() -> None:
    page = "https://a.example/page"
    links = [element(n, "a", href=href) for n, href in enumerate(("#one", "/x#two", "#three"), 10)]
    added = change(adds=[(2, element(20, "a", href=f"{page}#late"))])

    (first,) = masked(snapshot(*links, element(3, "p", id_="one"), element(4, "p", id_="two")))
    told = mask_events([added], Policy(), f"{page}?t=secret")

    found = [one["attributes"].get("href") for one in first["node"]["childNodes"][0]["childNodes"]]
    assert found == ["#one", "/x#two", "", None, None]
    assert told.count == 0 and told.events == [added]


def test_classes_hold_for_what_stands_below_them_from_when_they_are_there() -> None:
    tree = snapshot(
        element(5, "div", element(6, "p", text(7, "Jane")), _class="rr-mask"),
        element(8, "div", element(9, "p", text(10, "Jane")), _class="rr-block"),
        element(11, "p", text(12, "Jane")),
        element(13, "input", _class="rr-ignore"),
    )
    later = change(
        texts=[(7, "Joe"), (10, "Joe"), (12, "Joe")],
        attributes=[(11, {"class": "rr-mask"}), (6, {"title": "Joe"})],
    )
    typed = event(3, {"source": 5, "id": 13, "text": "x", "isChecked": False})

    first, second = masked(tree, later, typed)

    one, two, three, _ = first["node"]["childNodes"][0]["childNodes"]
    assert one["childNodes"][0]["childNodes"][0]["textContent"] == "****"
    assert (two["childNodes"], two["attributes"]) == ([], {"class": "rr-block"})
    assert three["childNodes"][0]["textContent"] == "Jane"
    assert second["texts"] == [{"id": 7, "value": "***"}, {"id": 12, "value": "***"}]
    assert second["attributes"][1] == {"id": 6, "attributes": {"title": "***"}}
