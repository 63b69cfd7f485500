"""Memory of a running collector: whether it grows with what it has been through.

`heatwright serve` as it is, with compaction, indexing and limits of rate; everything goes over
HTTP. Each row has the memory at the end beside that at half time, or before.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import aiohttp

from bench.ingest.bodies import Bodies
from bench.ingest.running import ORIGIN, ROOT
from bench.rows import Row
from recorder.store import Store

__all__ = ["run"]

RANDOM_SESSIONS: Final = 100_000
"""Each a session, a document, a visitor and an address of its own: twice `limits.BUCKETS`. As many
come first, uncounted: until all buckets are in use, memory grows as it is meant to."""

HOUR_BATCHES: Final = 18_000
"""An hour of five batches a second, as fast as they are taken."""

BOMBS: Final = 60
BOMB_BYTES: Final = 4 * 1024**3
"""What each would be if it were inflated: 4 GB, from 4 MB."""

UNDER_WAY: Final = 32


def run() -> list[Row]:
    """Takes some minutes."""
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (pid, url, key):
        return asyncio.run(_measure(pid, url, key))


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, str, str]]:
    store_url = f"sqlite:///{folder}/store.db"
    with Store.open(store_url) as store:
        key = store.sites.add("bench", [ORIGIN]).write_key
    command = ["serve", "--port", "0", "--json", "--trusted-proxies", "1", "--store", store_url]
    process = subprocess.Popen(
        [sys.executable, "-m", "heatwright", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        said = b""
        while process.stdout and not said.rstrip().endswith(b"}"):
            said += process.stdout.readline()
        yield process.pid, json.loads(said)["url"], key
    finally:
        process.terminate()
        process.wait(20)


async def _measure(pid: int, url: str, key: str) -> list[Row]:
    bodies = await asyncio.to_thread(Bodies.recorded)
    rows = []
    await _send(url, bodies.of(1_500, key, 200))
    await _send(url, _random(bodies, key))
    for name, sent in (
        (f"{RANDOM_SESSIONS:,} random sessions", _random(bodies, key)),
        (f"an hour, {HOUR_BATCHES:,} batches", _hour(bodies, key)),
    ):
        half, whole = await _halves(pid, url, sent)
        rows.append(Row(f"{name}: memory at the end", whole, "at half time", half, "MB"))
    before = _resident(pid)
    await _send(url, [_bomb()] * BOMBS, expected=413)
    rows.append(Row(f"{BOMBS} bombs of 4 GB: most memory ever", _peak(pid), "before", before, "MB"))
    return rows


async def _halves(pid: int, url: str, bodies: list[bytes]) -> tuple[float, float]:
    """Memory when half of `bodies`, and when all of them have been taken."""
    middle = len(bodies) // 2
    await _send(url, bodies[:middle])
    half = _resident(pid)
    await _send(url, bodies[middle:])
    return half, _resident(pid)


def _random(bodies: Bodies, key: str) -> list[bytes]:
    event = {"type": 5, "timestamp": int(time.time() * 1000), "data": {"tag": "any", "payload": 0}}
    same = bodies.envelope | {"key": key, "sequence": 0, "events": [event]}
    names = ("visitor", "session", "document")
    return [
        json.dumps(same | {name: secrets.token_hex(12) for name in names}).encode()
        for _ in range(RANDOM_SESSIONS)
    ]


def _hour(bodies: Bodies, key: str) -> list[bytes]:
    return bodies.of(1_500, key, HOUR_BATCHES)


def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = b" " * (1 << 20)
    return b"".join(packer.compress(piece) for _ in range(BOMB_BYTES >> 20)) + packer.flush()


async def _send(url: str, bodies: Iterable[bytes], expected: int = 202) -> None:
    """Sends each once, from an address of its own. Raises RuntimeError for another answer."""
    waiting = iter(bodies)

    async def send(session: aiohttp.ClientSession) -> None:
        for body in waiting:
            address = ".".join(str(secrets.randbelow(256)) for _ in range(4))
            headers = {"Origin": ORIGIN, "Content-Type": "text/plain", "X-Forwarded-For": address}
            async with session.post(f"{url}/v1/batches", data=body, headers=headers) as response:
                if response.status != expected:
                    raise RuntimeError(f"{response.status}: {await response.text()}")

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(send(session) for _ in range(UNDER_WAY)))


def _resident(pid: int) -> float:
    return _status(pid, "VmRSS:")


def _peak(pid: int) -> float:
    return _status(pid, "VmHWM:")


def _status(pid: int, name: str) -> float:
    """MB, of Linux's own account."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
