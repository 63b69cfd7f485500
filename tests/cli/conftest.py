"""The command line as a user meets it: a process of its own, a real shop, a real store."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heatwright.cli import app
from heatwright.demo.shop import fixture_site, serve_shop

Say = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]

DEADLINE_S = 120


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs `heatwright` with these arguments; gives exit code, stdout and stderr."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "heatwright", *map(str, arguments)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            cwd=cwd,
            env=env,
            check=False,
        )

    return run


@pytest.fixture
def say(store: str) -> Say:
    """Runs a command in this process, on the test's own `store`; what it prints as JSON.

    Raises what it raises.
    """

    def say(*arguments: str) -> Any:
        done = CliRunner().invoke(app, [*arguments, "--json", "--store", store])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return say


@contextmanager
def shop_running() -> Iterator[str]:
    """The demo shop in a thread; its URL. It is down when the block ends."""
    started = threading.Event()
    stop = asyncio.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serve_shop(fixture_site()) as url:
            found.append(url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(30)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
