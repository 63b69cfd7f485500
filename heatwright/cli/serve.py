"""`heatwright serve`: the collector, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer

from heatwright.cli.options import BlobsOption, JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, warn
from recorder.collector import serving
from recorder.compacting import compacting
from recorder.connections import allow_open_files
from recorder.index.background import indexing
from recorder.retention import retaining
from recorder.store import Store

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8700,
    trusted_proxies: Annotated[
        int,
        typer.Option(min=0, max=10, help="Proxies in front that append to X-Forwarded-For."),
    ] = 0,
    rate_limits: Annotated[
        bool,
        typer.Option(
            "--rate-limits/--no-rate-limits",
            help="Answer floods with 429; off where a proxy in front does.",
        ),
    ] = True,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the collector: takes what the tag sends, and hands out the tag.

    Example: heatwright serve --port 8700
    """
    allow_open_files()
    with open_store(store, blobs) as opened:
        if not opened.sites.list():
            warn("no site is registered yet: heatwright sites add NAME --origin URL")
        running = serving(
            opened, host, port, rate_limits=rate_limits, trusted_proxies=trusted_proxies
        )
        with compacting(opened), retaining(opened), indexing(opened):
            asyncio.run(_serve(opened, running, json))


async def _serve(store: Store, running: AbstractAsyncContextManager[str], json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running as base_url:
        if json:
            print_json({"url": base_url, "store": store.name})
        note(f"serving {base_url} (store {store.name}); Ctrl-C stops")
        await stop.wait()
        note("stopping: what was accepted is being written")
