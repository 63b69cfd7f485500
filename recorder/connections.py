"""Open connections: none may idle for long, and there are never too many.

What aiohttp does by itself (read in its `web_protocol`, 3.14): its keep-alive
timer begins with the connection, and is judged by whether a whole request head
has come. So slow headers end at `limits.KEEP_ALIVE_SECONDS`, however they
trickle. Bodies have the collector's own deadline. What it lacks is a bound on
how many connections there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from aiohttp import web

from recorder import limits

__all__ = ["ConnectionKeeper", "allow_open_files"]

_SWEEP_SECONDS: Final = 1.0
_OTHER_FILES: Final = 256  # the store's, the fetcher's, and what Python itself has open


class ConnectionKeeper:
    """Closes the oldest idle connections when there are more than `limits.CONNECTIONS`."""

    def __init__(self) -> None:
        self._busy: set[Any] = set()
        self.open = 0

    @contextmanager
    def serving(self, request: web.Request) -> Iterator[None]:
        """While the block runs, the request's connection is not idle."""
        protocol = request.protocol
        self._busy.add(protocol)
        try:
            yield
        finally:
            self._busy.discard(protocol)

    @asynccontextmanager
    async def watching(self, runner: web.AppRunner) -> AsyncIterator[None]:
        """Sweeps every second while the block runs."""

        async def sweep() -> None:
            while True:
                await asyncio.sleep(_SWEEP_SECONDS)
                self._sweep(runner)

        task = asyncio.create_task(sweep(), name="heatwright-connections")
        try:
            yield
        finally:
            task.cancel()

    def _sweep(self, runner: web.AppRunner) -> None:
        connections = runner.server.connections if runner.server else []
        self.open = len(connections)
        idle = [one for one in connections if one not in self._busy]
        for connection in idle[: max(self.open - limits.CONNECTIONS, 0)]:
            connection.force_close()


def allow_open_files() -> None:
    """Lets this process have as many files open as `limits.CONNECTIONS` takes, where it may.

    Where the operator allows fewer, connections beyond wait in the kernel's queue until others
    have been closed.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * limits.CONNECTIONS + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
