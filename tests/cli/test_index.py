"""What QA asks of a store: which sessions, at which second, and which errors in how many."""

from __future__ import annotations

import json

import pytest

from recorder.store import Store
from tests.cli.conftest import Run
from tests.recorder.visits import NOVEMBER, ORIGIN, Visit


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('qa') / 'store.db'}"
    with Store.open(url) as opened:
        key = opened.sites.add("shop", [ORIGIN]).write_key
        for number in range(3):
            visit = Visit(
                *(f"session-{number}", f"visitor-{number % 2}", NOVEMBER + number * 60_000),
                presses=("img", "buy"),
                errors=(f"item {number} is gone \x1b[31m",),
                release=f"1.{number}",
            )
            visit.keep(opened, key)
    return url


def test_sessions_say_at_which_second_it_happened(run: Run, store: str) -> None:
    where = ("--where", 'clicked = "#buy" and errors > 0', "--store", store, "--limit", "2")
    table, told = run("sessions", *where), run("sessions", *where, "--json")
    assert table.returncode == told.returncode == 0, table.stderr + told.stderr
    assert "Sessions: 2 of 3" in table.stdout
    assert '4.0 s clicked "Buy now"' in table.stdout
    newest, _ = json.loads(told.stdout)
    assert (newest["id"], newest["device"], newest["clicks"]) == ("session-2", "phone", 2)
    assert newest["hits"][1] == {
        "field": "clicked",
        "kind": "press",
        "value": "Buy now",
        "at_ms": 4000,
        "document": "session-2-document-0",
    }
    assert "2 of 3 sessions" in told.stderr


def test_errors_say_what_to_replay(run: Run, store: str) -> None:
    told = run("errors", "--store", store, "--json")
    table = run("errors", "--where", "release != 1.2", "--store", store)
    (group,) = json.loads(told.stdout)
    assert (group["sessions"], group["visitors"], group["count"]) == (3, 2, 3)
    assert (group["session"], group["at_ms"]) == ("session-2", 300)
    assert "session-1 --at 0.300s" in table.stdout
    assert "\x1b" not in table.stdout and "item 1 is gone" in table.stdout


def test_a_selector_that_cannot_be_answered_is_wrong_use(run: Run, store: str) -> None:
    done = run("sessions", "--where", 'clicked = "li:first-child"', "--store", store)
    assert done.returncode == 2
    assert ":first-child is not known of what was pressed" in done.stderr
