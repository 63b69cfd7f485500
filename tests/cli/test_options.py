"""What the options of the commands promise, and what fits together and what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from heatwright.cli import app
from heatwright.cli.options import refuse_equal_widths
from recorder.devices import DEVICES, Device, bare_width
from recorder.errors import WrongUse
from recorder.store import Store
from tests.cli.conftest import Run
from tests.support.forging import Forge, keep


def commands(group: Any, name: str = "heatwright") -> dict[str, Any]:
    """Every command below `group` by its full name."""
    below = getattr(group, "commands", None)
    if below is None:
        return {name: group}
    return {
        full: command
        for child, one in below.items()
        for full, command in commands(one, f"{name} {child}").items()
    }


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with one page, recorded once."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as opened:
        forge = Forge()
        keep(opened, "http://one.test/", forge.document(forge.element("p", {}, "one")))
    return url


def test_every_command_prints_json_and_all_but_the_demo_take_a_store() -> None:
    found = commands(typer.main.get_command(app))
    options = {
        name: {flag for param in command.params for flag in param.opts}
        for name, command in found.items()
    }
    assert len(options) >= 10
    assert [name for name, flags in options.items() if "--json" not in flags] == []
    assert [name for name, flags in options.items() if "--store" not in flags] == [
        "heatwright demo"
    ]
    assert all("Example: heatwright" in (command.help or "") for command in found.values())


def test_an_event_is_not_counted_within_a_page_view(run: Run, store: str) -> None:
    done = run("replay", "latest", "--at", "event:2", "--page-view", "1", "--store", store)

    assert done.returncode == 2
    assert "numbered through the whole session" in done.stderr


def test_two_devices_of_one_width_would_overwrite_each_other(
    run: Run, store: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    both = ("--device", "phone", "--width", "390", "--out", out, "--store", store)
    boxes = run("replay", "latest", "--boxes", *both)
    points = run("heatmap", "/", "--points", tmp_path / "points.csv", *both)

    for done, option in ((boxes, "--boxes"), (points, "--points")):
        assert done.returncode == 2, done.stderr
        assert "phone and 390 are both 390 px wide" in done.stderr and option in done.stderr
    assert not out.exists()


def test_devices_of_different_widths_are_no_trouble() -> None:
    refuse_equal_widths([*DEVICES.values(), bare_width(400)], "--boxes")
    with pytest.raises(WrongUse, match="both 390"):
        refuse_equal_widths([Device("mine", 390, 700), DEVICES["phone"]], "--boxes")


@pytest.mark.parametrize("command", [("replay", "nobody"), ("heatmap", "/nowhere")])
def test_what_does_not_exist_leaves_no_folder(
    run: Run, store: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    done = run(*command, "--store", store, "--out", out)

    assert done.returncode == 2 and not out.exists()


def test_a_path_on_two_sites_is_two_pages(run: Run, store: str, tmp_path: Path) -> None:
    with Store.open(store) as opened:
        forge = Forge()
        keep(opened, "http://two.test/", forge.document(forge.element("p", {}, "two")))
    here = ("--width", "400", "--out", tmp_path / "out", "--store", store)
    mixed = run("heatmap", "/", *here)
    named = run("heatmap", "/", "--where", 'site = "one.test"', "--json", *here)
    full = run("heatmap", "http://two.test/", "--json", *here)

    assert mixed.returncode == 2
    assert "2 sites: one.test, two.test" in mixed.stderr
    assert "--where 'site = \"one.test\"'" in mixed.stderr
    for done in (named, full):
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[0]["page_views"] == 1
