"""`python -m bench.ingest.server KIND STORE`: one of the servers that are compared.

Says its address and write key as one line of JSON, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bench.ingest.running import ORIGIN, Kind
from recorder import limits
from recorder.batches import decode_batch
from recorder.collector import serving
from recorder.events import encode_events
from recorder.inflate import gunzip
from recorder.masking import Policy
from recorder.store import Store
from recorder.store.facts import compress

_DECODERS: Final = 2  # as the collector has


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
