"""Attention and scroll reach: seconds in view, and how far sessions surely came."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from heatmap.anchors import ElementKeys
from heatmap.attention import attention_of
from heatmap.exposure import Exposure
from heatmap.gathering import Gathered, gather
from heatmap.heatmap import Heatmap, make_heatmap
from heatmap.paintings import paint_kind, shared_scale
from heatmap.picture import decode
from heatmap.statuses import Kind, Status
from recorder.devices import Device
from recorder.store import Store
from replay import Theatre
from tests.support.forging import Forge, incremental, keep_events, mutation, remember

WINDOW, NARROW = Device(None, 800, 600), Device(None, 400, 500)
KEYS = ElementKeys([("id", "a", True)], "id:a", "a", "p")

STYLE = """body { margin: 0 } section { height: 1000px } p { margin: 0; height: 100px; width: 50% }
  #bar { position: fixed; bottom: 0; height: 40px; width: 100% }"""
"""Sections at 0, 1000, 2000 px; in each, a paragraph at its top."""


def exposure(number: int, since: float, until: float) -> Exposure:
    return Exposure(number, KEYS, since, until)


def seconds(exposures: list[Exposure], active: list[tuple[float, float]]) -> dict[int, float]:
    return {one.element: round(one.weight, 6) for one in attention_of(exposures, active)}


def test_attention_is_time_in_view_of_somebody_who_was_there() -> None:
    active = [(0.0, 10_000.0), (60_000.0, 70_000.0)]
    assert seconds([exposure(1, 2_000, 5_000)], active) == {1: 3.0}
    assert seconds([exposure(1, 8_000, 65_000)], active) == {1: 7.0}
    assert seconds([exposure(1, 20_000, 50_000)], active) == {}
    assert seconds([exposure(1, -5_000, 90_000)], active) == {1: 20.0}
    twice = [exposure(1, 0, 1_000), exposure(2, 500, 1_500), exposure(1, 4_000, 6_000)]
    assert seconds(twice, active) == {1: 3.0, 2: 1.0}
    assert seconds(twice, []) == {}


def visit(store: Store, path: str, number: int, stops: list[tuple[float, float]]) -> None:
    """A session that scrolls to each y and stays there for so many seconds."""
    forge = Forge()
    parts = [
        forge.element("section", {"id": f"s{i}"}, forge.element("p", {"id": f"p{i}"}, f"part {i}"))
        for i in range(3)
    ]
    bar = forge.element("nav", {"id": "bar"}, "always there")
    node = forge.document(*parts, bar, head=(forge.element("style", {}, STYLE),))
    remember(node)
    start = int(time.time() * 1000) - 900_000 + number * 60_000
    url = f"http://shop.example/{path}"
    meta = {"type": 4, "data": {"href": url, "width": 800, "height": 600}}
    events: list[dict[str, Any]] = [
        {**meta, "timestamp": start},
        {
            "type": 2,
            "data": {"node": node, "initialOffset": {"left": 0, "top": 0}},
            "timestamp": start,
        },
    ]
    now = start
    for y, stay in stops:
        events.append({**incremental(3, id=node["id"], x=0, y=y), "timestamp": now + 1})
        now += round(stay * 1000)
    events.append({"type": 5, "data": {"tag": "end", "payload": 0}, "timestamp": now + 2})
    keep_events(store, url, events)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gathered(theatre: Theatre, store: Store) -> Gathered:
    visit(store, "long", 1, [(0, 10)])
    visit(store, "long", 2, [(0, 4), (1000, 6)])
    visit(store, "long", 3, [(0, 2), (1000, 2), (2000, 20)])
    visit(store, "long", 4, [(0, 10)])
    return await gather(theatre, "/long")


async def made(
    theatre: Theatre, gathered: Gathered, *kinds: Kind, device: Device = WINDOW
) -> Heatmap:
    return await make_heatmap(theatre, gathered, device, kinds)


async def test_a_session_came_as_far_as_the_lowest_element_it_had_in_view(
    theatre: Theatre, gathered: Gathered
) -> None:
    found = await made(theatre, gathered, Kind.SCROLL)
    assert found.reach
    # A section of 1000 px is in view once half a viewport is full of it: 300 px of it are sure.
    assert list(found.reach.depths) == [300, 300, 1300, 2300]
    raster = found.raster(Kind.SCROLL)
    assert raster.shape == (3000, 800)
    column = raster[:, 400]
    assert [column[y] for y in (100, 299, 301, 1299, 1301, 2299, 2301)] == pytest.approx(
        [100, 100, 50, 50, 25, 25, 0]
    )
    assert (raster == column[:, None]).all()
    assert [found.reach.depth(share) for share in (1, 0.75, 0.5, 0.25, 0.01)] == [
        300, 300, 1300, 2300, 2300,
    ]  # fmt: skip
    assert found.ledger.balances()
    account = found.ledger.total(Kind.SCROLL)
    assert (account.recorded, account.counts) == (4, {Status.DRAWN: 4})
    assert sorted(one.y for one in found.placements if one.y is not None) == [300, 300, 1300, 2300]


