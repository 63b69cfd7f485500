"""What is inside the wheel and the sdist, and that neither needs a Node on the machine."""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.packaging.conftest import build, run

SCRIPTS = {
    "recorder/static/heatwright.js",
    "recorder/static/heatwright-more.js",
    "recorder/static/heatwright-masks.js",
    "recorder/static/heatwright-canvas.js",
    "recorder/static/heatwright.mjs",
    "recorder/static/driven.js",
    "replay/static/stage.js",
    "replay/static/audit.js",
}

ALL_OURS = {f"recorder/static/heatwright-{part}.js" for part in ("more", "masks", "canvas")}
"""Scripts without a line of anybody else's."""

BUILD_FILES = (
    "hatch_build.py",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "tools/bundle.mjs",
    "tools/lean_rrweb.mjs",
)

NOWHERE = "http://127.0.0.1:9/"
"""A registry that cannot be reached: the discard port."""


def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sdist_names(sdist: Path) -> set[str]:
    """Names below the sdist's one top folder."""
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_wheel_holds_the_four_packages_and_nothing_beside_them(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in wheel_names(wheel)}
    metadata = {top for top in tops if top.endswith(".dist-info")}
    assert tops - metadata == {"heatwright", "recorder", "replay", "heatmap"}
    assert len(metadata) == 1


def test_wheel_holds_what_runs(wheel: Path, project_root: Path) -> None:
    names = wheel_names(wheel)
    assert names >= SCRIPTS
    assert "recorder/static/heatwright.d.ts" in names, "the ES module's types"
    for package in ("heatwright", "recorder", "replay", "heatmap"):
        assert f"{package}/py.typed" in names
        for kind in ("*.py", "*.mako", "*.j2", "*.html", "*.css", "*.sql"):
            for path in (project_root / package).rglob(kind):
                assert path.relative_to(project_root).as_posix() in names
    assert "heatwright/demo/site/home.html" in names
    assert any(name.startswith("recorder/store/migrations/versions/") for name in names)
    assert any(name.startswith("heatwright/report/templates/") for name in names)


def test_wheel_holds_nothing_that_only_builds_or_tests(wheel: Path) -> None:
    for name in wheel_names(wheel):
        path = PurePosixPath(name)
        assert not {"node_modules", "tests", "bench", "__pycache__"} & set(path.parts), name
        assert path.suffix not in {".map", ".inputs", ".pyc"}, name
        assert path.suffix != ".ts" or name.endswith(".d.ts"), name
        assert not name.endswith("package-lock.json"), name


def test_every_script_comes_with_the_licences_of_its_parts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for script in SCRIPTS - ALL_OURS:
            assert b"MIT" in archive.read(f"{script}.licenses.txt")
        for script in ALL_OURS:
            assert archive.read(f"{script}.licenses.txt") == b""
        assert any(name.endswith("/licenses/LICENSE") for name in archive.namelist())


def test_sdist_holds_sources_and_the_built_scripts(sdist: Path) -> None:
    names = sdist_names(sdist)
    needed = {"pyproject.toml", "hatch_build.py", "package-lock.json", ".npmrc", "LICENSE"}
    assert names >= needed | SCRIPTS | {f"{script}.inputs" for script in SCRIPTS}
    assert "recorder/client/tag.ts" in names
    assert not [name for name in names if "node_modules" in name or ".venv" in name]


def test_sdist_builds_the_same_wheel_without_node_or_npm(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    again = build(unpacked, "wheel", tmp_path / "out", {"PATH": "", "npm_config_registry": NOWHERE})
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(again) as theirs:
        assert set(ours.namelist()) == set(theirs.namelist())
        for script in SCRIPTS:
            assert ours.read(script) == theirs.read(script)


def copy_build_files(project_root: Path, tree: Path) -> None:
    (tree / "tools").mkdir()
    for name in BUILD_FILES:
        shutil.copy(project_root / name, tree / name)


@pytest.fixture(scope="module")
def build_inputs(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with what bundling takes: never built, never set up."""
    tree = tmp_path_factory.mktemp("tree")
    copy_build_files(project_root, tree)
    for folder in ("recorder/client", "replay/stage"):
        shutil.copytree(project_root / folder, tree / folder)
    return tree


def test_scripts_are_built_on_a_machine_without_node(build_inputs: Path) -> None:
    done = run([sys.executable, "hatch_build.py"], build_inputs, {"PATH": ""})
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("bundled ") == len(SCRIPTS)
    for script in SCRIPTS:
        text = (build_inputs / script).read_text(encoding="utf-8")
        assert len(text) > 1000 * text.count("\n"), "made small"
    assert not (build_inputs / "node_modules").exists()
    again = run([sys.executable, "hatch_build.py"], build_inputs, {"PATH": ""})
    assert (again.returncode, again.stdout) == (0, "")


def test_a_build_that_cannot_fetch_says_so_in_words(project_root: Path, tmp_path: Path) -> None:
    copy_build_files(project_root, tmp_path)
    shutil.copytree(project_root / "recorder/client", tmp_path / "recorder/client")
    unreachable = {
        "npm_config_registry": NOWHERE,
        "npm_config_fetch_retries": "0",
        "npm_config_cache": str(tmp_path / "cache"),
    }
    done = run([sys.executable, "hatch_build.py"], tmp_path, unreachable)
    assert done.returncode == 1
    assert done.stderr.startswith("hatch_build: npm-cli ci failed")
    assert "Traceback" not in done.stderr
