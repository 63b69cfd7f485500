"""The command line as a user meets it: a process of its own, a real shop, a real store."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heatwright.cli import app, main
from heatwright.cli.output import PACKAGES
from heatwright.demo.shop import fixture_site, serve_shop

Say = Callable[..., Any]
Run = Callable[..., subprocess.CompletedProcess[str]]

DEADLINE_S = 120


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs `heatwright` with these arguments; gives exit code, stdout and stderr.

    In a process of its own where that is asked for (`cwd`, `env`) or a loop is running here;
    else in this one, which need not import everything again.
    """

    def run(
        *arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        words = list(map(str, arguments))
        if cwd is None and env is None and not _in_a_loop():
            return _run_here(words)
        return subprocess.run(
            [sys.executable, "-m", "heatwright", *words],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            cwd=cwd,
            env=env,
            check=False,
        )

    return run


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _run_here(words: list[str]) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    handlers = {name: logging.getLogger(name).handlers[:] for name in PACKAGES}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["heatwright", *words])
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            for name, known in handlers.items():
                logging.getLogger(name).handlers[:] = known
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


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
