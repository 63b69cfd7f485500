"""How much of what is arriving may be in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["NoRoom", "Room"]


class NoRoom(Exception):
    """More bytes than there is room for."""


class Room:
    """Counts bytes that are held, up to `size`. For one event loop; not thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.held = 0

    @contextmanager
    def holding(self) -> Iterator[Callable[[int], None]]:
        """Gives a function that takes so many bytes more, or raises NoRoom.

        All that was taken is given back when the block ends.
        """
        mine = 0

        def take(more: int) -> None:
            nonlocal mine
            if self.held + more > self._size:
                raise NoRoom
            self.held += more
            mine += more

        try:
            yield take
        finally:
            self.held -= mine
