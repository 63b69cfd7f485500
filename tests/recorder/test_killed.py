"""The collector killed at any instant: what was acknowledged is there once, and it starts again.

Under load of several clients, while it folds its log, packs what is closed and packs it
again for batches that come late. `make prove` kills two hundred times.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from recorder import limits
from recorder.store import Scope, Store
from tests.recorder.making import NOW, ORIGIN, custom
from tests.recorder.packing.pages import as_sent, visit, wires
from tests.recorder.serving import Served, post

CLIENTS = 6

Name = tuple[str, int]


@dataclass
class Book:
    """What was sent and what was acknowledged: (document, sequence) to the data of its events."""

    sent: dict[Name, list[str]] = field(default_factory=dict)
    bodies: dict[Name, bytes] = field(default_factory=dict)
    acknowledged: set[Name] = field(default_factory=set)
    documents: int = 0

    def document(self, key: str, client: int, noise: int = 0) -> list[Name]:
        """A further document of a client, with so many bytes of noise: names of its batches."""
        self.documents += 1
        document = f"document-{client}-{self.documents}"
        names: list[Name] = []
        for wire in wires(key, f"v{client}-{self.documents % 40}", document=document, batches=5):
            wire["session"] = f"session-{document}"
            wire["events"].append(custom("mark", f"{document}/{wire['sequence']}"))
            wire["events"].append(custom("noise", os.urandom(noise).hex()))
            name = document, wire["sequence"]
            self.sent[name] = [as_sent(event["data"]).decode() for event in wire["events"]]
            self.bodies[name] = as_sent(wire)
            names.append(name)
        return names


async def visitor(book: Book, key: str, url: str, number: int, chance: random.Random) -> None:
    """Sends documents, some batches again and some late, until the collector is gone."""
    async with aiohttp.ClientSession() as client:
        late = [name for name in book.bodies if name not in book.acknowledged]
        late = [name for name in late if name[0].startswith(f"document-{number}-")]
        while True:
            names = book.document(key, number)
            if chance.random() < 0.5:
                late.append(names.pop(chance.randrange(1, 5)))
            queue = [*names, *chance.sample(names, 1)]
            if late and chance.random() < 0.7:
                queue.append(late.pop(0))
            for name in queue:
                status, _ = await post(client, url, book.bodies[name])
                if status == 0:
                    return
                assert status == 202, (status, name)
                book.acknowledged.add(name)


async def load(book: Book, key: str, served: Served, seconds: float, seed: int) -> None:
    """Clients until the collector is killed after `seconds`."""
    chance = random.Random(seed)  # noqa: S311 - which instants, no secret
    tasks = [asyncio.create_task(visitor(book, key, served.url, n, chance)) for n in range(CLIENTS)]
    await asyncio.sleep(seconds)
    served.kill()
    await asyncio.gather(*tasks)


def check(book: Book, store_url: str) -> None:
    """Every acknowledged batch once, no event twice, a sound file."""
    with Store.open(store_url) as store:
        for document in {name[0] for name in book.sent}:
            found = Counter(bytes(event.data).decode() for event in store.events(document))
            held = [name for name in book.sent if name[0] == document and _mark(name) in found]
            assert found == Counter(data for name in held for data in book.sent[name])
            assert {name for name in book.acknowledged if name[0] == document} <= set(held)
            assert len(store.pointers(document)) == 9 * len(held)
    connection = sqlite3.connect(store_url.removeprefix("sqlite:///"))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def _mark(name: Name) -> str:
    return f'{{"tag":"mark","payload":"{name[0]}/{name[1]}"}}'


def packed(store_url: str) -> int:
    """Blocks in the file."""
    with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
        found: Any = connection.execute("SELECT COUNT(*) FROM blocks").fetchone()[0]
    connection.close()
    return int(found)


def size(store_url: str) -> int:
    """Bytes of the database file."""
    return Path(store_url.removeprefix("sqlite:///")).stat().st_size


def begun(store_url: str, blobs: str | None) -> str:
    """A store with a site, and a dictionary by which packing is quick; its write key."""
    with Store.open(store_url, blobs=blobs) as store:
        key = store.sites.add("shop", [ORIGIN]).write_key
        for name in ("ann", "bob", "cyd"):
            store.accept_many(visit(key, name), source="driven")
        done = store.compactor().run(Scope(now=NOW, everything=True))
        assert (done.documents, done.made) == (3, 1)
    return key


def kill_often(folder: Path, times: int, seed: int) -> None:
    """`times` instants, in stores that are not too large to be checked each time.

    Every second store has its blocks outside of the database.
    """
    chance = random.Random(seed)  # noqa: S311
    store_url, book, key, blocks, before = "", Book(), "", 0, 0
    for number in range(times):
        if number % 10 == 0:
            store_url, book = f"sqlite:///{folder}/{number}/store.db", Book()
            outside = (folder / f"{number}/bodies").as_uri() if number % 20 else None
            key, before = begun(store_url, outside), 3
        with Served(store_url) as served:
            asyncio.run(load(book, key, served, chance.uniform(0.05, 0.9), seed + number))
        check(book, store_url)
        before, blocks = packed(store_url), blocks + packed(store_url) - before
    assert blocks > 0, "the compactor was never at work"


def test_what_was_acknowledged_survives_a_few_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 6, seed=1)


@pytest.mark.prove
def test_what_was_acknowledged_survives_two_hundred_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 200, seed=1_000)


async def health(client: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with client.get(f"{url}/healthz") as answer:
        return answer.status, await answer.text()


async def test_a_full_disk_is_told_and_gets_over_it(store_url: str) -> None:
    """The file may not grow any more; then it may. The collector runs on all the time."""
    with Store.open(store_url) as store:
        key = store.sites.add("shop", [ORIGIN]).write_key
    book, most = Book(), size(store_url) + 200_000
    with Served(store_url) as served:
        async with aiohttp.ClientSession() as client:
            _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (most, hard))
            refused = None
            for _ in range(100):
                for name in book.document(key, 0, noise=20_000):
                    status, retry_after = await post(client, served.url, book.bodies[name])
                    if status != 202:
                        refused = status, retry_after, name
                        break
                    book.acknowledged.add(name)
                if refused:
                    break
            assert refused is not None and len(book.acknowledged) > 5
            assert refused[0] == 503 and int(refused[1] or 0) > 0
            # A row of a few bytes may find room where a batch does not: now nothing does.
            resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (1_000, hard))
            await asyncio.sleep(limits.HEALTH_FRESH_SECONDS)
            status, told = await health(client, served.url)
            assert status == 503
            # Cause: anybody was told where the store is.
            assert "store_unavailable" in told and store_url.removeprefix("sqlite://") not in told
            resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (hard, hard))
            await asyncio.sleep(limits.HEALTH_FRESH_SECONDS)
            assert (await health(client, served.url))[0] == 200
            status, _ = await post(client, served.url, book.bodies[refused[2]])
            assert status == 202
            book.acknowledged.add(refused[2])
    check(book, store_url)
