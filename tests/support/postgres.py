"""A throw-away PostgreSQL: a cluster in a temporary folder, reached through a socket in it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tools.postgres import find_postgres

__all__ = ["Cluster", "cluster"]

START_S = 60
"""A busy machine takes this long at most (seconds)."""

USERS = ("postgres", "nobody")
"""PostgreSQL does not run as root; then it runs as one of these."""

SETTINGS = {"listen_addresses": "''", "max_connections": "60", "timezone": "'Asia/Kathmandu'"}

HURRIED = {"fsync": "off", "full_page_writes": "off"}
"""The machine that runs tests does not lose its power meanwhile."""


class Cluster:
    """A running server. `url` names a database; `kill` and `start` are for tests of its death."""

    def __init__(self, folder: Path) -> None:
        self._programs = find_postgres()
        self._folder = folder
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        if os.geteuid() == 0:
            shutil.chown(folder, _user())
        folder.chmod(0o700)

    def make(self, settings: dict[str, str]) -> None:
        """Creates the cluster. Text sorts by bytes, as in SQLite."""
        subprocess.run(
            [
                *(str(self._programs / "initdb"), "--pgdata", str(self._data), "--no-sync"),
                *("--username", "heatwright", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            **_demoted(),
        )
        lines = [f"{name} = {value}" for name, value in settings.items()]
        lines.append(f"unix_socket_directories = '{self._folder}'")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self._data)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **_demoted(),
            )
        deadline = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self._address("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError((self._folder / "log").read_text("utf-8")) from None
                time.sleep(0.05)

    def kill(self) -> None:
        """Ends the server at once, in the midst of whatever it does."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Ends the server; open connections are closed."""
        self._end(signal.SIGINT)

    def database(self, template: str = "template0") -> str:
        """Makes a database, a copy of `template`; its name."""
        self._databases += 1
        name = f"store_{self._databases}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Removes a database, whoever still uses it."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def settled(self, database: str, commands: str) -> bytes:
        """Every file of a database, once its owner has given these commands."""
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            for command in (*filter(None, commands.split(";")), "CHECKPOINT"):
                connection.execute(command.encode())
            query = "SELECT oid FROM pg_database WHERE datname = current_database()"
            (oid,) = connection.execute(query).fetchone() or (0,)
        files = sorted((self._data / "base" / str(oid)).iterdir())
        return b"\n".join(file.read_bytes() for file in files)

    def url(self, database: str) -> str:
        """What `--store` takes."""
        return f"postgresql+psycopg://heatwright@/{database}?host={self._folder}"

    def _address(self, database: str) -> str:
        return f"host={self._folder} user=heatwright dbname={database}"

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait(START_S)
            self._process = None


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster; nothing of it is left afterwards. `durable` ones sync, as real ones do."""
    # Not pytest's own folder: a socket's path has at most 107 characters, and others must reach it.
    folder = Path(tempfile.mkdtemp(prefix="hw-pg-"))
    made = Cluster(folder)
    try:
        made.make(SETTINGS if durable else SETTINGS | HURRIED)
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _demoted() -> dict[str, Any]:
    """Arguments of `subprocess` that take root's rights away."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(_user())
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in names)
