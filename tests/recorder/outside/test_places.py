"""What can be wrong with a place, said in one sentence, and what is kept all the same."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recorder import limits
from recorder.errors import StoreUnavailable, WrongUse
from recorder.store import Accepted, Store, Who
from recorder.store.outside.places import Folder, normal_url
from tests.recorder.filling import EVERYTHING, everything_of
from tests.recorder.making import ORIGIN, batch, custom, move
from tests.recorder.outside.yards import BucketYard, FolderYard, Yard
from tests.recorder.packing.pages import visit


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OBJECT_SECONDS", 1.0)
    monkeypatch.setattr(limits, "OBJECT_RETRIES", 1)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def filled(store: Store) -> str:
    """Three visitors, packed; the write key."""
    site = store.sites.add("shop", [ORIGIN])
    for name in ("ann", "bob", "cyd"):
        store.accept_many(visit(site.write_key, name), source="tag")
    store.compactor().run(EVERYTHING)
    return site.write_key


def holds_out(store: Store, key: str, words: str) -> None:
    """Batches are acknowledged and there; packing and erasing say what is wrong."""
    late = batch(key, [move(1)], visitor="dan", session="session-dan", document="document-dan")
    assert store.accept(late, source="tag") is Accepted.STORED
    assert len(store.events("document-dan")) == 1
    for work in (
        lambda: store.compactor().run(EVERYTHING),
        lambda: store.eraser().erase(Who("visitor", "ann")),
        lambda: store.events("document-bob"),
        lambda: store.eraser().sweep(),
        store.probe_blobs,
    ):
        with pytest.raises(StoreUnavailable, match=words) as caught:
            work()
        assert caught.value.next_step and caught.value.exit_code == 3
        assert "\n" not in caught.value.message and len(caught.value.message) < 250
    # He has left the database at once; his bodies go when they can.
    assert "ann" not in {row.visitor_id for row in store.sessions()}


def recovers(store: Store, yard: Yard) -> None:
    """What waited is done; the rest is as it was."""
    before = len(yard.bodies())
    store.eraser().erase(Who("visitor", "ann"))
    assert len(yard.bodies()) == before - 1
    assert store.compactor().run(EVERYTHING).left == {}
    found = everything_of(store)["events"]
    assert {name: len(events) > 0 for name, events in found.items()} == {
        f"document-{name}": True for name in ("bob", "cyd", "dan")
    }


def test_refused_credentials(bucket: BucketYard, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/store.db", blobs=bucket.url) as store:
        key = filled(store)
        bucket.server.refuse_strangers(refuse=True)
        try:
            holds_out(store, key, f"The blobs at {bucket.url} .* refuses the credentials")
        finally:
            bucket.server.refuse_strangers(refuse=False)
        recovers(store, bucket)


def test_an_object_store_that_is_gone_or_does_not_answer(
    bucket: BucketYard, silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url, blobs=bucket.url) as store:
        filled(store)
    for endpoint, words in (("http://127.0.0.1:1", "cannot be reached"), (silent, "in time")):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with Store.open(url) as store, pytest.raises(StoreUnavailable, match=words):
            store.events("document-bob")
        with (
            Store.open(f"sqlite:///{tmp_path}/new.db") as store,
            pytest.raises(StoreUnavailable, match=words),
        ):
            Store.open(f"sqlite:///{tmp_path}/new.db", blobs=bucket.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.server.endpoint)
    with Store.open(url) as store:
        assert len(store.events("document-bob")) > 3


def test_a_bucket_that_is_none(bucket: BucketYard, tmp_path: Path) -> None:
    """It is not remembered: another can be named."""
    url = f"sqlite:///{tmp_path}/store.db"
    with pytest.raises(StoreUnavailable, match="no such bucket"):
        Store.open(url, blobs="s3://no-such-bucket/x")
    with Store.open(url, blobs=bucket.url) as store:
        assert store.blobs == bucket.url


def test_a_disk_that_is_not_mounted_is_not_an_empty_one(folder: FolderYard, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/store.db", blobs=folder.url) as store:
        key = filled(store)
        moved = folder.gone()
        holds_out(store, key, "the folder is not there")
        assert not folder.root.exists()
        folder.back(moved)
        recovers(store, folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB. Only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """Nothing is half written, and batches go on."""
    yard = FolderYard(small_disk / "bodies")
    with Store.open(f"sqlite:///{tmp_path}/store.db", blobs=yard.url) as store:
        key = filled(store)
        bodies = yard.bodies()
        noisy = custom("noise", os.urandom(90_000).hex())
        one = batch(key, [noisy], visitor="dan", session="session-dan", document="document-dan")
        assert store.accept(one, source="tag") is Accepted.STORED
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            store.compactor().run(EVERYTHING)
        assert yard.bodies() == bodies
        assert len(store.events("document-dan")) == 1
        subprocess.run(["mount", "-o", "remount,size=1M", str(small_disk)], check=True)
        assert store.compactor().run(EVERYTHING).documents == 1
        assert len(yard.bodies()) == len(bodies) + 1


def test_a_body_is_synced_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a loss of power leaves a row that names an empty file, which obstore's folder does."""
    place = Folder("file:///x", tmp_path / "root")
    place.begin()
    seen: list[tuple[str, bool]] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        synced = os.readlink(f"/proc/self/fd/{handle}")
        seen.append((Path(synced).name, (tmp_path / "root/ab/abc").exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    place.put("abc", b"body")
    assert seen == [("root", False), ("abc.part", False), ("ab", True)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("file:///srv/blobs/", "file:///srv/blobs"),
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
    ],
)
def test_one_way_of_writing_a_place(given: str, expected: str) -> None:
    assert normal_url(given) == normal_url(expected) == expected


@pytest.mark.parametrize(
    "url",
    ["x", "/srv", "file://srv/x", "file:///", "file:///a/../b", "s3://", "s3:///x", "gs://b",
     "s3://key:secret@b", "s3://b?region=x", "s3://b:80/x", "s3://[", "http://b"],
)  # fmt: skip
def test_what_is_no_place(url: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not a URL for blobs") as caught:
        Store.open(f"sqlite:///{tmp_path}/store.db", blobs=url)
    assert "secret" not in caught.value.message


def test_a_store_remembers_its_place(folder: FolderYard, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url) as store:
        assert store.blobs is None
        filled(store)  # which stays in the database
        inside = everything_of(store)
    with Store.open(url, blobs=folder.url) as store:
        assert everything_of(store) == inside
    for again in (None, "", folder.url, folder.url + "/"):
        with Store.open(url, blobs=again) as store:
            assert store.blobs == folder.url
    with pytest.raises(WrongUse, match=rf"are at {folder.url}, not at {folder.url}2\."):
        Store.open(url, blobs=folder.url + "2")
    assert not Path(f"{folder.root}2").exists()


def test_a_bucket_that_keeps_versions_is_noticed(
    bucket: BucketYard, folder: FolderYard, tmp_path: Path
) -> None:
    keeping = bucket.server.bucket(versions=True)
    for place, keeps in ((f"s3://{keeping}", True), (bucket.url, False), (folder.url, False)):
        with Store.open(f"sqlite:///{tmp_path}/{place[:3]}{keeps}.db", blobs=place) as store:
            assert store.probe_blobs() is keeps


def test_small_bodies_stay_in_the_database(
    folder: FolderYard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OBJECT_BYTES_MIN", 50_000)
    with Store.open(f"sqlite:///{tmp_path}/store.db", blobs=folder.url) as store:
        filled(store)
        assert folder.bodies() == {}
        every: Any = everything_of(store)["events"]
        assert len(every) == 3
