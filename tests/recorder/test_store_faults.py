"""The disk is full, read-only, locked or damaged; the process is killed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.errors import StoreUnavailable
from recorder.sites import Site
from recorder.store import Accepted, Store
from recorder.store.lock import FileLock, LockTimeout
from tests.recorder.making import ORIGIN, batch, custom, move

ROOT = Path(__file__).parents[2]


def noise(at: int) -> object:
    """An event that does not compress."""
    return custom("noise", os.urandom(20_000).hex(), at)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte. Only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here; the limit of a file's size is tested")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    with Store.open(f"sqlite:///{small_disk}/store.db") as store:
        site = store.sites.add("shop", [ORIGIN])

        acknowledged: list[int] = []

        def fill() -> None:
            for number in range(1_000):
                one = batch(site.write_key, [noise(number)], sequence=number)
                store.accept(one, source="tag")
                acknowledged.append(number)

        with pytest.raises(StoreUnavailable, match="disk is full") as caught:
            fill()
        assert caught.value.next_step
        accepted = len(acknowledged)
        assert accepted > 3
        assert len(store.events("document-1")) == accepted
        # Room again: the same store goes on without being opened anew.
        subprocess.run(["mount", "-o", "remount,size=8M", str(small_disk)], check=True)
        again = batch(site.write_key, [move(1)], sequence=accepted)
        assert store.accept(again, source="tag") is Accepted.STORED
    with Store.open(f"sqlite:///{small_disk}/store.db") as store:
        assert len(store.events("document-1")) == accepted + 1


def test_no_room_for_a_new_store(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(1024 * 1024 - 8192))
    with pytest.raises(StoreUnavailable):
        Store.open(f"sqlite:///{small_disk}/store.db")


def test_a_read_only_disk(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for folder in ("", "new/"):
        with pytest.raises(StoreUnavailable, match=r"cannot be opened: .+\.") as caught:
            Store.open(f"sqlite:///{small_disk}/{folder}store.db")
        assert "--store" in caught.value.next_step


FILE_LIMIT = """
import resource, signal, sys
from recorder.errors import StoreUnavailable
from recorder.store import Store
from tests.recorder.making import ORIGIN, batch
from tests.recorder.test_store_faults import noise

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, resource.RLIM_INFINITY))
with Store.open(sys.argv[1]) as store:
    site = store.sites.add("shop", [ORIGIN])
    for number in range(1000):
        try:
            store.accept(batch(site.write_key, [noise(number)], sequence=number), source="tag")
        except StoreUnavailable as error:
            print(number, len(store.events("document-1")), error.message, "|", error.next_step)
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes there")
def test_a_file_that_cannot_grow_loses_nothing(store_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT, store_url],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    accepted, readable, *_ = done.stdout.split()
    assert int(accepted) == int(readable) > 3
    assert "is not available" in done.stdout
    with Store.open(store_url) as store:
        assert len(store.events("document-1")) == int(accepted)


def test_rubbish_is_not_a_store(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"These are my notes. " * 400)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_bytes() == b"These are my notes. " * 400


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("x")
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/store/heatwright.db")


def test_a_locked_store_says_so_and_recovers(store_url: str) -> None:
    with Store.open(store_url, lock_seconds=0.2) as store:
        site = store.sites.add("shop", [ORIGIN])
        other = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.accept(batch(site.write_key), source="tag")
        other.execute("ROLLBACK")
        other.close()
        assert store.accept(batch(site.write_key), source="tag") is Accepted.STORED


def test_the_lock_excludes_other_opens_and_threads(tmp_path: Path) -> None:
    first, second = (FileLock(tmp_path / "lock", 0.05) for _ in range(2))
    with first.held():
        with pytest.raises(LockTimeout), second.held():
            pass
        failures: list[BaseException] = []

        def try_in_thread() -> None:
            try:
                with first.held():
                    pass
            except LockTimeout as error:
                failures.append(error)

        thread = threading.Thread(target=try_in_thread)
        thread.start()
        thread.join()
        assert len(failures) == 1
    with second.held():
        pass
    first.close()
    second.close()


WRITER = """
import sys
from recorder.store import Store
from tests.recorder.making import batch
from tests.recorder.test_store_faults import noise

store = Store.open(sys.argv[1])
for number in range(100_000):
    store.accept(
        batch(sys.argv[2], [noise(number)], document=sys.argv[3], sequence=number), source="tag"
    )
    print(number, flush=True)
"""


def start_writer(store_url: str, site: Site, document: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url, site.write_key, document],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_what_was_acknowledged_survives_kill(store_url: str) -> None:
    """Two writers and their checkpoints at once, both killed without warning."""
    with Store.open(store_url) as store:
        site = store.sites.add("shop", [ORIGIN])
    writers = {name: start_writer(store_url, site, name) for name in ("one", "two")}
    acknowledged = {}
    try:
        for writer in writers.values():
            assert writer.stdout is not None
            for line in writer.stdout:
                if int(line) >= 60:
                    break
    finally:
        for name, writer in writers.items():
            writer.kill()
            out, _ = writer.communicate()
            acknowledged[name] = max([60, *(int(line) for line in out.split()[:-1])])
    with Store.open(store_url) as store:
        for name, last in acknowledged.items():
            assert len(store.events(name)) > last
            assert store.gaps(name) == []
    with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_checkpoints_keep_the_log_short(
    store: Store, site: Site, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.store.engine.CHECKPOINT_WAL_BYTES", 200_000)
    log = Path(store_url.removeprefix("sqlite:///") + "-wal")
    sizes = []
    for number in range(200):
        store.accept(batch(site.write_key, [noise(number)], sequence=number), source="tag")
        sizes.append(log.stat().st_size)
    assert min(sizes[100:]) < 200_000
    assert max(sizes) < 3_000_000
    assert len(store.events("document-1")) == 200
