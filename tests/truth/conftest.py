"""Gathers what the tests measure and ends the run with the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.tables import Measured

REPORT = "prove-report"

_MEASURED = pytest.StashKey[Measured]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MEASURED] = Measured()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Where a test puts its rows."""
    return request.config.stash[_MEASURED]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rows = config.stash[_MEASURED]
    lines = list(rows.lines())
    if not lines:
        return
    terminalreporter.section("measured against live pages")
    for line in lines:
        terminalreporter.write_line(line)
    folder = Path(config.rootpath) / REPORT
    if "prove" in config.getoption("markexpr") and "not prove" not in config.getoption("markexpr"):
        rows.write(folder)
        terminalreporter.write_line(f"\nwith the worst misses of each row: {folder}/")
