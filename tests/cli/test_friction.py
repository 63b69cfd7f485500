"""`heatwright friction` on sessions of which everything that went wrong is known."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from heatwright.cli import app
from recorder.errors import UnknownPage
from recorder.store import Store
from tests.support.forging import Forge, custom, incremental, keep_events, mutation, remember

SHOP = "http://shop.example"
STYLE = "body { margin: 0; height: 5000px } button, #title { display: block; height: 50px }"


class Visit:
    """Writes down what a visitor does, second by second."""

    def __init__(self, path: str = "/tea", traits: dict[str, str] | None = None) -> None:
        forge = Forge()
        body = (
            forge.element("h1", {"id": "title"}, "Tea"),
            forge.element("button", {"id": "buy"}, "Buy tea"),
            forge.element("button", {"id": "more"}, "Show more"),
        )
        node = forge.document(*body, head=(forge.element("style", {}, STYLE),))
        self.ids = remember(node) | {"root": node["id"]}
        self.traits = traits
        self.url = f"{SHOP}{path}"
        self.start = int(time.time() * 1000) - 900_000
        self.events: list[dict[str, Any]] = []
        self.add(0, {"type": 4, "data": {"href": self.url, "width": 800, "height": 600}})
        snapshot = {"node": node, "initialOffset": {"left": 0, "top": 0}}
        self.add(0, {"type": 2, "data": snapshot})

    def add(self, at_s: float, event: dict[str, Any]) -> Visit:
        self.events.append({**event, "timestamp": self.start + round(at_s * 1000)})
        return self

    def press(self, at_s: float, what: str, *, answered: bool = True) -> Visit:
        y = {"title": 25, "buy": 75, "more": 125}[what]
        where = {"x": 10, "y": y, "id": self.ids[what], "pointerType": 0}
        self.add(at_s, incremental(2, type=2, **where))
        return self.add(at_s + 0.01, mutation()) if answered else self

    def route(self, at_s: float, path: str) -> Visit:
        return self.add(at_s, custom("heatwright/route", {"url": f"{SHOP}{path}", "title": ""}))

    def scroll(self, at_s: float, y: float) -> Visit:
        return self.add(at_s, incremental(3, id=self.ids["root"], x=0, y=y))

    def keep(self, store: Store, end_s: float = 60) -> str:
        self.add(end_s, custom("end", 0))
        return keep_events(store, self.url, self.events, self.traits).session.id


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """The store's URL, and the sessions by what went wrong in them."""
    url = f"sqlite:///{tmp_path_factory.mktemp('friction') / 'heatwright.db'}"
    with Store.open(url) as store:
        sessions = {
            "dead": Visit(traits={"plan": "free"}).press(3, "title", answered=False).keep(store),
            "dead too": Visit().press(5, "title", answered=False).keep(store),
            "rage": Visit().press(4, "buy").press(4.5, "buy").press(5, "buy").keep(store),
            "error": Visit()
            .press(7, "buy")
            .add(7.5, custom("heatwright/error", {"kind": "error", "message": "no stock"}))
            .keep(store),
            "back": Visit()
            .press(9, "more")
            .route(9.2, "/more")
            .route(12, "/tea")
            .keep(store),
            "restless": Visit()
            .scroll(1, 900).scroll(2, 0).scroll(3, 900).scroll(4, 0).scroll(5, 900)
            .keep(store),
            "content": Visit()
            .press(9, "more").route(9.2, "/more").route(20, "/tea").scroll(21, 900)
            .keep(store),
        }  # fmt: skip
    return url, sessions


def run(store: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["friction", *words, "--store", store])


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["friction"]
    return found


def test_everything_that_went_wrong_is_found_with_its_moment_and_nothing_else(
    recorded: tuple[str, dict[str, str]],
) -> None:
    store, sessions = recorded
    found = rows(run(store, "--json"))
    told = [
        (one["trouble"], one["key"], one["sessions"]["used"], one["sessions"]["seen"], one["times"])
        for one in found
    ]
    assert told == [
        ("dead", "id:title", 2, 7, 2),
        ("rage", "id:buy", 1, 7, 1),
        ("error", "id:buy", 1, 7, 1),
        ("quick_back", "id:more", 1, 7, 1),
        ("restless", "", 1, 7, 1),
    ]
    moments = {one["trouble"]: one["moments"][0] for one in found}
    expected = {"rage": 4.0, "error": 7.0, "quick_back": 9.2, "restless": 5.0}
    for trouble, at in expected.items():
        assert moments[trouble]["at_s"] == pytest.approx(at)
    assert moments["rage"]["session"] == sessions["rage"]
    assert {one["session"] for one in found[0]["moments"]} == {
        sessions["dead"],
        sessions["dead too"],
    }


def test_rows_are_chosen_by_trouble_page_and_segment(recorded: tuple[str, dict[str, str]]) -> None:
    store, _ = recorded
    assert [one["trouble"] for one in rows(run(store, "--trouble", "rage", "--json"))] == ["rage"]
    assert rows(run(store, "/more", "--json")) == []
    free = rows(run(store, "/tea", "--where", "trait.plan = free", "--json"))
    assert [(one["trouble"], one["sessions"]["seen"]) for one in free] == [("dead", 1)]


def test_the_table_tells_its_rules_and_what_to_watch(
    recorded: tuple[str, dict[str, str]],
) -> None:
    store, sessions = recorded
    told = run(store)
    assert told.exit_code == 0
    assert f"{sessions['rage']} 4.0s" in told.output
    assert "dead: no change of the page within 2500 ms" in told.output
    assert "29% (8%–64%) of few" in told.stdout
    assert "the page" in told.stdout
    calm = run(store, "/more")
    assert "nothing went wrong that is looked for, in 2 sessions" in calm.output


def test_a_page_that_nobody_recorded_is_wrong_use(recorded: tuple[str, dict[str, str]]) -> None:
    told = run(recorded[0], "/nowhere")
    assert isinstance(told.exception, UnknownPage)


def test_heat_of_rage_and_dead_presses_is_drawn_where_they_were(
    recorded: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    store, _ = recorded
    words = ["heatmap", "/tea", "--width", "800", "--out", str(tmp_path), "--store", store]
    kinds = [word for kind in ("rage", "dead", "click") for word in ("--kind", kind)]
    points = tmp_path / "points.csv"
    told = CliRunner().invoke(app, [*words, *kinds, "--points", str(points), "--json"])
    assert told.exit_code == 0, told.output
    [made] = json.loads(told.stdout)
    counts = {one["kind"]: one["recorded"] for one in made["ledger"]["accounts"]}
    assert counts == {"click": 8, "dead": 2, "rage": 3}
    assert made["ledger"]["balances"]
    assert (tmp_path / "heatmap-800-rage.png").stat().st_size > 1000
    drawn = [line.split(",") for line in points.read_text().splitlines() if ",dead," in line]
    assert [(row[4], row[7], row[8]) for row in drawn] == [("id:title", "10.00", "25.00")] * 2
