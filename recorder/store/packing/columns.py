"""Columns of numbers as few bytes: each in the narrowest of four forms, exactly.

Integers as differences to the one before, in 1, 2, 4 or 8 bytes; other numbers as
float32 where that loses nothing, else as float64. Bytes of equal weight stand
together (byte shuffle), because the high ones hardly change.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Column", "read_column", "write_column"]

Column = npt.NDArray[Any]

_DELTAS: Final[dict[int, np.dtype[Any]]] = {width: np.dtype(f"<i{width}") for width in (1, 2, 4, 8)}
_FLOAT32: Final = 104
_FLOAT64: Final = 108
_FORMS: Final = {**_DELTAS, _FLOAT32: np.dtype("<f4"), _FLOAT64: np.dtype("<f8")}
_EXACT: Final = 2.0**53
"""Below it a float64 tells every integer from its neighbours."""


def write_column(column: Column) -> bytes:
    """`column` (one dimension, integers or finite floats): a byte for the form, then the values."""
    if column.dtype.kind != "f" or _integral(column):
        deltas = np.diff(column.astype(np.int64), prepend=np.int64(0))
        for width, kind in _DELTAS.items():
            half = 2 ** (8 * width - 1)
            if not deltas.size or (-half <= int(deltas.min()) and int(deltas.max()) < half):
                return bytes([width]) + _shuffle(deltas.astype(kind))
    with np.errstate(over="ignore"):
        narrow = column.astype("<f4")
    if np.array_equal(narrow.astype(np.float64), column) and not _negative_zero(column):
        return bytes([_FLOAT32]) + _shuffle(narrow)
    return bytes([_FLOAT64]) + _shuffle(column.astype("<f8"))


def read_column(body: memoryview, count: int, dtype: npt.DTypeLike) -> tuple[Column, memoryview]:
    """`count` values as `dtype`, and what follows them. Raises ValueError for what is no column."""
    form = body[0] if len(body) else 0
    kind = _FORMS.get(form)
    if kind is None or len(body) < 1 + count * kind.itemsize:
        raise ValueError("this is no column")
    end = 1 + count * kind.itemsize
    planes = np.frombuffer(body[1:end], np.uint8).reshape(kind.itemsize, count)
    values = np.ascontiguousarray(planes.T).reshape(-1).view(kind)
    if form in _DELTAS:
        values = np.cumsum(values, dtype=np.int64)
    return values.astype(dtype), body[end:]


def _shuffle(values: Column) -> bytes:
    return values.view(np.uint8).reshape(-1, values.dtype.itemsize).T.tobytes()


def _integral(column: Column) -> bool:
    within = bool(np.all(np.abs(column) < _EXACT))
    return within and bool(np.all(column == np.floor(column))) and not _negative_zero(column)


def _negative_zero(column: Column) -> bool:
    return bool(np.any((column == 0) & np.signbit(column)))
