"""`docs/heatmap.md` says what the code does."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from heatmap.friction import Trouble
from heatmap.statuses import Kind
from heatmap.thresholds import TABLE, Rule
from heatwright.cli import app
from tests.docs.sources import doc, typed

PAGE = doc("heatmap.md")


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.what)
def test_every_rule_is_in_the_table_with_its_source(rule: Rule) -> None:
    assert f"| `{rule.what}` | {rule.rule} | {rule.source} |" in PAGE


def test_every_kind_and_trouble_is_explained() -> None:
    rows = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert {kind.value for kind in Kind} <= set(re.findall(r"`([a-z_]+)`", rows))
    assert {trouble.value for trouble in Trouble} <= {rule.what for rule in TABLE}


def test_commands_can_be_typed() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("heatwright ")]
    assert len(lines) > 4
    for line in lines:
        assert typed(shlex.split(line))
    assert CliRunner().invoke(app, ["friction", "--help"]).exit_code == 0
