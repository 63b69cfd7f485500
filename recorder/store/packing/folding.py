"""Events in the form in which recordings of one page are most alike, and back, byte for byte.

An event becomes `[type, after, data]`:

- `after` is an integer: milliseconds since the event before. A float is the timestamp itself.
- `data` is a number where rrweb's own rendering of pointer samples would give the
  exact bytes: the samples themselves are in the pointer columns. n ≥ 0 is a move
  of n positions, −1 a mouse interaction without pointer type, −2−p one of type p.
- Otherwise each node id in it is the difference to the one before, so that a page
  with a banner and one without differ at the banner alone.
- A negative type, −1−t, says that `data` is verbatim: its ids do not come out the same.

No accepted event has a number for data, and whatever is not reproduced exactly is
left as it came: `unfold(fold(events))` is `events`, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from recorder.events import Event
from recorder.store.packing.pointers import (
    MOVES,
    Points,
    Sample,
    as_points,
    event_points,
)

__all__ = ["FOLDING", "Folded", "fold", "unfold"]

FOLDING: Final = 1
"""Version of this form; blocks name it."""

_ID: Final = re.compile(rb'(d":)(?<=["tsx][iI]d":)(-?\d{1,18})')
"""`id`, and `parentId`, `rootId`, `previousId`, `nextId`: what a node is called by.

Written so that its first bytes are always the same: fifteen times as fast to look for.
"""

_INTERACTION: Final = 16
_SAFE: Final = 2.0**53


class _Folded(msgspec.Struct, array_like=True):
    type: int
    after: int | float
    data: msgspec.Raw


_NOTHING: Final = (iter(()), iter(()))
_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(list[_Folded])


@dataclass(frozen=True, slots=True)
class Folded:
    """Events of one block: JSON array, and the samples taken out of it.

    `sections` are positions of moves and mouse interactions that `body` has no
    longer, then the samples that it still has.
    """

    body: bytes
    sections: tuple[Points, Points, Points]


def fold(events: Iterable[Event]) -> Folded:
    """`events` in their folded form."""
    out: list[_Folded] = []
    moves: list[Sample] = []
    presses: list[Sample] = []
    others: list[Sample] = []
    base = 0
    for event in events:
        at = event.timestamp
        after = at - base if isinstance(at, int) else at
        base = _base(at)
        kind, data = event.type, bytes(event.data)
        samples = event_points(event)
        code = _code(event, samples, data) if samples else None
        if code is not None:
            (moves if code >= 0 else presses).extend(samples)
            data = b"%d" % code
        else:
            others.extend(samples)
            kind, data = _fold_ids(kind, data)
        out.append(_Folded(kind, after, msgspec.Raw(data)))
    sections = (as_points(moves), as_points(presses), as_points(others))
    return Folded(_ENCODER.encode(out), sections)


def unfold(body: bytes, sections: Sequence[Points]) -> list[Event]:
    """The events that `fold` was given.

    Raises MsgspecError or ValueError for what `fold` did not write.
    """
    moves, presses = (iter(part.tolist()) for part in sections[:2]) if sections else _NOTHING
    events: list[Event] = []
    base = 0
    for one in _DECODER.decode(body):
        at = base + one.after if isinstance(one.after, int) else one.after
        base = _base(at)
        kind, data = one.type, bytes(one.data)
        if kind < 0:
            kind = -1 - kind
        elif data[:1] == b"{":
            data = _unfold_ids(data)
        else:
            data = _rendered(int(data), at, moves, presses)
        events.append(Event(kind, at, msgspec.Raw(data)))
    return events


def _base(at: float) -> int:
    """What the next event's time is told from."""
    return int(at) if abs(at) < _SAFE else 0


def _code(event: Event, samples: list[Sample], data: bytes) -> int | None:
    """The number that stands for `data`, if rendering `samples` gives its exact bytes."""
    if samples[0][1] in MOVES:
        code = len(samples)
    else:
        hint = data.rfind(b'"pointerType":')
        code = -1
        if hint >= 0:
            digits = data[hint + len(b'"pointerType":') : -1]
            if not (digits.isdigit() and len(digits) == 1):
                return None
            code = -2 - int(digits)
    same = iter(samples)
    return code if _rendered(code, event.timestamp, same, same) == data else None


def _rendered(code: int, at: float, moves: Iterator[Any], presses: Iterator[Any]) -> bytes:
    """Data of a pointer event as rrweb writes it, of the next samples."""
    try:
        taken = [next(moves) for _ in range(code)] if code >= 0 else [next(presses)]
    except StopIteration:
        raise ValueError("samples are missing") from None
    if code >= 0:
        if not taken:
            raise ValueError("a move without positions")
        positions = ",".join(
            f'{{"x":{_number(x)},"y":{_number(y)},"id":{node},"timeOffset":{_number(time - at)}}}'
            for time, _, node, x, y in taken
        )
        return f'{{"source":{taken[0][1]},"positions":[{positions}]}}'.encode()
    _, kind, node, x, y = taken[0]
    pointer = "" if code == -1 else f',"pointerType":{-2 - code}'
    start = f'{{"source":2,"type":{kind - _INTERACTION},"id":{node},'
    return f'{start}"x":{_number(x)},"y":{_number(y)}{pointer}}}'.encode()


def _number(value: float) -> str:
    """As JavaScript writes it, but for the very large and small: those stay verbatim."""
    return str(int(value)) if value.is_integer() and abs(value) < _SAFE else repr(value)


def _fold_ids(kind: int, data: bytes) -> tuple[int, bytes]:
    """Type and data with relative node ids, or both marked as verbatim."""
    if data[:1] == b"{":
        folded = _shifted(data, fold=True)
        if _unfold_ids(folded) == data:
            return kind, folded
    return -1 - kind, data


def _unfold_ids(data: bytes) -> bytes:
    return _shifted(data, fold=False)


def _shifted(data: bytes, *, fold: bool) -> bytes:
    parts = _ID.split(data)
    before = 0
    for place in range(2, len(parts), 3):
        given = int(parts[place])
        known = given if fold else before + given
        parts[place] = b"%d" % (known - before if fold else known)
        before = known
    return b"".join(parts)
