"""Promises about the files of the repository themselves."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.conftest import run

# Written in parts, so that this file is not its own finding.
REGISTRIES = [
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "npm." + "pkg.github",
    "pypi." + "org",
    "pythonhosted" + ".org",
    "deb.debian" + ".org",
]


@pytest.fixture(scope="module")
def committed(project_root: Path) -> list[Path]:
    """Every file that git tracks or would take."""
    if not (project_root / ".git").exists() or not shutil.which("git"):
        pytest.skip("only a checkout knows what is committed")
    listed = run(["git", "ls-files", "-z", "-co", "--exclude-standard"], project_root).stdout
    paths = [project_root / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_holds_a_registrys_address(committed: list[Path]) -> None:
    pattern = re.compile("|".join(map(re.escape, REGISTRIES)).encode())
    assert [path for path in committed if pattern.search(path.read_bytes())] == []


def test_nothing_built_or_installed_is_committed(committed: list[Path]) -> None:
    for path in committed:
        assert "node_modules" not in path.parts
        assert not (path.parent.name == "static" and path.suffix == ".js"), path


def test_lock_file_names_no_place_to_fetch_from(project_root: Path) -> None:
    lock = json.loads((project_root / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert "resolved" not in entry, path
        assert entry["integrity"].startswith("sha512-"), path


def test_constraints_are_exact_and_fit_every_declared_range(project_root: Path) -> None:
    lines = (project_root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) for pin in pins)
    pinned = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pins}
    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    needs = [*project["project"]["dependencies"], *(need for extra in extras for need in extra)]
    for need in map(Requirement, [*needs, *project["build-system"]["requires"]]):
        assert need.specifier.contains(pinned[canonicalize_name(need.name)]), need


def test_browser_side_versions_are_exact(project_root: Path) -> None:
    package = json.loads((project_root / "package.json").read_text(encoding="utf-8"))
    for group in ("dependencies", "devDependencies"):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package[group].values())
