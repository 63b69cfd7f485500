"""`heatwright replay`: which files it writes, what it says of them, and how it ends."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import pytest

from recorder.errors import BrokenRecording
from recorder.store import Store
from tests.cli.conftest import Run
from tests.support.forging import Forge, incremental, keep, keep_events, remember

URL = "http://one.test/"


def recorded(store: Store, width: int = 800) -> str:
    f = Forge()
    style = f.element("style", {}, "@media (max-width: 600px) { p { color: red } }")
    node = f.document(f.element("p", {"id": "p"}, "text"), head=(style,))
    press = incremental(2, type=2, id=remember(node)["p"], x=20, y=20)
    return keep(store, URL, node, press, width=width).session.id


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as opened:
        recorded(opened)
    return url


def broken(url: str) -> str:
    """A recording whose snapshot never came."""
    with Store.open(url) as opened:
        meta = {"type": 4, "timestamp": 1_790_000_000_000, "data": {"href": URL, "width": 800}}
        with suppress(BrokenRecording):  # it is stored, though it makes no moment
            keep_events(opened, URL, [meta])
        return opened.sessions()[-1].id


def ran(run: Run, *arguments: Any) -> Any:
    done = run("replay", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def size(entry: Any) -> tuple[int, int]:
    """Height and width of a picture."""
    picture = cv2.imread(entry["picture"])
    assert picture is not None
    return picture.shape[0], picture.shape[1]


def test_moments_times_devices(run: Run, store: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = ran(
        run, "latest", "--at", "0s", "--at", "end", "--at", "event:2", "--at", "0", "--boxes",
        "--width", "700", "--width", "1000", "--out", out, "--store", store,
    )  # fmt: skip
    names = [Path(entry["picture"]).name for entry in made]
    assert names == [
        f"replay-{width}-{time}.png" for time in ("0s", "end", "event-2") for width in (700, 1000)
    ]
    for entry in made:
        assert size(entry)[1] == entry["width"]
        assert json.loads(Path(entry["boxes"]).read_text())["at"] == entry["at"]
        assert json.loads(Path(entry["fidelity"]).read_text())["inner"][0] == entry["width"]
    one = ran(run, "latest", "--width", "700", "--boxes", "--out", out / "one", "--store", store)
    assert [Path(one[0][name]).name for name in ("picture", "fidelity", "boxes")] == [
        "replay-700.png", "fidelity-700.json", "boxes-700.json",
    ]  # fmt: skip


def test_many_sessions_are_replayed_and_those_that_cannot_be_are_told(
    run: Run, store: str, tmp_path: Path
) -> None:
    with Store.open(store) as opened:
        others = [recorded(opened) for _ in range(2)]
    bad = broken(store)
    out = tmp_path / "many"
    done = run("replay", "--where", "width > 1", "--out", out, "--store", store)
    assert done.returncode == 2, done.stderr
    pictures = done.stdout.split()
    assert len(pictures) == 3 and all(Path(one).exists() for one in pictures)
    assert {Path(one).parent.name for one in pictures} >= set(others)
    assert f"failed: session {bad} at end" in done.stderr and "no full snapshot" in done.stderr
    assert "3 written, 1 failed" in done.stderr
    told = run(
        "replay", "--where", "width > 1", "--limit", "1", "--out", out, "--store", store, "--json"
    )
    assert told.returncode == 0 and "1 of 4 sessions" in told.stderr
    assert [entry["session"] in others for entry in json.loads(told.stdout)] == [True]


def test_another_recording_is_taken_loudly_and_only_if_it_may(
    run: Run, store: str, tmp_path: Path
) -> None:
    with Store.open(store) as opened:
        wide = opened.sessions()[0].id
        narrow = recorded(opened, width=400)
    here = (wide, "--width", "390", "--out", tmp_path / "out", "--store", store)
    done = run("replay", *here, "--json")
    assert f"taken from session {narrow}" in done.stderr
    (entry,) = json.loads(done.stdout)
    assert entry["session"] == wide
    assert entry["taken_from"] | {"document": ""} == {
        "session": narrow, "document": "", "at": 2, "width": 400, "release": None,
    }  # fmt: skip
    (own,) = ran(run, *here, "--only-this-session")
    assert own["taken_from"] is None
    assert any("extrapolated from 800 px" in remark for remark in own["remarks"])


def test_film_and_file_are_written_beside_the_picture(run: Run, store: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / "ticket.html"
    made = ran(
        run, "latest", "--film", "--moment-html", file, "--viewport",
        "--out", tmp_path / "out", "--store", store,
    )  # fmt: skip
    picture, page, film = made
    assert size(picture) == (600, 800)
    assert json.loads(Path(picture["fidelity"]).read_text())["pointer"] == "drawn"
    assert Path(page["moment_html"]) == file and b"default-src 'none'" in file.read_bytes()
    assert json.loads(Path(page["fidelity"]).read_text())["reparsed"]["displaced"] == 0
    assert cv2.imread(film["film"]) is not None
    assert [frame["what"] for frame in json.loads(Path(film["fidelity"]).read_text())["frames"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Either one session is replayed"),
        (("latest", "--where", "clicks > 0"), "Either one session is replayed"),
        (("latest", "--at", "0s", "--at", "end", "--moment-html", "x.html"), "one moment of one"),
        (("--where", "clicks > 0", "--moment-html", "x.html"), "one moment of one"),
        (("--where", "colour = red"), "colour"),
        (("--where", "errors > 0"), "No session fits"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    run: Run, store: str, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    out = tmp_path / "none"
    done = run("replay", *arguments, "--out", out, "--store", store, cwd=tmp_path)
    assert done.returncode == 2 and sentence in done.stderr
    assert not out.exists() and not (tmp_path / "x.html").exists()
