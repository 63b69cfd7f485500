"""The few things that SQLite and PostgreSQL write in different ways, and every value made fit.

Capitals do not matter where text is searched. On SQLite both sides go through
Python's `str.casefold` (see `recorder.store.opening`), on PostgreSQL through
its own `lower`, which leaves `ß` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["among", "bindable", "contains", "in_parts", "listed", "one_of", "same_name"]

_PARAMETERS: Final = 500
"""Values in one IN list; SQLite takes 32,766, PostgreSQL 65,535."""

_Value = TypeVar("_Value", str, bytes, int, tuple[str, int])


def in_parts(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """`values`, each once and in order, in lists of which none is too long for an IN list."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _PARAMETERS):
        yield ordered[start : start + _PARAMETERS]


def one_of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the column is one of the list that the statement is given as `listed`."""
    return column.in_(sa.bindparam("values", expanding=True))


def listed(values: list[_Value]) -> dict[str, list[_Value]]:
    """What `one_of` is given: `values`, the last one repeated up to a power of two.

    So there are few texts of a statement, and databases know most of them already.
    """
    wanted = 1 << max(len(values) - 1, 0).bit_length()
    return {"values": values + values[-1:] * (wanted - len(values))}


def bindable(text: str) -> str:
    """`text` as every database takes it; what is stored never holds what is replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def contains(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether `text` is in the column's text, capitals or not."""
    return _Place(column, sa.literal(bindable(text), sa.Text)) > 0


def same_name(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether the column's text is `text`, capitals or not."""
    return _Folded(column) == _Folded(sa.literal(bindable(text), sa.Text))


def among(column: sa.ColumnElement[Any], numbers: Iterable[int]) -> sa.ColumnElement[bool]:
    """Whether the column is one of `numbers`, however many: they travel as one JSON text."""
    listed = _Numbers(sa.literal(json.dumps(sorted(numbers)), sa.Text))
    return column.op("IN", is_comparison=True, return_type=sa.Boolean())(listed)


class _Folded(FunctionElement[str]):
    type = sa.Text()
    inherit_cache = True


class _Place(FunctionElement[int]):
    """Where the second text begins in the first, from 1; 0 if nowhere."""

    type = sa.Integer()
    inherit_cache = True


class _Numbers(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Folded, "sqlite")
def _folded_sqlite(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"casefold({compiler.process(element.clauses, **options)})"


@compiles(_Folded)
def _folded(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(_Place, "sqlite")
def _place_sqlite(element: _Place, compiler: SQLCompiler, **options: Any) -> str:
    text, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"instr(casefold({text}), casefold({part}))"


@compiles(_Place)
def _place(element: _Place, compiler: SQLCompiler, **options: Any) -> str:
    text, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"strpos(lower({text}), lower({part}))"


@compiles(_Numbers, "sqlite")
def _numbers_sqlite(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    return "(SELECT value FROM json_each(%s))" % listed  # noqa: S608, UP031 - a parameter's place


@compiles(_Numbers)
def _numbers(element: _Numbers, compiler: SQLCompiler, **options: Any) -> str:
    listed = compiler.process(element.clauses, **options)
    listed = f"json_array_elements_text(CAST({listed} AS JSON))"
    return "(SELECT CAST(value AS BIGINT) FROM %s AS numbers (value))" % listed  # noqa: S608, UP031
