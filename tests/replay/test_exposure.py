"""What was in view, and for how long: known from how the page was scrolled."""

from __future__ import annotations

import time
from typing import Any

import pytest

from heatmap.anchors import DocumentAnchors, document_anchors
from heatmap.exposure import exposures_by_view
from recorder.store import Store
from replay import Theatre
from tests.support.forging import Forge, custom, incremental, keep_events, mutation, remember

URL = "http://exposed.example/"
SECTION_PX = 500
"""Three sections, one below the other, in a window of 800 × 600: two are seen at a time."""

STYLE = f"""body {{ margin: 0 }} section {{ height: {SECTION_PX}px }}
  #bar {{ position: fixed; bottom: 0; left: 0; width: 100%; height: 40px }}
  #scroller {{ height: 100px; overflow: auto }} #scroller p {{ height: 300px; margin: 0 }}
  #late {{ height: 50px }}"""


def site() -> tuple[Any, dict[str, int]]:
    forge = Forge()
    scroller = forge.element(
        "div",
        {"id": "scroller"},
        forge.element("p", {"id": "in"}, "in"),
        forge.element("p", {"id": "below"}, "below"),
    )
    node = forge.document(
        forge.element("section", {"id": "one"}, scroller),
        forge.element("section", {"id": "two"}, "two"),
        forge.element("section", {"id": "three"}, "three"),
        forge.element("div", {"id": "bar"}, "bar"),
        forge.element("div", {"id": "closed", "style": "display: none"}, "closed"),
        head=(forge.element("style", {}, STYLE),),
    )
    return node, remember(node) | {"document": node["id"]}


def recording(node: Any, *later: tuple[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Events at so many milliseconds after the snapshot."""
    start = int(time.time() * 1000) - 600_000
    events = [
        (0, {"type": 4, "data": {"href": URL, "width": 800, "height": 600}}),
        (0, {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}}),
        *later,
    ]
    return [{**event, "timestamp": start + at} for at, event in events]


async def exposed(
    theatre: Theatre, store: Store, events: list[dict[str, Any]]
) -> tuple[DocumentAnchors, dict[str, list[tuple[float, float]]]]:
    """The anchors, and by id from when to when an element was in view, ms after the start."""
    moment = keep_events(store, URL, events)
    found = await document_anchors(theatre, moment.session, moment.document)
    begun = float(events[0]["timestamp"])
    spans: dict[str, list[tuple[float, float]]] = {}
    for number, since, until in found.exposures:
        name = found.elements[number].name.removeprefix("id:")
        spans.setdefault(name, []).append((since - begun, until - begun))
    return found, spans


def scroll(node: int, y: int) -> dict[str, Any]:
    return incremental(3, id=node, x=0, y=y)


async def test_in_view_is_what_the_window_shows_half_of(theatre: Theatre, store: Store) -> None:
    node, ids = site()
    _, spans = await exposed(
        theatre,
        store,
        recording(
            node,
            (2_000, scroll(ids["document"], SECTION_PX)),
            (5_000, scroll(ids["document"], 0)),
            (6_000, custom("any", 0)),
        ),
    )
    # One is whole until it is scrolled away; of two 100 of 500 px are seen at first.
    assert spans["one"] == [(0, 2_000), (5_000, 6_000)]
    assert spans["two"] == [(2_000, 5_000)]
    assert "three" not in spans
    assert spans["bar"] == [(0, 6_000)]
    assert "closed" not in spans
    # Of the first paragraph its scroller shows a third, of the second nothing.
    assert not {"in", "below"} & spans.keys()
    assert spans["scroller"] == [(0, 2_000), (5_000, 6_000)]


async def test_what_is_shorter_than_a_fixation_does_not_count(
    theatre: Theatre, store: Store
) -> None:
    node, ids = site()
    steps = [(1_000 + 100 * step, scroll(ids["document"], 100 * step)) for step in range(1, 11)]
    _, spans = await exposed(theatre, store, recording(node, *steps, (4_000, custom("any", 0))))
    # Scrolled through in a second: two gets half into view after three steps, and leaves it.
    assert spans["two"][0][0] == pytest.approx(1_300, abs=150)
    assert spans["one"][0][1] == pytest.approx(1_300, abs=150)

    flick = [(1_000, scroll(ids["document"], 900)), (1_120, scroll(ids["document"], 0))]
    _, spans = await exposed(theatre, store, recording(node, *flick, (4_000, custom("any", 0))))
    assert "three" not in spans


async def test_a_hidden_tab_shows_nothing_and_late_content_shows_from_when_it_came(
    theatre: Theatre, store: Store
) -> None:
    node, ids = site()
    late = Forge().element("div", {"id": "late"}) | {"id": 900}
    _, spans = await exposed(
        theatre,
        store,
        recording(
            node,
            (1_000, custom("heatwright/visibility", {"state": "hidden", "focused": False})),
            (9_000, custom("heatwright/visibility", {"state": "visible", "focused": True})),
            (
                10_000,
                mutation(adds=[{"parentId": ids["body"], "nextId": ids["one"], "node": late}]),
            ),
            (12_000, mutation(removes=[{"parentId": ids["body"], "id": 900}])),
            (13_000, custom("any", 0)),
        ),
    )
    assert spans["one"] == [(0, 1_000), (9_000, 13_000)]
    assert spans["late"] == [(10_000, 12_000)]


async def test_forged_times_and_payloads_harm_nobody(theatre: Theatre, store: Store) -> None:
    node, ids = site()
    events = recording(
        node,
        (500, custom("heatwright/visibility", None)),
        (600, scroll(ids["document"], 10)),
        (700, {"type": 3, "data": None}),
        (1_000, custom("any", 0)),
    )
    _, spans = await exposed(theatre, store, events)
    assert spans["one"] == [(0, 1_000)]


async def test_each_page_view_has_its_own_part(theatre: Theatre, store: Store) -> None:
    node, _ = site()
    events = recording(node, (8_000, custom("any", 0)))
    found, _ = await exposed(theatre, store, events)
    start = float(events[0]["timestamp"])
    first, second = exposures_by_view(found, [start, start + 3_000])
    one = [
        [each.seconds for each in view if each.element.name == "id:one"] for view in (first, second)
    ]
    assert one == [[3.0], [5.0]]
