"""`heatwright assets`: a build's files are archived by release, and what became of each is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recorder.store import Store
from tests.cli.conftest import Run

BASE = "https://shop.example/static/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    files = {
        "app.css": b"body { color: red }",
        "img/logo one.png": PNG,
        "app.js": b"alert(1)",
        "fonts/a.woff2": b"wOF2" + bytes(20),
        "index.css": b"<!doctype html><title>not found</title>",
        ".secret/a.css": b"p {}",
    }
    folder = tmp_path / "dist"
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


def test_releases_keep_their_files(run: Run, build: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url) as store:
        store.sites.add("shop", ["https://shop.example"])

    def push(release: str, base: str = BASE) -> dict[str, object]:
        done = run(
            *("assets", "push", build, "--base-url", base, "--release", release),
            *("--json", "--store", url),
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, object] = json.loads(done.stdout)
        return told

    assert push("1.0")["files"] == {"kept": 3, "no_asset": 2}
    (build / "app.css").write_bytes(b"body { color: green }")
    push("2.0")
    push("2.0", BASE.rstrip("/"))
    with Store.open(url) as store:
        bodies = {
            release: getattr(store.asset("shop", BASE + "app.css", None, release), "body", None)
            for release in ("1.0", "2.0", "3.0", None)
        }
        red, green = b"body { color: red }", b"body { color: green }"
        assert bodies == {"1.0": red, "2.0": green, "3.0": green, None: green}
        # Cache busters are no part of a file's name.
        busted = store.asset("shop", BASE + "app.css?v=17", None, "1.0")
        assert busted is not None
        assert busted.body == red
        assert store.asset("shop", BASE + "img/logo%20one.png", None, "1.0") is not None
        # Unchanged files are kept once, and for both releases.
        assert store.asset_volume("shop") == len(red) + len(green) + len(PNG) + 24
    listed = run("assets", "list", "--json", "--store", url)
    assert {row["outcome"] for row in json.loads(listed.stdout)["assets"]} == {"kept"}
    assert "3 kept" in run("assets", "list", "--store", url).stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"--base-url": "https://cdn.example/"}, "No site has the origin https://cdn.example"),
        ({"--base-url": "dist/"}, "not where files are served"),
        ({"--release": ""}, "A release has 1 to"),
        ({"--site": "other"}, "no site 'other'"),
    ],
)
def test_a_slip_is_wrong_use(
    run: Run, build: Path, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    options = {"--base-url": BASE, "--release": "1", "--store": f"sqlite:///{tmp_path}/store.db"}
    given = [word for pair in (options | changes).items() for word in pair]
    done = run("assets", "push", build, *given)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
