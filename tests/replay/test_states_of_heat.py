"""Further states bring home presses that the backdrop hides, each point once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from heatmap.gathering import Gathered, gather
from heatmap.heatmap import Heatmap, make_heatmap
from heatmap.paintings import paint_kind
from heatmap.picture import decode
from heatmap.points import write_points
from heatmap.states import State, find_states, with_states
from heatmap.statuses import PRESSES, Kind, Status
from recorder.devices import Device
from recorder.store import Store
from replay import Theatre
from tests.support.forging import Forge, incremental, keep_events, mutation, remember

WINDOW = Device(None, 800, 600)
STYLE = """body { margin: 0 } button { width: 200px; height: 50px; display: block }
  #menu, #help { position: fixed; inset: 0; background: #eee } [hidden] { display: none }"""


def visit(store: Store, path: str, number: int, presses: list[str]) -> None:
    """Presses, in order; pressing `open-x` shows layer x, pressing in a layer closes it."""
    forge = Forge()
    layers = [
        forge.element(
            "div", {"id": name, "hidden": ""}, forge.element("button", {"id": f"in-{name}"})
        )
        for name in ("menu", "help")
    ]
    openers = [forge.element("button", {"id": f"open-{name}"}) for name in ("menu", "help")]
    node = forge.document(*openers, *layers, head=(forge.element("style", {}, STYLE),))
    ids = remember(node)
    start = int(time.time() * 1000) - 900_000 + number * 30_000
    url = f"http://shop.example/{path}"
    events: list[dict[str, Any]] = [
        {"type": 4, "data": {"href": url, "width": 800, "height": 600}},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}},
    ]
    for what in presses:
        y = 75 if what == "open-help" else 25
        where = {"x": 60, "y": y, "id": ids[what], "pointerType": 0}
        events.append(incremental(2, type=2, **where))
        way, _, layer = what.partition("-")
        hidden = None if way == "open" else ""
        attributes = {"id": ids[layer], "attributes": {"hidden": hidden}}
        events.append(mutation(attributes=[attributes]))
    dated = [{**event, "timestamp": start + 500 * place} for place, event in enumerate(events)]
    keep_events(store, url, dated)


async def made(theatre: Theatre, path: str, **how: Any) -> tuple[Gathered, Heatmap, list[State]]:
    gathered = await gather(theatre, f"/{path}")
    heatmap = await make_heatmap(theatre, gathered, WINDOW, PRESSES)
    return gathered, heatmap, await find_states(theatre, gathered, heatmap, **how)


async def test_what_lies_in_layers_comes_home_in_the_states_that_show_them(
    theatre: Theatre, store: Store, tmp_path: Path
) -> None:
    for number in range(3):
        visit(store, "layers", number, ["open-menu", "in-menu"])
    visit(store, "layers", 3, ["open-help", "in-help"])
    gathered, heatmap, states = await made(theatre, "layers")
    account = heatmap.ledger.total(Kind.CLICK)
    assert account.counts == {Status.DRAWN: 4, Status.HIDDEN: 4}
    assert [(one.name, one.points) for one in states] == [("2", 3), ("3", 1)]
    assert "in-menu" in states[0].label
    assert "in-help" in states[1].label
    every = with_states(heatmap, states)
    assert len(every) == len(gathered.samples(PRESSES)) == 8
    assert {(one.state, one.status) for one in every} == {
        ("main", Status.DRAWN),
        ("2", Status.DRAWN),
        ("3", Status.DRAWN),
    }
    # The heatmap itself says what it shows, states or not.
    assert heatmap.ledger.total(Kind.CLICK) == account
    assert write_points(tmp_path / "points.csv", every) == 8
    picture = decode(paint_kind(states[0].heatmap, Kind.CLICK))
    assert picture[25, 60].tolist() != picture[25, 150].tolist(), "there is heat on the button"


async def test_the_first_states_bring_most_home(theatre: Theatre, store: Store) -> None:
    for number in range(2):
        visit(store, "few", number, ["open-menu", "in-menu"])
    visit(store, "few", 2, ["open-help", "in-help"])
    _, _, states = await made(theatre, "few", most=1)
    assert [one.points for one in states] == [2]


async def test_a_page_that_hides_nothing_has_no_further_state(
    theatre: Theatre, store: Store
) -> None:
    visit(store, "plain", 0, ["open-menu"])
    assert (await made(theatre, "plain"))[2] == []


async def test_what_was_left_out_on_purpose_stays_out(theatre: Theatre, store: Store) -> None:
    visit(store, "banner", 0, ["open-menu", "in-menu"])
    gathered = await gather(theatre, "/banner")
    heatmap = await make_heatmap(theatre, gathered, WINDOW, PRESSES, hide=["#menu"])
    states = await find_states(theatre, gathered, heatmap, hide=["#menu"])
    assert states == []
    assert heatmap.ledger.total(Kind.CLICK).counts[Status.HIDDEN] == 1


@pytest.mark.parametrize("kinds", [(Kind.MOVE,), (Kind.SCROLL,)])
async def test_without_presses_there_is_nothing_to_bring_home(
    theatre: Theatre, store: Store, kinds: tuple[Kind, ...]
) -> None:
    visit(store, f"no-{kinds[0]}", 0, ["open-menu", "in-menu"])
    gathered = await gather(theatre, f"/no-{kinds[0]}")
    heatmap = await make_heatmap(theatre, gathered, WINDOW, kinds)
    assert await find_states(theatre, gathered, heatmap) == []
