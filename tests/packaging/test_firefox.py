"""Finding and installing the Firefox of the tests, on machines that are made up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import firefox
from tools.firefox import NoFirefox, find_firefox, install_firefox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


def program(path: Path, body: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program; returns the only folder on its PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.delenv("HEATWRIGHT_FIREFOX", raising=False)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return programs


def test_the_one_asked_for_goes_before_the_machines(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(bare_machine / "firefox")
    assert find_firefox() == own
    asked = program(tmp_path / "another")
    monkeypatch.setenv("HEATWRIGHT_FIREFOX", str(asked))
    assert find_firefox() == asked


def test_one_asked_for_in_vain_is_not_replaced(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(bare_machine / "firefox")
    monkeypatch.setenv("HEATWRIGHT_FIREFOX", "/nowhere/firefox")
    assert firefox.main() == 3
    assert "HEATWRIGHT_FIREFOX is /nowhere/firefox" in capsys.readouterr().err


def test_apt_get_steps_in_where_there_is_none(bare_machine: Path) -> None:
    made = bare_machine / "firefox-esr"
    wanted = f'[ "$1" = update ] || {{ echo "#!/bin/sh" > {made}; /bin/chmod 755 {made}; }}'
    program(bare_machine / "apt-get", wanted)
    assert firefox.main() == 0
    assert find_firefox() == made


def test_an_installation_that_fails_is_quoted(bare_machine: Path) -> None:
    program(bare_machine / "apt-get", "echo no space left on the device; exit 100")
    with pytest.raises(NoFirefox, match=r"no space left on the device .*Put a Firefox on PATH"):
        install_firefox()


def test_without_apt_get_the_way_out_is_named(bare_machine: Path) -> None:
    with pytest.raises(NoFirefox, match="HEATWRIGHT_FIREFOX"):
        install_firefox()
