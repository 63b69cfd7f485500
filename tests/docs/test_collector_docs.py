"""What the page for operators says is what the collector does."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from recorder import limits
from recorder.collector import make_collector
from recorder.meters import Meters
from recorder.parts import HARVEST, METERS
from recorder.refusals import READ_STATUS, STATUS, EventRefusal, ReadRefusal, Refusal
from recorder.store import Store
from recorder.tokens import Scope
from tests.docs.sources import ROOT, collector_limits, doc, typed

PAGE = doc("collector.md")


def test_limits_are_those_of_the_code() -> None:
    documented = re.findall(r"^\| `[A-Z_]+` \| .+$", PAGE, flags=re.MULTILINE)
    wanted = collector_limits()
    assert documented == wanted, "the table should be:\n" + "\n".join(wanted)
    assert {row.split("`")[1] for row in wanted} == set(limits.__all__)


def table(heading: str) -> list[list[str]]:
    """Cells of the table whose first heading this is."""
    body = PAGE.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return [row.strip("| ").split(" | ") for row in body.splitlines()[2:]]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("batch refused", {(one.value, str(STATUS.get(one, 400))) for one in Refusal}),
        ("read refused", {(one.value, str(READ_STATUS[one])) for one in ReadRefusal}),
    ],
)
def test_refusals_have_their_status(heading: str, expected: set[tuple[str, str]]) -> None:
    said = {(name, row[1]) for row in table(heading) for name in re.findall(r"`(\w+)`", row[0])}
    assert said == expected


def test_reasons_of_events_and_scopes_are_all_there() -> None:
    for heading, names in (("event left out", EventRefusal), ("scope", Scope)):
        said = [name for row in table(heading) for name in re.findall(r"`(\w+)`", row[0])]
        assert sorted(said) == sorted(one.value for one in names)


def test_metrics_have_their_names(store_url: str) -> None:
    said = set(re.findall(r"`(heatwright_\w+)`", PAGE))
    with Store.open(store_url) as store:
        text = _meters(store).render("")[0].decode()
    ours = set(re.findall(r"^# HELP (heatwright_\w+)", text, re.MULTILINE))
    assert said == {name for name in ours if not name.endswith("_created")}


def _meters(store: Store) -> Meters:
    collector = make_collector(store)
    collector[HARVEST].outcomes["kept"] += 1
    return collector[METERS]


@pytest.fixture
def store_url(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def commands() -> list[list[str]]:
    """Every `heatwright …` line of the page, as its words."""
    lines = PAGE.replace("\\\n", " ").splitlines()
    return [shlex.split(one, comments=True) for one in lines if one.startswith("heatwright ")]


def test_commands_can_be_typed() -> None:
    found = commands()
    assert len(found) >= 10
    for words in found:
        typed(words)


@pytest.mark.parametrize("page", ["docs/collector.md", "THREAT_MODEL.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([\w-]+))?\)", text):
        if target.startswith("http"):
            continue
        assert not target or (ROOT / page).parent.joinpath(target).exists(), target
        assert target or anchor in anchors


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= 20
    for file, test in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{file}::{test}"
