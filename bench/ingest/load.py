"""Pressure on a server: as many requests under way as tabs that send at one moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.ingest.servers import ORIGIN

__all__ = ["Pressure", "press"]

UNDER_WAY: Final = 32

WARM_UP: Final = 30
"""Bodies that are sent first and do not count: imports, caches, connections."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """Answers a second, and the time within which 99 of 100 came, in milliseconds."""

    per_second: float
    p99_ms: float


async def press(url: str, bodies: list[bytes]) -> Pressure:
    """Sends each body once. Raises RuntimeError for an answer that is no acknowledgement."""
    times: list[float] = []
    headers = {"Origin": ORIGIN, "Content-Type": "text/plain"}

    async def send(session: aiohttp.ClientSession, waiting: list[bytes]) -> None:
        while waiting:
            body = waiting.pop()
            begun = time.perf_counter()
            async with session.post(f"{url}/v1/batches", data=body, headers=headers) as response:
                if response.status != 202:
                    raise RuntimeError(f"{response.status}: {await response.text()}")
                await response.read()
            times.append(time.perf_counter() - begun)

    async with aiohttp.ClientSession() as session:
        first, rest = bodies[:WARM_UP], bodies[: WARM_UP - 1 : -1]
        await send(session, first)
        times.clear()
        begun = time.perf_counter()
        await asyncio.gather(*(send(session, rest) for _ in range(UNDER_WAY)))
        spent = time.perf_counter() - begun
    times.sort()
    return Pressure(len(times) / spent, times[len(times) * 99 // 100] * 1000)
