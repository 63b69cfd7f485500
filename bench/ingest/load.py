"""Pressure on a server: as many requests under way as tabs that send at one moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import aiohttp

from bench.ingest.running import ORIGIN

__all__ = ["Pressure", "press"]

UNDER_WAY: Final = 32


@dataclass(frozen=True, slots=True)
class Pressure:
    """Answers a second, and how long each took, in milliseconds."""

    per_second: float
    times_ms: list[float]


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
            times.append((time.perf_counter() - begun) * 1000)

    waiting = bodies[::-1]  # taken from its end, in order
    async with aiohttp.ClientSession() as session:
        begun = time.perf_counter()
        await asyncio.gather(*(send(session, waiting) for _ in range(UNDER_WAY)))
        spent = time.perf_counter() - begun
    return Pressure(len(times) / spent, times)
