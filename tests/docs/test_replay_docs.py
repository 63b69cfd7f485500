"""What the page about replaying shows can be typed, and does what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heatwright.cli import app
from recorder.store import DEFAULT_URL, Store
from tests.docs.sources import ROOT, doc
from tests.support.forging import Forge, incremental, keep, remember

PAGE = doc("replay.md")

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader would be: with a store at the usual place, one session in it."""
    here = tmp_path_factory.mktemp("reader")
    with Store.open(DEFAULT_URL.replace("///", f"///{here}/")) as store:
        f = Forge()
        node = f.document(f.element("button", {"id": "b"}, "Buy"))
        press = incremental(2, type=2, id=remember(node)["b"], x=5, y=5)
        keep(store, "http://docs.test/", node, press)
    return here


def test_every_command_of_the_page_writes_what_the_page_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert len(COMMANDS) >= 8
    for command in COMMANDS:
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, (command, done.output, done.exception)
        for printed in done.stdout.split():
            assert (folder / printed).stat().st_size > 0, command
    out = folder / "heatwright-out"
    assert {path.name for path in out.iterdir()} >= {
        "replay-800.png", "fidelity-800.json", "boxes-600-1.5s.json", "film-800.png",
        "film-800.json", "replay-phone-end.png",
    }  # fmt: skip
    assert (folder / "ticket.html.json").exists()
    assert len(list((folder / "films").glob("*/film-800.png"))) == 1


@pytest.mark.parametrize("program", [text for kind, text in BLOCKS if kind == "python"])
def test_every_program_of_the_page_runs(program: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGE)
    assert len(pictures) == 2
    assert all((ROOT / "docs" / picture).exists() for picture in pictures)
