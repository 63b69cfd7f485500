"""Columns of numbers as few bytes: each in the narrowest of four forms, exactly.

Integers as the first one, then differences to the one before, in 1, 2, 4 or 8 bytes
each; other numbers as float32 where that loses nothing, else as float64. Bytes of equal
weight stand together (byte shuffle), because the high ones hardly change.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Column", "read_column", "write_column"]

Column = npt.NDArray[Any]

_WIDTHS: Final = (1, 2, 4, 8)
_FLOAT32: Final = 4
_FLOAT64: Final = 8
_FLOATS: Final[dict[int, np.dtype[Any]]] = {_FLOAT32: np.dtype("<f4"), _FLOAT64: np.dtype("<f8")}
"""Forms of floats. That of integers: the bytes of the first, then (low four bits) of each step."""

_NO_COLUMN: Final = "this is no column"
_EXACT: Final = 2.0**53
"""Below it a float64 tells every integer from its neighbours."""


def write_column(column: Column) -> bytes:
    """`column` (one dimension, integers or finite floats): a byte for the form, then the values."""
    if not column.size:
        return b""
    if column.dtype.kind != "f" or _integral(column):
        whole = column.astype(np.int64)
        first, deltas = _narrowed(whole[:1]), _narrowed(np.diff(whole))
        form = first.itemsize << 4 | deltas.itemsize
        return bytes([form]) + first.tobytes() + _shuffle(deltas)
    with np.errstate(over="ignore"):
        narrow = column.astype(_FLOATS[_FLOAT32])
    if np.array_equal(narrow.astype(np.float64), column) and not _negative_zero(column):
        return bytes([_FLOAT32]) + _shuffle(narrow)
    return bytes([_FLOAT64]) + _shuffle(column.astype(_FLOATS[_FLOAT64]))


def read_column(body: memoryview, count: int, dtype: npt.DTypeLike) -> tuple[Column, memoryview]:
    """`count` values as `dtype`, and what follows them. Raises ValueError for what is no column."""
    if not count:
        return np.empty(0, dtype), body
    form = body[0] if len(body) else 0
    if form in _FLOATS:
        values, rest = _unshuffled(body[1:], count, _FLOATS[form])
        return values.astype(dtype), rest
    widths = form >> 4, form & 15
    if not set(widths) <= set(_WIDTHS):
        raise ValueError(_NO_COLUMN)
    first, rest = _unshuffled(body[1:], 1, _integer(widths[0]))
    deltas, rest = _unshuffled(rest, count - 1, _integer(widths[1]))
    values = np.cumsum(np.concatenate([first, deltas], dtype=np.int64))
    return values.astype(dtype), rest


def _narrowed(values: Column) -> Column:
    """Integers in as few bytes as all of them fit into."""
    for width in _WIDTHS:
        half = 2 ** (8 * width - 1)
        if not values.size or (-half <= int(values.min()) and int(values.max()) < half):
            return values.astype(_integer(width))
    raise AssertionError("an int64 fits into eight bytes")


def _unshuffled(body: memoryview, count: int, kind: np.dtype[Any]) -> tuple[Column, memoryview]:
    size = count * kind.itemsize
    if len(body) < size:
        raise ValueError(_NO_COLUMN)
    planes = np.frombuffer(body[:size], np.uint8).reshape(kind.itemsize, count)
    return np.ascontiguousarray(planes.T).reshape(-1).view(kind), body[size:]


def _integer(width: int) -> np.dtype[Any]:
    return np.dtype(f"<i{width}")


def _shuffle(values: Column) -> bytes:
    return values.view(np.uint8).reshape(-1, values.dtype.itemsize).T.tobytes()


def _integral(column: Column) -> bool:
    within = bool(np.all(np.abs(column) < _EXACT))
    return within and bool(np.all(column == np.floor(column))) and not _negative_zero(column)


def _negative_zero(column: Column) -> bool:
    return bool(np.any((column == 0) & np.signbit(column)))
