"""The tag beside rrweb's recorder and Clarity: what it weighs, costs and sends."""

from __future__ import annotations

import asyncio

from bench.rows import Row
from bench.tag import load, sizes, wire
from bench.tag.contestants import visiting

__all__ = ["run"]


def run() -> list[Row]:
    """All three measurements; takes about eight minutes."""
    return [*sizes.run(), *asyncio.run(_run())]


async def _run() -> list[Row]:
    async with visiting() as (browser, hosts):
        return [*await load.run(browser, hosts), *await wire.run(browser, hosts)]
