"""`heatwright serve` as a process of its own, hurried: it packs at once and folds its log often."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from tests.recorder.making import ORIGIN

ROOT = Path(__file__).parents[2]

HURRIED = """
import sys
from recorder import limits
from recorder.store import engine

limits.CLOSED_AFTER_MS = 150
limits.COMPACT_PAUSE_SECONDS = 0.02
limits.OBJECT_BYTES_MIN = 1  # of a store that has blobs elsewhere
engine.CHECKPOINT_WAL_BYTES = 100_000
engine.CHECKPOINT_COMMITS = 3

from heatwright.cli import main

sys.argv = ["heatwright", "serve", "--port", "0", "--json", "--store", sys.argv[1]]
main()
"""


class Served:
    """A running collector; `url` is where, `pid` which process. Killed at the end of `with`."""

    def __init__(self, store_url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HURRIED, store_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        said = "".join(iter(self._process.stdout.readline, "}\n")) + "}"
        self.url: str = json.loads(said)["url"]
        self.pid = self._process.pid

    def kill(self) -> None:
        """Without warning."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


async def post(client: aiohttp.ClientSession, url: str, body: bytes) -> tuple[int, str | None]:
    """Status and `Retry-After` of the answer; status 0 if there was none."""
    try:
        async with client.post(
            f"{url}/v1/batches", data=body, headers={"Origin": ORIGIN}
        ) as response:
            await response.read()
            return response.status, response.headers.get("Retry-After")
    except (aiohttp.ClientError, OSError):
        return 0, None
