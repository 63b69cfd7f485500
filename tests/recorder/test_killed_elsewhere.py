"""`kill -9` where nothing is received: while a store is upgraded, while a session is exported."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import QueuePool

from recorder.errors import StoreUnavailable
from recorder.store import Store
from tests.recorder.making import NOW, ORIGIN, batch, custom, meta
from tests.recorder.test_write_keys import old_store

ROOT = Path(__file__).parents[2]

SESSIONS = 4_000
KILLS = 5

UPGRADE = (
    "import sys; from recorder.store import Store; print('go', flush=True);"
    " Store.open(sys.argv[1]).close()"
)


def started(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def upgraded(file: Path, killed_after: float | None = None) -> float:
    """Upgrades in a process of its own; seconds that it took, or -1 if it was killed before."""
    process = started("-c", UPGRADE, f"sqlite:///{file}")
    assert process.stdout is not None
    process.stdout.readline()
    began = time.monotonic()
    try:
        process.wait(killed_after)
    except subprocess.TimeoutExpired:
        process.kill()
    code = process.wait()
    process.stdout.close()
    return time.monotonic() - began if code == 0 else -1.0


def test_an_upgrade_that_is_killed_is_done_by_the_next_opening(tmp_path: Path) -> None:
    chance = random.Random(4)  # noqa: S311 - the same each time, no secret
    old = Path(old_store(f"sqlite:///{tmp_path}/old/store.db"))
    connection = sqlite3.connect(old)
    for number in range(SESSIONS):
        connection.execute(
            "INSERT INTO sessions (id, site_id, visitor_id, started_at, ended_at, traits,"
            " user_agent, source, described_at) VALUES (?, 'shop', 'v', ?, ?, '{}', '', 'tag', 1)",
            (f"more-{number}", NOW, NOW),
        )
    (sessions,) = connection.execute("SELECT COUNT(*) FROM sessions").fetchone()
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    def copy() -> Path:
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(old.parent, folder)
        return folder / old.name

    whole = upgraded(copy())
    assert whole > 0
    killed = 0
    for _ in range(KILLS):
        file = copy()
        killed += upgraded(file, chance.uniform(0.1, 0.95) * whole) < 0
        assert upgraded(file) > 0
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT COUNT(*) FROM sessions").fetchone() == (sessions,)
        connection.close()
    assert killed > 0


def test_an_export_that_is_killed_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/store.db", tmp_path / "session.json"
    with Store.open(url) as store:
        key = store.sites.add("shop", [ORIGIN]).write_key
        store.accept(batch(key, [meta(0)]), source="tag")
        for sequence in range(1, 40):
            noise = custom("note", "".join(random.choices("abcdefgh", k=200_000)), sequence)  # noqa: S311
            store.accept(batch(key, [noise], sequence=sequence), source="tag")
    file.write_text("[]")
    process = started(
        *("-m", "heatwright", "export", "session-1", "--rrweb", str(file), "--store", url)
    )
    part = file.with_name(file.name + ".part")
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.kill()
    killed = process.wait() != 0
    if process.stdout:
        process.stdout.close()
    assert killed and file.read_text() == "[]"


def test_when_all_connections_are_in_use_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cause: it said that another process was writing."""
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        pool = store._database.engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.1)
        assert isinstance(pool, QueuePool)
        held = [pool.connect() for _ in range(pool.size() + pool._max_overflow)]
        failed: list[StoreUnavailable] = []

        def ask() -> None:
            try:
                store.sessions()
            except StoreUnavailable as error:
                failed.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(20)
        for one in held:
            one.close()
        assert "all its connections are in use" in failed[0].message
        assert store.sessions() == []
