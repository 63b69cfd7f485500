"""`--blobs`: said once, remembered, and what is wrong with it told in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heatwright import doctor
from recorder.store import Store
from tests.cli.conftest import Run, Say
from tests.recorder.making import ORIGIN, batch, custom


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


def files(root: Path) -> list[Path]:
    return [file for file in root.rglob("*") if file.is_file()]


def test_a_store_is_told_once(run: Run, say: Say, store: str, tmp_path: Path) -> None:
    with Store.open(store) as opened:
        key = opened.sites.add("shop", [ORIGIN]).write_key
        one = batch(key, [custom("noise", os.urandom(20_000).hex())], visitor="ann")
        opened.accept(one, source="driven")
    root = tmp_path / "bodies"
    say("compact", "--blobs", root.as_uri())
    assert len(files(root)) == 1

    other = run(
        "sessions", "--store", store, env=os.environ | {"HEATWRIGHT_BLOBS": "file:///other"}
    )
    assert other.returncode == 2
    assert f"are at {root.as_uri()}, not at file:///other" in other.stderr

    gone = root.rename(tmp_path / "moved")
    lost = run("erase", "--visitor", "ann", "--yes", "--store", store)
    assert lost.returncode == 3
    assert "the folder is not there. What was removed has left the database" in lost.stderr
    gone.rename(root)
    say("erase", "--visitor", "ann", "--yes")
    assert files(root) == []


def test_a_bucket_without_credentials(run: Run, store: str) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    # Nobody there who would hand out a role: Amazon's machines have somebody.
    bare["AWS_METADATA_ENDPOINT"] = "http://127.0.0.1:1"
    done = run(
        "sites", "list", "--store", store, env=bare | {"HEATWRIGHT_BLOBS": "s3://some/where"}
    )
    assert done.returncode == 3
    assert "The blobs at s3://some/where are not available: there are no credentials" in done.stderr


def test_the_doctor_tries_the_place(store: str, tmp_path: Path) -> None:
    def blobs(asked: str | None = None) -> tuple[bool | None, str]:
        found = doctor._blobs(store, asked)  # the whole of it starts a browser each time
        return found.ok, found.detail

    root = tmp_path / "bodies"
    assert blobs() == (True, "large bodies are in the store itself")
    assert blobs(root.as_uri())[1].startswith("none yet")
    assert blobs("x")[0] is False
    assert not (tmp_path / "store.db").exists() and not root.exists()
    Store.open(store, blobs=root.as_uri()).close()
    assert blobs() == (True, f"{root.as_uri()} can be written")
    assert files(root) == []
    assert blobs("file:///other")[0] is False
    root.rename(tmp_path / "moved")
    ok, detail = blobs()
    assert ok is False and detail.endswith("the folder is not there.")
