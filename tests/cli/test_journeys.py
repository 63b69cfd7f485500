"""`heatwright funnel`, `paths` and `conversions`, from recordings to what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from heatwright.cli import app
from heatwright.project import read_project
from recorder.errors import WrongUse
from recorder.store import Store
from tests.cli.test_friction import Visit
from tests.support.forging import custom

CONFIG = """
[[funnel]]
name = "buying"
steps = ["/tea", "clicked = '#buy'", "/basket", "goal = purchase"]
"""
EVIL = "/<img src=x onerror=alert(1)>|[b]"


def bought(visit: Visit) -> Visit:
    goal = custom("heatwright/goal", {"goal": "purchase", "properties": {}})
    return visit.press(2, "buy").route(4, "/basket").add(9, goal)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('journeys') / 'heatwright.db'}"
    with Store.open(url) as opened:
        for _ in range(2):
            bought(Visit(traits={"plan": "paying"})).keep(opened)
        Visit().press(3, "buy").route(9, "/help").keep(opened)
        Visit().press(5, "more").route(6, EVIL).keep(opened)
    return url


def run(store: str, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--store", store])


def plain(store: str, *words: str) -> Any:
    told = run(store, *words, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_a_funnel_of_the_command_line_counts_sessions(store: str) -> None:
    steps = ["/tea", 'clicked = "#buy"', "/basket", "goal = purchase"]
    [made] = plain(store, "funnel", *steps)
    assert [one["sessions"] for one in made["steps"]] == [4, 3, 2, 2]
    assert made["steps"][2]["seconds_since_step_before"] == [2, 2, 2]
    assert made["steps"][1]["dropped_to"] == [{"page": "/help", "sessions": 1}]
    [paying] = plain(store, "funnel", *steps, "--where", "trait.plan = paying")
    assert [one["sessions"] for one in paying["steps"]] == [2, 2, 2, 2]
    shown = run(store, "funnel", *steps)
    assert "75% (30%–95%)" in shown.stdout
    assert "/help 1" in shown.stdout
    assert "fewer than 30 sessions" in shown.output


def test_funnels_have_names_in_the_projects_file(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "heatwright.toml"
    file.write_text(CONFIG)
    for words in (["buying", "--config", str(file)], ["--config", str(file)]):
        [made] = plain(store, "funnel", *words)
        assert (made["funnel"], made["steps"][-1]["sessions"]) == ("buying", 2)
    monkeypatch.chdir(tmp_path)
    assert plain(store, "funnel", "buying")[0]["funnel"] == "buying"
    told = run(store, "funnel", "byuing")
    assert isinstance(told.exception, WrongUse)
    assert "buying" in told.exception.next_step


def test_without_any_funnel_one_is_asked_for(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(store, "funnel")
    assert isinstance(told.exception, WrongUse)
    assert "heatwright funnel / '/cart'" in told.exception.next_step


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[funnel]\n", "is no TOML"),
        ("[[funel]]\nname = 'a'", "funel is not known; did you mean funnel?"),
        ("[[funnel]]\nname = 'a'\nstep = ['/']", "did you mean steps?"),
        ("[[funnel]]\nname = 'a'\nsteps = ['/']", "'a' has one step"),
        ("[[funnel]]\nname = 'a'\nsteps = ['/', 'device = phone']", "holds all the time"),
        ("[[funnel]]\nname = 'a'\nsteps = '/'", "funnel.1.steps"),
        ("hide = '#notice'", "hide: Input should be a valid list"),
        ("hides = ['#notice']", "did you mean hide?"),
        ("[[funnel]]\nname = ' '\nsteps = ['/', '/a']", "funnel.1.name"),
        (2 * "[[funnel]]\nname = 'a'\nsteps = ['/', '/a']\n", "two funnels are called 'a'"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "heatwright.toml"
    file.write_text(text)
    with pytest.raises(WrongUse) as told:
        read_project(file)
    assert why in told.value.message
    assert "\n" not in told.value.message
    with pytest.raises(WrongUse, match="cannot be read"):
        read_project(tmp_path / "nowhere.toml")


def test_paths_tell_where_sessions_came_in_went_and_left(store: str) -> None:
    found = plain(store, "paths")
    assert found["entries"] == [{"pages": ["/tea"], "sessions": 4}]
    assert found["exits"][0] == {"pages": ["/basket"], "sessions": 2}
    assert {"pages": ["/tea", "/help"], "sessions": 1} in found["transitions"]
    assert plain(store, "paths", "--from", "/basket")["sessions"] == 2
    shown = run(store, "paths")
    assert "/tea → /basket" in shown.stdout
    assert "no session has a page view" in run(store, "paths", "--from", "/nowhere").output


def test_conversions_tell_users_from_viewers(store: str) -> None:
    found = plain(store, "conversions", "/tea", "--goal", "purchase")
    rows = {one["key"]: one for one in found["elements"]}
    assert found["sessions"] == 4
    assert (rows["id:buy"]["users"]["used"], rows["id:buy"]["users"]["seen"]) == (2, 3)
    assert rows["id:buy"]["viewers"]["seen"] == 1
    assert rows["id:more"]["users"]["used"] == 0
    assert rows["id:buy"]["difference"]["q"] is None
    shown = run(store, "conversions", "/tea", "--goal", "goal = purchase")
    assert "67% of 3" in shown.stdout
    assert "An association" in shown.output
    assert "nobody came to refund" in run(store, "conversions", "/tea", "--goal", "refund").output
