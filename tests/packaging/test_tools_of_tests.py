"""Finding and installing what only tests need, on machines that are made up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import firefox, postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


@dataclass(frozen=True)
class Tool:
    """`program` is what is looked for on PATH, `installed` where the package puts it."""

    program: str
    installed: str
    package: str
    variable: str
    find: Callable[[], Path]
    main: Callable[[], int]


TOOLS = [
    Tool("firefox", "firefox-esr", "firefox-esr", "HEATWRIGHT_FIREFOX",
         firefox.find_firefox, firefox.main),
    Tool("initdb", "15/bin/initdb", "postgresql", "HEATWRIGHT_POSTGRES",
         lambda: postgres.find_postgres() / "initdb", postgres.main),
]  # fmt: skip


@pytest.fixture(params=TOOLS, ids=["firefox", "postgres"])
def tool(request: pytest.FixtureRequest) -> Tool:
    found: Tool = request.param
    return found


def program(path: Path, body: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program; returns the only folder on its PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for one in TOOLS:
        monkeypatch.delenv(one.variable, raising=False)
    monkeypatch.setattr(postgres, "DEBIANS_FOLDER", programs)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return programs


def test_the_one_asked_for_goes_before_the_machines(
    tool: Tool, bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(bare_machine / tool.program)
    assert tool.find() == own
    asked = program(tmp_path / "other" / tool.program)
    is_folder = tool.program == "initdb"
    monkeypatch.setenv(tool.variable, str(asked.parent if is_folder else asked))
    assert tool.find() == asked


def test_one_asked_for_in_vain_is_not_replaced(
    tool: Tool,
    bare_machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program(bare_machine / tool.program)
    monkeypatch.setenv(tool.variable, "/nowhere/it")
    assert tool.main() == 3
    assert f"{tool.variable} is /nowhere/it" in capsys.readouterr().err


def test_apt_get_steps_in_where_there_is_none(tool: Tool, bare_machine: Path) -> None:
    made = bare_machine / tool.installed
    runs = f"/bin/cp {program(bare_machine / 'model')}"
    wanted = (
        f'[ "$1" = update ] || {{ /bin/mkdir -p {made.parent}; {runs} {made}; '
        f"{runs} {made.parent}/postgres; }}"
    )
    program(bare_machine / "apt-get", wanted)
    assert tool.main() == 0
    assert tool.find() == made


def test_an_installation_that_fails_is_quoted(
    tool: Tool, bare_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(bare_machine / "apt-get", "echo no space left on the device; exit 100")
    assert tool.main() == 3
    said = capsys.readouterr().err
    assert f"install {tool.package}: no space left on the device" in said
    assert f"set {tool.variable}" in said


def test_without_apt_get_the_way_out_is_named(
    tool: Tool, bare_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main() == 3
    assert f"set {tool.variable}" in capsys.readouterr().err


def test_debians_newest_is_taken(bare_machine: Path) -> None:
    for version in ("9.6", "15", "17"):
        program(bare_machine / version / "bin" / "initdb")
    assert postgres.find_postgres() == bare_machine / "17" / "bin"
