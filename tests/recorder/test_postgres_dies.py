"""PostgreSQL ends in the midst of transactions: nothing acknowledged is lost, and all goes on."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp

from recorder.collector import serving
from recorder.store import Store
from tests.recorder.making import ORIGIN, body, move
from tests.support.postgres import cluster

CLIENTS = 4
DEATHS = 3


class Sender:
    """One tab after the other, each batch once more until it is acknowledged."""

    def __init__(self, number: int, key: str) -> None:
        self.number = number
        self.key = key
        self.acknowledged: list[tuple[str, int]] = []
        self.answers: Counter[tuple[int, bool]] = Counter()

    async def send(self, client: aiohttp.ClientSession, url: str, over: asyncio.Event) -> None:
        sequence = 0
        names = {"session": f"s-{self.number}", "document": f"d-{self.number}"}
        while not over.is_set():
            whole = body(self.key, [move(sequence)], sequence=sequence, **names)
            headers = {"Origin": ORIGIN}
            async with client.post(f"{url}/v1/batches", data=whole, headers=headers) as response:
                await response.read()
                self.answers[response.status, "Retry-After" in response.headers] += 1
                if response.status == 202:
                    self.acknowledged.append((names["document"], sequence))
                    sequence += 1
                else:
                    await asyncio.sleep(0.02)


async def _more(senders: list[Sender], batches: int) -> None:
    """Waits until each has so many more acknowledged."""
    wanted = [len(one.acknowledged) + batches for one in senders]
    while any(len(one.acknowledged) < n for one, n in zip(senders, wanted, strict=True)):  # noqa: ASYNC110 - it is four of them
        await asyncio.sleep(0.02)


async def test_what_was_acknowledged_is_there_after_every_death() -> None:
    with cluster() as server:
        url = server.url(server.database())
        with Store.open(url) as store:
            site = store.sites.add("shop", [ORIGIN])
            senders = [Sender(number, site.write_key) for number in range(CLIENTS)]
            over = asyncio.Event()
            async with (
                serving(store, fetch_assets=False, rate_limits=False) as base_url,
                aiohttp.ClientSession() as client,
            ):
                tasks = [asyncio.create_task(one.send(client, base_url, over)) for one in senders]
                for _ in range(DEATHS):
                    await _more(senders, 10)
                    await asyncio.to_thread(server.kill)
                    await asyncio.sleep(0.3)
                    await asyncio.to_thread(server.start)
                await _more(senders, 5)
                over.set()
                await asyncio.gather(*tasks)
            for one in senders:
                assert set(one.answers) == {(202, False), (503, True)}
                events = store.events(f"d-{one.number}")
                times = [int(event.timestamp) for event in events]
                assert len(times) == len(set(times)), "each once"
                assert len(times) == len(one.acknowledged)
                assert store.gaps(f"d-{one.number}") == []
