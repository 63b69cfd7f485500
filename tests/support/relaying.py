"""A relay before a server that keeps every byte of what browsers send to it."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["Relay", "Sent", "relaying"]

LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")
CHUNK = 65536


@dataclass(frozen=True)
class Sent:
    """One request: request line and headers as they came, and its body, inflated."""

    head: bytes
    body: bytes


@dataclass
class Relay:
    """`url` is without a trailing slash, as that of the server behind it."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)


@asynccontextmanager
async def relaying(target: str) -> AsyncIterator[Relay]:
    """Passes on HTTP/1.1 to `target` (`http://127.0.0.1:port`), and its answers back."""
    kept = Relay()
    host, _, port = target.removeprefix("http://").partition(":")

    async def upwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            inflated = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
            kept.sent.append(Sent(head, inflated))
            writer.write(head + body)

    async def downwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            writer.write(data)

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(host, int(port))
        answers = asyncio.create_task(downwards(there, writer))
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await upwards(reader, here)
        for end in (here, writer):
            end.close()
        with suppress(ConnectionError):
            await answers

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    kept.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield kept
    finally:
        server.close()
