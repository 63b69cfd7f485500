"""A headless Firefox, without a driver: its own WebSocket speaks WebDriver BiDi."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientSession

from tests.support.bidi import BrowserFailed, Window
from tools.firefox import find_firefox

__all__ = ["firefox"]

START_S = 60
"""A cold start takes a second, on a machine that is busy elsewhere some."""

END_S = 5
"""For Firefox to end by itself when it is asked to."""

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


@asynccontextmanager
async def firefox(width: int, height: int) -> AsyncIterator[Window]:
    """One window of that many CSS pixels, with a profile of its own; both are gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        words = Path(folder, "words.log")
        process = _start(folder, words)
        try:
            address = await _address(process, words)
            async with ClientSession() as client, client.ws_connect(f"{address}/session") as socket:
                window = Window(socket)
                await window.begin(width, height)
                yield window
        finally:
            await asyncio.to_thread(_end, process)


def _start(folder: str, words: Path) -> subprocess.Popen[bytes]:
    """The process; what it says goes to `words`, because a full pipe would hold it up."""
    with words.open("wb") as said:
        return subprocess.Popen(
            [
                *(str(find_firefox()), "--headless", "--no-remote"),
                *("--remote-debugging-port=0", "--profile", folder),
            ],
            env={**os.environ, "HOME": folder},  # no caches left in anybody's home
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


async def _address(process: subprocess.Popen[bytes], words: Path) -> str:
    """Where it listens, as it says itself."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        if found := LISTENING.search(_said(words)):
            return found[1]
        await asyncio.sleep(0.1)
    raise BrowserFailed(f"Firefox did not listen within {START_S} s: {_said(words)[-400:]}")


def _said(words: Path) -> str:
    return words.read_text("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks, and then ends the whole group that it has begun."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
