"""`docs/accessibility.md` says what the code does."""

from __future__ import annotations

import shlex

import pytest

from heatmap.accessibility import ENHANCED_PX
from tests.docs.sources import doc, typed

PAGE = doc("accessibility.md")


@pytest.mark.parametrize(
    "line", [line for line in PAGE.splitlines() if line.startswith("heatwright ")]
)
def test_commands_can_be_typed(line: str) -> None:
    assert typed(shlex.split(line))["page"]


def test_our_own_rules_are_named_with_their_size() -> None:
    assert f"below {ENHANCED_PX:.0f} px (2.5.5, AAA)" in PAGE
    for rule in ("keyboard", "target-size-enhanced"):
        assert f"| `{rule}` |" in PAGE
