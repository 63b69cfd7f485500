"""SIGTERM under load, and starting again and again: nothing acknowledged is lost, nothing leaks."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import aiohttp
import pytest

from recorder.collector import serving
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import body, custom
from tests.recorder.posting import connected, head, post

ROOT = Path(__file__).parents[2]


def start(store_url: str) -> tuple[subprocess.Popen[str], str]:
    """A collector of its own process, and its URL."""
    command = [sys.executable, "-m", "heatwright", "serve", "--port", "0", "--store", store_url]
    process = subprocess.Popen(
        [*command, "--no-rate-limits"], stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"serving (http://\S+)", line):
            return process, found[1]
    raise AssertionError("the collector did not start")


ENOUGH = 10
"""Batches that each client has acknowledged when the collector is stopped."""


async def load(
    url: str, key: str, name: str, acknowledged: set[int], enough: asyncio.Barrier
) -> None:
    """Batch after batch until the collector is gone; `enough` is passed on the way."""
    async with aiohttp.ClientSession() as client:
        for sequence in range(100_000):
            text = body(key, [custom("noise", os.urandom(2_000).hex())],
                        session=name, document=name, sequence=sequence)  # fmt: skip
            try:
                status, _, _ = await post(client, url, text)
            except (aiohttp.ClientError, ConnectionError, ValueError):
                return
            if status == 202:
                acknowledged.add(sequence)
            if len(acknowledged) == ENOUGH:
                await enough.wait()


async def test_sigterm_under_load(store: Store, site: Site, store_url: str) -> None:
    """With batches under way, bodies that never end, half a head and idle sockets."""
    process, url = await asyncio.to_thread(start, store_url)
    names = [f"client-{number}" for number in range(6)]
    acknowledged: dict[str, set[int]] = {name: set() for name in names}
    enough = asyncio.Barrier(len(names) + 1)
    sending = [
        asyncio.create_task(load(url, site.write_key, name, acknowledged[name], enough))
        for name in names
    ]
    try:
        async with (
            connected(url) as (_, slow),
            connected(url) as (_, half),
            connected(url),
            asyncio.timeout(60),
        ):
            slow.write(head(1_000_000) + b"{")
            half.write(b"POST /v1/batches HTTP/1.1\r\nX-A: ")
            await enough.wait()
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            _, rest = await asyncio.to_thread(process.communicate, timeout=30)
            # A promise to those who stop us, with a deadline of theirs; half of it is used.
            assert time.monotonic() - began < 10
        await asyncio.gather(*sending)
    finally:
        process.kill()
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    for name in names:
        kept = len(store.events(name))
        assert kept >= len(acknowledged[name])
        assert not set(store.gaps(name)) & acknowledged[name]


def held() -> tuple[int, int]:
    """Open files and threads of this process."""
    return len(os.listdir("/proc/self/fd")), threading.active_count()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("times", [12, pytest.param(100, marks=pytest.mark.prove)])
async def test_starting_and_stopping_leaves_nothing_open(
    store: Store, site: Site, times: int
) -> None:
    async def once(number: int) -> None:
        async with serving(store) as url, aiohttp.ClientSession() as client:
            status, _, _ = await post(client, url, body(site.write_key, sequence=number))
            assert status == 202

    await once(0)
    gc.collect()
    before = held()
    for number in range(1, times):
        await once(number)
    gc.collect()
    after = held()
    # The threads of the loop's pool come as they are needed, and are bounded by it.
    pool = min(32, (os.cpu_count() or 1) + 4)
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + pool
