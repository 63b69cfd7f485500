"""One wheel and one sdist for all tests, and an environment with nothing but the wheel's needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BUILD_TIMEOUT_S = 120


def run(
    command: list[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    timeout_s: int = BUILD_TIMEOUT_S,
) -> subprocess.CompletedProcess[str]:
    """Run with the parent's environment plus `environment`; output is captured."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def build(root: Path, target: str, out: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Build one distribution of the tree at `root` without isolation; returns its path."""
    command: list[str | Path] = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d"]
    done = run([*command, out], root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="session")
def wheel(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(project_root, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(project_root, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def empty_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel and what it declares to need, nothing else.

    The dependencies are linked from the environment that runs the tests
    instead of being downloaded again: a forgotten one is missing all the same.
    """
    home = tmp_path_factory.mktemp("empty") / "venv"
    done = run([sys.executable, "-m", "venv", "--without-pip", home], home.parent)
    assert done.returncode == 0, done.stderr
    scheme = "nt" if os.name == "nt" else "posix_prefix"
    places = sysconfig.get_paths(scheme, {"base": str(home), "platbase": str(home)})
    programs, packages = Path(places["scripts"]), Path(places["purelib"])
    install: list[str | Path] = [sys.executable, "-m", "pip", "--python", programs / "python"]
    done = run([*install, "install", "--quiet", "--no-index", "--no-deps", wheel], home.parent)
    assert done.returncode == 0, done.stderr
    (ours,) = packages.glob("heatwright-*.dist-info")
    for needed in _closure(Distribution.at(ours)):
        _link(needed, packages)
    return programs


def _closure(start: Distribution) -> Iterator[Distribution]:
    """Everything that `start` requires without extras, directly or not, each once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(start, "")]
    while waiting:
        dist, extra = waiting.pop()
        for text in dist.requires or []:
            need = Requirement(text)
            if need.marker and not need.marker.evaluate({"extra": extra}):
                continue
            for wanted in ("", *sorted(need.extras)):
                key = (canonicalize_name(need.name), wanted)
                if key not in seen:
                    seen.add(key)
                    found = distribution(need.name)
                    waiting.append((found, wanted))
                    if not wanted:
                        yield found


def _link(dist: Distribution, packages: Path) -> None:
    """Give `packages` the files of an installed distribution, as hard links where it can."""
    for file in dist.files or []:
        if ".." in file.parts or file.suffix == ".pyc":
            continue  # programs in `bin` carry the other environment's path
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        source = Path(str(dist.locate_file(file)))
        try:
            os.link(source, target)
        except OSError:  # another file system
            shutil.copy2(source, target)
