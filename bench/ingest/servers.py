"""`python -m bench.ingest.servers KIND STORE`: one of the servers that are compared.

Says its address and write key as one line of JSON, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from aiohttp import web

from recorder import limits
from recorder.batches import decode_batch
from recorder.collector import serving
from recorder.events import encode_events
from recorder.inflate import gunzip
from recorder.masking import Policy
from recorder.store import Store
from recorder.store.facts import compress

__all__ = ["ORIGIN", "Kind", "Server", "running"]

ROOT: Final = Path(__file__).resolve().parents[2]

ORIGIN: Final = "https://shop.example"

_DECODERS: Final = 4  # as the collector has


class Kind(StrEnum):
    """What becomes of a batch."""

    DISCARD = "discard"
    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and the key it takes."""

    url: str
    key: str


@contextmanager
def running(kind: Kind, store_url: str) -> Iterator[Server]:
    """The server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ingest.servers", kind, store_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        said = process.stdout.readline() if process.stdout else b""
        yield Server(**json.loads(said))
    finally:
        process.communicate(b"")


@asynccontextmanager
async def _discarding() -> AsyncIterator[str]:
    decoding = asyncio.Semaphore(_DECODERS)

    def work(body: bytes) -> int:
        batch = decode_batch(gunzip(body, limits.INFLATED_BYTES), policy_of=lambda _: Policy())
        return len(compress(encode_events(batch.events)))

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        async with decoding:
            size = await asyncio.to_thread(work, body)
        return web.json_response({"size": size}, status=202)

    app = web.Application(client_max_size=limits.WIRE_BYTES)
    app.router.add_post("/v1/batches", take)
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _main(kind: Kind, store_url: str) -> None:
    with Store.open(store_url) as store:
        known = store.sites.by_origin(ORIGIN)
        site = known or store.sites.add("bench", [ORIGIN])
        ingest = (
            _discarding()
            if kind is Kind.DISCARD
            else serving(store, fetch_assets=False, rate_limits=False)
        )
        async with ingest as url:
            print(json.dumps({"url": url, "key": site.write_key}), flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Kind(sys.argv[1]), sys.argv[2]))
