"""Every event comes back byte for byte, and every sample is in the columns."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recorder.events import Event, encode_events
from recorder.store.packing.columns import read_column, write_column
from recorder.store.packing.folding import fold, unfold
from recorder.store.packing.ledger import DIGEST_BYTES, Entry, read_ledger, write_ledger
from recorder.store.packing.pointers import (
    POINT,
    PointerKind,
    as_points,
    event_points,
    in_order,
    read_pointers,
    write_pointers,
)

COORDINATES = (
    st.integers(-5000, 5000)
    | st.floats(-5000, 5000, width=32)
    | st.floats(-1e9, 1e9)
    | st.sampled_from([0.0, -0.0, 1e16, 1e-7, 2**53, 123456789012345680000])
)
IDS = st.integers(-5, 500) | st.sampled_from([2**31, -(2**40), 10**17, 10**18, 10**19, 10**25])
TIMES = st.integers(1_700_000_000_000, 1_700_000_100_000).map(float) | st.floats(
    0, 2e12, allow_nan=False
)


def position() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"x": COORDINATES, "y": COORDINATES, "id": IDS, "timeOffset": st.integers(-500, 0)}
    )


MOVES = st.fixed_dictionaries(
    {"source": st.sampled_from([1, 6, 12]), "positions": st.lists(position(), max_size=6)}
)
PRESSES = st.fixed_dictionaries(
    {
        "source": st.just(2),
        "type": st.integers(0, 12),
        "id": IDS,
        "x": COORDINATES,
        "y": COORDINATES,
    },
    optional={"pointerType": st.integers(0, 12) | st.none()},
)
TREES = st.recursive(
    st.fixed_dictionaries({"type": st.just(3), "textContent": st.text(max_size=8), "id": IDS}),
    lambda inner: st.fixed_dictionaries(
        {"tagName": st.text(max_size=3), "childNodes": st.lists(inner, max_size=4), "id": IDS}
    ),
    max_leaves=12,
)
ANY = st.dictionaries(
    st.sampled_from(["id", "source", "positions", '"id":', "x"]),
    st.none() | IDS | COORDINATES | st.text(max_size=6) | TREES,
    max_size=4,
)


def written(data: Any, spaces: bool) -> bytes:
    """As a browser writes it, or as somebody else may."""
    return json.dumps(data, separators=None if spaces else (",", ":"), ensure_ascii=False).encode()


EVENTS = st.lists(
    st.builds(
        lambda kind, at, data, spaces: Event(kind, at, msgspec.Raw(written(data, spaces))),
        st.sampled_from([2, 3, 3, 3, 4, 5, 6]),
        TIMES,
        MOVES | PRESSES | st.fixed_dictionaries({"node": TREES}) | ANY,
        st.sampled_from([False, False, False, True]),
    ),
    max_size=12,
)


def raw(data: str, at: float = 1_700_000_000_000, kind: int = 3) -> Event:
    return Event(kind, at, msgspec.Raw(data.encode()))


@settings(max_examples=40)
@given(EVENTS)
@example([raw('{"id":-0,"a":{"id":1}}')])
@example([raw('{"id":007,"a":{"id":1}}'.replace("007", "7.5"))])
@example([raw('{"id":1e5,"a":{"id":3}}')])
@example([raw('{"a":"\\"id\\":5","id":4,"b":{"id":6}}')])
@example([raw('{"source":1,"positions":[]}')])
@example([raw("7"), raw("-1"), raw("[1]"), raw('"x"'), raw("null")])
@example([raw('{"source":2,"type":1,"id":3,"x":1,"y":2,"pointerType":null}')])
@example([raw('{"source":2,"type":1,"id":3,"x":1.0,"y":2}')])
@example(
    [
        raw("{}", 0.1),
        raw("{}", 0.30000000000000004),
        raw("{}", 5.0),
        raw("{}", 6),
        raw("{}", 1e300),
        raw("{}", 7),
    ]
)
def test_events_come_back_byte_for_byte(events: list[Event]) -> None:
    folded = fold(events)
    back = unfold(folded.body, read_pointers(write_pointers(folded.sections)))
    assert encode_events(back) == encode_events(events)


@settings(max_examples=25)
@given(EVENTS)
def test_columns_are_what_decoding_gives(events: list[Event]) -> None:
    sections = read_pointers(write_pointers(fold(events).sections))
    decoded = as_points(sample for event in events for sample in event_points(event))
    assert in_order(sections).tolist() == in_order([decoded]).tolist()


def test_what_a_sample_says() -> None:
    move = raw('{"source":6,"positions":[{"x":1,"y":2.5,"id":3,"timeOffset":-40}]}', 1000.0)
    tap = raw('{"source":2,"type":2,"id":4,"x":5,"y":6,"pointerType":2}', 990.0)
    focus = raw('{"source":2,"type":5,"id":4}')
    scroll = raw('{"source":3,"id":1,"x":0,"y":99}')
    folded = fold([move, tap, focus, scroll])
    assert in_order(folded.sections).tolist() == [
        (960.0, PointerKind.TOUCH_MOVE, 3, 1.0, 2.5),
        (990.0, PointerKind.CLICK, 4, 5.0, 6.0),
    ]
    assert [len(section) for section in folded.sections] == [1, 1, 0]
    assert b"2.5" not in folded.body  # the columns alone have it


def test_a_shift_of_all_ids_folds_to_the_same_text() -> None:
    def tree(first: int) -> str:
        leaves = ",".join(f'{{"type":3,"textContent":"x","id":{first + n}}}' for n in range(1, 9))
        return f'{{"node":{{"type":2,"childNodes":[{leaves}],"id":{first}}}}}'

    texts = {fold([raw(tree(first), kind=2)]).body.partition(b'"id":')[2][2:] for first in (10, 52)}
    assert len(texts) == 1


@settings(max_examples=40)
@given(
    st.lists(st.integers(-(2**62), 2**62 - 1))
    | st.lists(st.integers(-100, 100))
    | st.lists(st.floats(allow_nan=False, allow_infinity=False))
    | st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False))
)
def test_columns_are_exact(values: list[float]) -> None:
    whole = all(isinstance(value, int) for value in values)
    column = np.array(values, np.int64 if whole else np.float64)
    back, rest = read_column(memoryview(write_column(column) + b"rest"), len(values), column.dtype)
    assert bytes(rest) == b"rest"
    assert back.tobytes() == column.tobytes()


def test_columns_are_narrow() -> None:
    track = np.cumsum(np.tile([3, -2, 40, -41], 1000)).astype(np.float64)
    assert len(write_column(track)) == 1 + 1 + 3999
    assert len(write_column(track * 1000)) == 1 + 2 + 3999 * 4


@pytest.mark.parametrize("body", [b"", b"\x07", b"\x01", b"\x08\x00"])
def test_what_is_no_column(body: bytes) -> None:
    with pytest.raises(ValueError, match="no column"):
        read_column(memoryview(body), 1, np.int64)


def test_samples_that_no_column_can_hold_are_none() -> None:
    for data in (
        '{"source":1,"positions":[{"x":1e999,"y":2,"id":3,"timeOffset":0}]}',
        '{"source":1,"positions":[{"x":1,"y":2,"id":99999999999,"timeOffset":0}]}',
        '{"source":2,"type":250,"id":1,"x":1,"y":2}',
        '{"source":[],"positions":3}',
    ):
        assert event_points(raw(data)) == []
    assert math.isinf(float("1e999"))
    assert in_order([]).dtype == POINT


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.integers(0, 10**6),
        st.integers(0, 20_000),
        st.binary(min_size=32, max_size=32),
    )
)


@settings(max_examples=40)
@given(ENTRIES)
def test_the_ledger_knows_each_batch_again(entries: list[Entry]) -> None:
    body = write_ledger(entries)
    back = read_ledger(body)
    assert [(e.sequence, e.event_count) for e in back] == [
        (e.sequence, e.event_count) for e in entries
    ]
    assert all(one.has(entry.digest) for one, entry in zip(back, entries, strict=True))
    if entries:
        assert not back[0].has(bytes(byte ^ 1 for byte in entries[0].digest))
        for cut in (body[:3], body[:-1], body[:-DIGEST_BYTES]):
            with pytest.raises((ValueError, IndexError)):
                read_ledger(cut)
