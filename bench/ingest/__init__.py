"""Durable ingest beside a handler that does all the same but keep anything.

Both inflate within bounds, decode, judge, mask by the same rules and recompress, in a process
of their own; the bodies come from a third. What differs is keys, rates, quotas, and the store.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from bench.ingest.bodies import COUNTS, SIZES, Bodies
from bench.ingest.load import Pressure, press
from bench.ingest.running import Kind, Server, running
from bench.rows import Row
from tests.support.postgres import cluster

__all__ = ["run"]

ROUNDS: Final = 7
"""Of which the median counts: in each the servers take turns, so that all meet one machine."""

WARM_UP: Final = 64
"""Bodies that are sent first and do not count: imports, caches, connections."""

NAMES = {Kind.SQLITE: "SQLite", Kind.POSTGRES: "PostgreSQL"}


@contextmanager
def _stores() -> Iterator[dict[Kind, str]]:
    with tempfile.TemporaryDirectory() as folder, cluster(durable=True) as postgres:
        yield {
            Kind.DISCARD: f"sqlite:///{folder}/keys.db",
            Kind.SQLITE: f"sqlite:///{folder}/store.db",
            Kind.POSTGRES: postgres.url(postgres.database()),
        }


def run() -> list[Row]:
    """Batches a second, and the slowest of a hundred answers, at three sizes of a body."""
    bodies = Bodies.recorded()
    rows: list[Row] = []
    with _stores() as urls, ExitStack() as stack:
        servers = {kind: stack.enter_context(running(kind, urls[kind])) for kind in Kind}
        for size in SIZES:
            found: dict[Kind, list[Pressure]] = {kind: [] for kind in Kind}
            for server in servers.values():
                _press(bodies, size, server, WARM_UP)
            for number in range(ROUNDS):
                turns = list(Kind)[:: -1 if number % 2 else 1]
                for kind in turns:
                    found[kind].append(_press(bodies, size, servers[kind], COUNTS[size]))
            rows += _rows(size, found)
    return rows


def _press(bodies: Bodies, size: int, server: Server, count: int) -> Pressure:
    return asyncio.run(press(server.url, bodies.of(size, server.key, count)))


def _rows(size: int, found: dict[Kind, list[Pressure]]) -> list[Row]:
    rows: list[Row] = []
    for kind, name in NAMES.items():
        title = f"durable ingest, {size / 1000:.1f} kB, {name}"
        # A machine that was busy in one round was so for both.
        pairs = zip(found[kind], found[Kind.DISCARD], strict=True)
        rounds = [Row(f"{title} (bar: 0.8 ×)", here.per_second, "nothing kept", there.per_second,
                      "/s") for here, there in pairs]  # fmt: skip
        rows.append(sorted(rounds, key=lambda row: row.ratio)[ROUNDS // 2])
        beside = _p99(found[Kind.DISCARD])
        rows.append(Row(f"{title}: p99", _p99(found[kind]), "the same", beside))
    return rows


def _p99(rounds: list[Pressure]) -> float:
    """Milliseconds within which 99 of 100 answers came, of all rounds."""
    times = sorted(time for one in rounds for time in one.times_ms)
    return times[len(times) * 99 // 100]
