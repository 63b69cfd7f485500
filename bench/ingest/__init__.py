"""Durable ingest beside a handler that does all the same but keep anything.

Both inflate within bounds, decode, judge, mask by the same rules and recompress, in a process
of their own; the bodies come from a third. What differs is keys, rates, quotas, and the store.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from bench.ingest.bodies import SIZES, Bodies
from bench.ingest.load import Pressure, press
from bench.ingest.servers import Kind, running
from bench.rows import Row
from tests.support.postgres import cluster

__all__ = ["run"]

ROUNDS = 3
"""Of which the median counts; the servers take turns, so that all meet the same machine."""

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
    rows: list[Row] = []
    bodies = Bodies.recorded()
    with _stores() as urls:
        for size in SIZES:
            found: dict[Kind, list[Pressure]] = {kind: [] for kind in Kind}
            for _ in range(ROUNDS):
                for kind in Kind:
                    with running(kind, urls[kind]) as server:
                        load = bodies.of(size, server.key)
                        found[kind].append(asyncio.run(press(server.url, load)))
            rows += _rows(size, found)
    return rows


def _rows(size: int, found: dict[Kind, list[Pressure]]) -> list[Row]:
    typical = {
        kind: sorted(pressures, key=lambda one: one.per_second)[ROUNDS // 2]
        for kind, pressures in found.items()
    }
    beside = typical[Kind.DISCARD]
    rows: list[Row] = []
    for kind, name in NAMES.items():
        here, title = typical[kind], f"durable ingest, {size / 1000:.1f} kB, {name}"
        rows.append(Row(f"{title} (bar: 0.8 ×)", here.per_second, "nothing kept",
                        beside.per_second, "/s"))  # fmt: skip
        rows.append(Row(f"{title}: p99", here.p99_ms, "the same", beside.p99_ms))
    return rows
