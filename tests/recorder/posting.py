"""Talking to a running collector: as a tag does, and byte by byte."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

from tests.recorder.making import ORIGIN

HEADERS = {"Origin": ORIGIN, "Content-Type": "text/plain"}


async def post(
    client: aiohttp.ClientSession, base_url: str, text: bytes, **headers: str | None
) -> tuple[int, Any, Any]:
    """Posts a batch: status, answer, headers. `Content_Encoding="gzip"` and the like; None is
    for a header that is not sent."""
    names = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in names.items() if value is not None}
    async with client.post(
        f"{base_url}/v1/batches", data=io.BytesIO(text), headers=sent
    ) as response:
        return response.status, json.loads(await response.read()), response.headers


@asynccontextmanager
async def connected(
    base_url: str,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection to the collector."""
    host, port = base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def head(length: int | None = None, *more: str) -> bytes:
    """The head of a POST of a batch; `length` None: chunked."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = ["POST /v1/batches HTTP/1.1", "Host: x", f"Origin: {ORIGIN}", size, *more, "", ""]
    return "\r\n".join(lines).encode()


async def status_of(reader: asyncio.StreamReader, seconds: float = 10) -> int:
    """The status of the answer that comes next; 0 if the connection was closed instead."""
    try:
        line = await asyncio.wait_for(reader.readline(), seconds)
    except ConnectionError:
        return 0
    return int(line.split()[1]) if line else 0