async def test_at_another_width_a_session_came_to_the_same_elements(
    theatre: Theatre, gathered: Gathered
) -> None:
    found = await made(theatre, gathered, Kind.SCROLL, device=NARROW)
    assert found.reach
    assert list(found.reach.depths) == [250, 250, 1250, 2250]
    assert found.fold is None, "nobody was recorded at this width"
    assert (await made(theatre, gathered, Kind.SCROLL)).fold == 600


async def test_each_place_has_the_seconds_of_the_innermost_element_there(
    theatre: Theatre, gathered: Gathered
) -> None:
    found = await made(theatre, gathered, Kind.ATTENTION)
    raster = found.raster(Kind.ATTENTION)

    def at(x: int, y: int) -> float:
        return float(raster[y, x])

    first = (10 + 4 + 2 + 10) / 4
    assert at(200, 50) == pytest.approx(first, abs=0.01), "the first paragraph"
    assert at(200, 1050) == pytest.approx((6 + 2) / 4, abs=0.01)
    assert at(200, 2050) == pytest.approx(20 / 4, abs=0.01)
    assert at(600, 1500) == 0, "a section higher than the viewport: which part of it is not known"
    tall = await made(theatre, gathered, Kind.ATTENTION, device=Device(None, 800, 1000))
    raster = tall.raster(Kind.ATTENTION)
    assert at(600, 1500) == pytest.approx((6 + 2) / 4, abs=0.01), "beside it, its section"
    bar = (10 + 10 + 24 + 10) / 4
    assert at(600, 980) == pytest.approx(bar, abs=0.01), "the bar that is always there"
    assert found.ledger.balances()
    assert found.ledger.total(Kind.ATTENTION).recorded == len(gathered.samples([Kind.ATTENTION]))


async def test_what_nobody_had_in_view_is_cold_even_in_a_warm_section(
    theatre: Theatre, store: Store
) -> None:
    """Cause: it would have had the seconds of the section that it is in."""
    visit(store, "cold", 1, [(500, 10)])
    gathered = await gather(theatre, "/cold")
    found = await made(theatre, gathered, Kind.ATTENTION, device=Device(None, 800, 1000))
    raster = found.raster(Kind.ATTENTION)
    assert raster[500, 600] == pytest.approx(10, abs=0.01)
    assert raster[50, 200] == 0


async def test_pictures_name_what_their_colours_stand_for(
    theatre: Theatre, gathered: Gathered, tmp_path: Path
) -> None:
    found = await made(theatre, gathered, Kind.ATTENTION, Kind.SCROLL)
    scroll, attention = (shared_scale([found], kind) for kind in (Kind.SCROLL, Kind.ATTENTION))
    assert (scroll.maximum, scroll.heading) == (100, "% of sessions came here")
    assert attention.heading == "seconds in view a session"
    assert attention.maximum >= np.max(found.raster(Kind.ATTENTION)) * 0.5
    plain = decode(found.backdrop.png)
    picture = decode(paint_kind(found, Kind.SCROLL))
    assert picture.shape[0] > plain.shape[0] == 3000
    # The lines at the depths of quarters: dark across the page.
    dark = [y for y in range(3000) if (picture[y, :300].max(axis=1) < 60).all()]
    assert dark == [300, 600, 1300, 2300]
    assert json.dumps(found.ledger.to_json())


async def test_a_backdrop_is_a_moment_at_which_something_was_done(
    theatre: Theatre, store: Store
) -> None:
    """Cause: elements are in view from the first moment on, when the page was not complete."""
    forge = Forge()
    node = forge.document(forge.element("p", {"id": "first"}, "here from the beginning"))
    late = forge.element("button", {"id": "late"}, "for a while")
    body = remember(node)["body"]
    url = "http://shop.example/late"
    start = int(time.time() * 1000) - 60_000
    events = [
        {"type": 4, "data": {"href": url, "width": 800, "height": 600}},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}},
        mutation(adds=[{"parentId": body, "nextId": None, "node": late}]),
        incremental(2, type=2, id=late["id"], x=20, y=60, pointerType=0),
        mutation(removes=[{"parentId": body, "id": late["id"]}]),
        {"type": 5, "data": {"tag": "end", "payload": 0}},
    ]
    keep_events(
        store, url, [{**one, "timestamp": start + 1000 * i} for i, one in enumerate(events)]
    )
    gathered = await gather(theatre, "/late")
    assert gathered.samples([Kind.ATTENTION])
    found = await made(theatre, gathered, Kind.CLICK)
    assert found.ledger.total(Kind.CLICK).counts == {Status.DRAWN: 1}
