"""Another distribution's `recorder`, `replay` or `heatmap` is noticed, not suffered."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from heatwright.shadowing import PACKAGES, find_shadows
from tests.packaging.conftest import run

REPORT = """
import json
from heatwright.shadowing import find_shadows
print(json.dumps([[s.package, s.sentence, s.next_step] for s in find_shadows()]))
"""


def report_with(folder: Path, root: Path) -> list[list[str]]:
    """What is found when `folder` comes before our packages on the path."""
    path = f"{folder}:{root}" if sys.platform != "win32" else f"{folder};{root}"
    done = run([sys.executable, "-c", REPORT], folder, {"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    shadows: list[list[str]] = json.loads(done.stdout)
    return shadows


def foreign_package(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()


def test_nothing_stands_before_ours_here() -> None:
    assert find_shadows() == []


def test_a_folder_before_ours_is_named(tmp_path: Path, project_root: Path) -> None:
    foreign_package(tmp_path, "recorder")
    ((package, sentence, step),) = report_with(tmp_path, project_root)
    assert package == "recorder"
    assert str(tmp_path / "recorder") in sentence
    assert "PYTHONPATH" in step


def test_another_distribution_is_named_with_the_way_out(tmp_path: Path, project_root: Path) -> None:
    foreign_package(tmp_path, "replay")
    info = tmp_path / "replay_tool-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: replay-tool\nVersion: 2.0\n")
    (info / "top_level.txt").write_text("replay\n")
    (info / "RECORD").write_text("replay/__init__.py,,\n")
    ((package, sentence, step),) = report_with(tmp_path, project_root)
    assert package == "replay"
    assert "installed by replay-tool" in sentence
    assert step.startswith("pip uninstall replay-tool")


def test_a_distribution_mixed_into_our_folder_is_noticed(
    tmp_path: Path, project_root: Path
) -> None:
    info = tmp_path / "heatmap-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: heatmap\nVersion: 0.1\n")
    (info / "top_level.txt").write_text("heatmap\n")
    ((package, sentence, _),) = report_with(tmp_path, project_root)
    assert package == "heatmap"
    assert "mixed with another package" in sentence


def test_a_missing_package_is_noticed(tmp_path: Path) -> None:
    shadows = find_shadows(tmp_path)
    assert {shadow.package for shadow in shadows} == set(PACKAGES)
