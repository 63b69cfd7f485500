"""`docs/journeys.md` says what the code does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from heatmap.journeys import parse_step
from heatmap.journeys.paths import LENGTH
from heatwright.project import read_project
from recorder.errors import WrongUse
from recorder.expressions import FIELDS
from tests.docs.sources import doc, typed

PAGE = doc("journeys.md")
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("heatwright ")]
EXAMPLES = {"clicked": "= '#a'", "raged": "= '#a'", "visited": "= /a"}


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_can_be_typed(line: str) -> None:
    steps = typed(shlex.split(line)).get("steps") or ()
    for step in steps:
        if len(steps) > 1:
            parse_step(step)


def test_the_example_of_the_file_is_read(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "heatwright.toml"
    file.write_text(example)
    assert [one.name for one in read_project(file).funnel] == ["checkout"]


def test_what_can_be_a_step_is_named_and_nothing_else() -> None:
    said = PAGE.partition("(expressions.md): ")[2].partition(".")[0]
    named = set(re.findall(r"`(\w+)`", said))
    can = set()
    for name in FIELDS:
        try:
            parse_step(f"{name} {EXAMPLES.get(name, '= 1')}")
        except WrongUse:
            continue
        can.add(name)
    assert named == can


def test_ways_are_as_long_as_the_page_says() -> None:
    assert LENGTH == 6
    assert "their first six pages" in " ".join(PAGE.split())
