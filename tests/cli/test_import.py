"""`heatwright import` and `export`: recordings in, what became of each, and out again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.recorder.making import meta, snapshot
from tests.recorder.test_importing import PAGE, VISIT


def test_a_folder_is_imported_and_what_is_wrong_is_said(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(VISIT), encoding="utf-8")
    (folder / "same.json.gz").write_bytes(gzip.compress(json.dumps(VISIT).encode()))
    other = [meta(0, "https://shop.example/b"), snapshot(PAGE, 1), {"type": 77, "timestamp": 1}]
    (folder / "two.jsonl").write_text("\n".join(map(json.dumps, other)), encoding="utf-8")
    (folder / "broken.json").write_text("{", encoding="utf-8")
    store = f"sqlite:///{tmp_path}/store.db"

    done = run("import", folder, "--trait", "plan=free", "--json", "--store", store)
    assert done.returncode == 2, "one file could not be imported"
    assert "1 of 4 files could not be imported" in done.stderr
    told = json.loads(done.stdout)
    assert [Path(one["file"]).name for one in told["taken"]] == [
        "one.json",
        "same.json.gz",
        "two.jsonl",
    ]
    assert [one["new"] for one in told["taken"]] == [True, False, True]
    assert told["taken"][2]["refused"] == {"unknown_event_type": 1}
    assert [Path(one["file"]).name for one in told["refused"]] == ["broken.json"]

    (folder / "broken.json").unlink()
    again = run("import", folder, "--store", store)
    assert again.returncode == 0, again.stderr
    assert "imported 0 sessions" in again.stderr
    assert "3 were there already" in again.stderr

    sessions = json.loads(run("sessions", "--json", "--store", store).stdout)
    assert {one["id"] for one in sessions} == {one["session"] for one in told["taken"]}
    assert {one["site_id"] for one in sessions} == {"shop.example"}
    assert all(one["traits"] == {"plan": "free"} for one in sessions)

    out = tmp_path / "out.json"
    gave = run("export", told["taken"][0]["session"], "--rrweb", out, "--store", store)
    assert gave.returncode == 0, gave.stderr
    assert json.loads(out.read_bytes()) == VISIT


def test_nothing_to_import_is_wrong_use(run: Run, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    for given, said in (
        (tmp_path, "no recordings"),
        (tmp_path / "missing.json", "No such file"),
    ):
        done = run("import", given, "--store", store)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
