"""Where the pointer was, as columns: read by the million without decoding an event.

The samples are rrweb's: positions of moves (mouse, touch, drag) and mouse
interactions that tell a position. Coordinates are CSS pixels of the viewport.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from recorder.events import Event, EventType
from recorder.store.packing.columns import read_column, write_column
from recorder.store.packing.frames import inflate, pack

__all__ = [
    "POINT",
    "PointerKind",
    "Points",
    "as_points",
    "event_points",
    "in_order",
    "read_pointers",
    "write_pointers",
]

POINT: Final = np.dtype(
    [("time", "<f8"), ("kind", "u1"), ("node", "<i4"), ("x", "<f8"), ("y", "<f8")]
)
"""One sample: epoch ms by the visitor's clock, PointerKind, node id, CSS px of the viewport."""

Points = npt.NDArray[np.void]
"""One dimension of POINT."""

Sample = tuple[float, int, int, float, float]
"""The fields of POINT."""

_VERSION: Final = 1
_LEVEL: Final = 19
"""A document's columns are some kilobytes: the best level costs under a millisecond."""

_NODE_MAX: Final = 2**31 - 1
_INTERACTION: Final = 16


class PointerKind(IntEnum):
    """What a sample is: rrweb's source of a move, or 16 + rrweb's type of mouse interaction."""

    MOUSE_MOVE = 1
    TOUCH_MOVE = 6
    DRAG = 12
    MOUSE_UP = 16
    MOUSE_DOWN = 17
    CLICK = 18
    CONTEXT_MENU = 19
    DOUBLE_CLICK = 20
    FOCUS = 21
    BLUR = 22
    TOUCH_START = 23
    TOUCH_MOVE_DEPARTED = 24
    TOUCH_END = 25
    TOUCH_CANCEL = 26


MOVES: Final = (PointerKind.MOUSE_MOVE, PointerKind.TOUCH_MOVE, PointerKind.DRAG)
_KINDS: Final = frozenset(int(kind) for kind in PointerKind)


class _Source(msgspec.Struct):
    source: Any = None


class _Position(msgspec.Struct):
    x: float
    y: float
    id: int
    timeOffset: float  # noqa: N815 - rrweb's name


class _Moves(msgspec.Struct):
    positions: list[_Position]


class _Interaction(msgspec.Struct):
    type: int
    id: int
    x: float
    y: float


_SOURCE: Final = msgspec.json.Decoder(_Source)
_MOVES: Final = msgspec.json.Decoder(_Moves)
_INTERACTIONS: Final = msgspec.json.Decoder(_Interaction)


def event_points(event: Event) -> list[Sample]:
    """The samples in one event; none in an event of another kind or form."""
    if event.type != EventType.INCREMENTAL:
        return []
    try:
        source = _SOURCE.decode(event.data).source
        if source in MOVES:
            found = [
                (event.timestamp + at.timeOffset, int(source), at.id, at.x, at.y)
                for at in _MOVES.decode(event.data).positions
            ]
        elif source == 2:
            one = _INTERACTIONS.decode(event.data)
            found = [(event.timestamp, _INTERACTION + one.type, one.id, one.x, one.y)]
        else:
            return []
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return found if all(_sound(sample) for sample in found) else []


def as_points(samples: Iterable[Sample]) -> Points:
    """`samples` as an array of POINT."""
    return np.array(list(samples), POINT)


def in_order(parts: Sequence[Points]) -> Points:
    """All samples by time, then kind, node, x, y: one order, however they are stored."""
    together = np.concatenate([np.empty(0, POINT), *parts])
    order = np.lexsort([together[name] for name in ("y", "x", "node", "kind", "time")])
    return together[order]


def write_pointers(sections: Sequence[Points]) -> bytes:
    """Sections of samples in their order as one zstd frame; empty bytes for no sample at all."""
    if not any(len(section) for section in sections):
        return b""
    parts = [bytes([_VERSION, len(sections)])]
    for section in sections:
        parts.append(len(section).to_bytes(4, "little"))
        parts.extend(
            write_column(np.ascontiguousarray(section[name])) for name in POINT.names or ()
        )
    body = b"".join(parts)
    return pack(body, level=_LEVEL)


def read_pointers(body: bytes) -> list[Points]:
    """The sections that `write_pointers` wrote. Raises ValueError or ZstdError if damaged."""
    if not body:
        return []
    rest = memoryview(inflate(body))
    if rest[0] != _VERSION:
        raise ValueError(f"pointer columns of version {rest[0]} are not understood")
    sections: list[Points] = []
    count, rest = rest[1], rest[2:]
    for _ in range(count):
        length, rest = int.from_bytes(rest[:4], "little"), rest[4:]
        section = np.empty(length, POINT)
        for name in POINT.names or ():
            section[name], rest = read_column(rest, length, POINT[name])
        sections.append(section)
    return sections


def _sound(sample: Sample) -> bool:
    """Whether every column can hold it."""
    time, kind, node, x, y = sample
    finite = all(abs(value) < float("inf") for value in (time, x, y))
    return finite and kind in _KINDS and -_NODE_MAX <= node <= _NODE_MAX
