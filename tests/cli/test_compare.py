"""`heatwright compare` on a population of which everything is known."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from heatwright.cli import app
from recorder.errors import UnknownPage, WrongUse
from recorder.store import Store
from tests.support.forging import Forge, keep_events, remember

URL = "http://shop.example/tea"
SESSIONS = 32
PRESSED = {"a": {"buy": 24, "more": 12}, "b": {"buy": 8, "more": 12}}
"""Of `SESSIONS` sessions of each side, how many press what (of the button: the icon in it)."""

STYLE = "body { margin: 0 } button { width: 200px; height: 50px }"


def visit(side: str, number: int) -> tuple[str, list[dict[str, Any]]]:
    forge = Forge()
    wide = side == "a"
    body = [
        forge.element("button", {"id": "buy"}, forge.element("i", {"class": "icon"}, "Buy tea")),
        forge.element("button", {"id": "more"}, "More"),
        *([forge.element("a", {"id": "only", "href": "/b"}, "Only b has it")] * (not wide)),
    ]
    node = forge.document(*body, head=(forge.element("style", {}, STYLE),))
    ids = remember(node)
    presses = [
        {
            "type": 3,
            "data": {"source": 2, "type": 2, "id": ids[what], "x": x, "y": 25, "pointerType": 0},
        }
        for what, name, x in (("i", "buy", 60), ("more", "more", 260))
        if number < PRESSED[side][name]
    ]
    size = {"width": 1000, "height": 600} if wide else {"width": 500, "height": 700}
    start = int(time.time() * 1000) - 600_000
    events = [
        {"type": 4, "data": {"href": URL, **size}},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}},
        {"type": 5, "data": {"tag": "any", "payload": 0}},
        *presses,
    ]
    return side, [
        {**event, "timestamp": start + number * 5_000 + 1_000 * place}
        for place, event in enumerate(events)
    ]


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('compared')}/heatwright.db"
    with Store.open(url) as store:
        for side in "ab":
            for number in range(SESSIONS):
                _, events = visit(side, number)
                keep_events(store, URL, events, {"side": side})
    return url


def compare(store: str, out: Path, *arguments: str) -> Result:
    given = [] if "--a" in arguments else ["--a", "trait.side = a", "--b", "trait.side = b"]
    command = ["compare", "/tea", *given, *arguments, "--store", store, "--out", str(out)]
    return CliRunner().invoke(app, command)


def test_it_finds_what_was_planted_and_the_gates_follow(population: str, tmp_path: Path) -> None:
    rules = {
        "ctr(#buy) drops > 20%": "failed",
        "ctr(#more) drops > 20%": "passed",
        "ctr(#only) drops > 20%": "not_evaluated",
        "target_size(*) < 44": "failed",
        "unplaced > 2%": "passed",
    }
    given = [word for rule in rules for word in ("--fail-on", rule)]
    done = compare(population, tmp_path, *given, "--json", "--junit", str(tmp_path / "gates.xml"))
    assert done.exit_code == 1, done.stderr
    told = json.loads(done.stdout)
    found = {one["key"].removeprefix("id:"): one for one in told["elements"]}
    for side, pressed in PRESSED.items():
        assert told[side]["sessions"] == SESSIONS
        rates = {name: (found[name][side]["rate"]["used"], SESSIONS) for name in pressed}
        assert rates == {name: (count, SESSIONS) for name, count in pressed.items()}
        assert told[side]["ledger"]["balances"]
    verdicts = {name: one["verdict"] for name, one in found.items()}
    assert verdicts == {"buy": "lower", "more": "not_shown", "only": "not_comparable"}
    # The backdrops are the sides' own: each at the width that it was recorded at.
    assert (told["a"]["width"], told["b"]["width"]) == (1000, 500)
    assert found["buy"]["b"]["box"] == [0, 0, 200, 50]
    assert {one["rule"]: one["outcome"] for one in told["gates"]} == rules
    suite = ET.parse(tmp_path / "gates.xml").getroot()[0]  # noqa: S314 - we wrote it
    assert (suite.get("failures"), suite.get("errors")) == ("2", "1")
    page = Path(told["report"]).read_text("utf-8")
    assert "Buy tea” is used less by b: 25% of 32 sessions" in page
    assert "http:" not in page.replace("http://shop.example", "")
    assert all(Path(picture).stat().st_size > 1_000 for picture in told["pictures"].values())


def test_what_a_project_hides_no_picture_shows(population: str, tmp_path: Path) -> None:
    """What `heatwright.toml` hides comes before what --hide adds, and once."""
    file = tmp_path / "heatwright.toml"
    file.write_text("hide = ['#buy', '#only']\n")
    shown = []
    for name, told in (
        ("in-file", ("--config", str(file), "--hide", "#more", "--hide", "#buy")),
        ("nothing", ()),
    ):
        done = compare(population, tmp_path / name, *told, "--json")
        assert done.exit_code == 0, done.stderr
        pictures = json.loads(done.stdout)["pictures"]
        shown.append({side: Path(file).read_bytes() for side, file in pictures.items()})
    assert all(shown[0][side] != shown[1][side] for side in shown[0])
    page = (tmp_path / "in-file" / "compare.html").read_text("utf-8")
    assert "--hide &#39;#buy&#39; --hide &#39;#only&#39; --hide &#39;#more&#39;" in page


def test_doubt_is_not_a_pass(population: str, tmp_path: Path) -> None:
    done = compare(population, tmp_path, "--fail-on", "ctr(#only) drops > 20%")
    assert done.exit_code == 3, done.stderr


@pytest.mark.parametrize(
    ("sides", "error", "why"),
    [
        (("trait.side = a", "trait.side = a"), WrongUse, "32 sessions are on both sides"),
        (("trait.side = a", "trait.side = c"), UnknownPage, "No session of side b"),
        (("trait.side = a", "nonsense = 1"), WrongUse, "nonsense"),
    ],
)
def test_sides_that_cannot_be_compared(
    sides: tuple[str, str], error: type[WrongUse], why: str, population: str, tmp_path: Path
) -> None:
    done = compare(population, tmp_path, "--a", sides[0], "--b", sides[1])
    assert isinstance(done.exception, error), done.output
    assert why in done.exception.message
    assert not list(tmp_path.iterdir())


def test_rules_are_read_before_anything_is_rendered(population: str, tmp_path: Path) -> None:
    done = compare(population, tmp_path, "--fail-on", "ctr(#buy) falls")
    assert isinstance(done.exception, WrongUse)
