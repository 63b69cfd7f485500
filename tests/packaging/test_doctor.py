"""What the doctor says, and that looking changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from heatwright import doctor
from heatwright.doctor import Finding, examine, render


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_is_looked_at_once_and_nothing_is_created(elsewhere: Path) -> None:
    findings = examine()
    names = [finding.name for finding in findings]
    assert len(set(names)) == len(names) == 9
    assert [finding for finding in findings if finding.ok is False] == []
    assert list(elsewhere.iterdir()) == []


def test_a_missing_browser_is_one_finding_with_a_next_step(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEATWRIGHT_CHROMIUM", "/nowhere/chrome")
    (chromium,) = [finding for finding in examine() if finding.name == "Chromium"]
    assert chromium.ok is False
    assert chromium.next_step


def test_a_store_that_is_none_is_said_to_be_none(elsewhere: Path) -> None:
    (elsewhere / "notes.db").write_bytes(b"not a database at all, but long enough to be read" * 9)
    (store,) = [f for f in examine("sqlite:///notes.db") if f.name == "Store"]
    assert store.ok is False
    assert "check itself failed" not in store.detail


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise ZeroDivisionError("no reason")

    monkeypatch.setattr(doctor, "_opencv", broken)
    (opencv,) = [finding for finding in examine() if finding.name == "OpenCV"]
    assert opencv.ok is False
    assert "no reason" in opencv.detail


def test_table_prints_brackets_as_they_are() -> None:
    console = Console(width=80, color_system=None, record=True, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(render([Finding("Store", False, "[/red] is a name", "Do [this].")]))
    assert "[/red] is a name" in captured.get()
    assert "Do [this]." in captured.get()
