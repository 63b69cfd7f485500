"""What the page about comparing names is what there is."""

from __future__ import annotations

import re

import pytest

from heatmap.comparison import Verdict
from heatwright.gates import parse_rule
from heatwright.gates.grammar import METRICS
from tests.docs.sources import doc

PAGE = doc("compare.md")
RULES = re.findall(r"`((?:{})(?:\([^`]*\))? [^`]+)`".format("|".join(METRICS)), PAGE)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_page_can_be_read(rule: str) -> None:
    parse_rule(rule)


def test_every_metric_and_verdict_has_its_row() -> None:
    assert len(RULES) >= len(METRICS)
    assert set(METRICS) == set(re.findall(r"^\| `(\w+)` \| .* \| .* \|$", PAGE, re.MULTILINE))
    for verdict in Verdict:
        assert f"`{verdict.value}`" in PAGE
