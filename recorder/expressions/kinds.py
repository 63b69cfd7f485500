"""How values of one kind are compared, in SQL: text, names, numbers, times.

A kind turns an operator and the value as written into a condition over one
column. `!=` is not among them: it is `not` before `=`, for every kind, which
`recorder.expressions.fields` sees to.
"""

from __future__ import annotations

import operator as py
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from recorder.expressions.values import BadValue, read_number, read_span
from recorder.store.sql import bindable, contains, same_name

__all__ = ["EQUALITY", "NAME", "NUMBER", "SINCE", "TEXT", "TIME", "UNTIL", "Kind", "Operator"]
__all__ += ["Test", "one_of"]

Test = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]


class Operator(StrEnum):
    """What stands between a field and a value."""

    IS = "="
    IS_NOT = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    CONTAINS = "~"


EQUALITY: Final = (Operator.IS, Operator.IS_NOT)
ORDER: Final = (Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST)


@dataclass(frozen=True, slots=True)
class Kind:
    """`values` says what may be written; `test` raises BadValue for anything else."""

    values: str
    operators: tuple[Operator, ...]
    test: Callable[[Operator, str], Test]


def _text(operator: Operator, value: str) -> Test:
    if operator is Operator.CONTAINS:
        return lambda column: contains(column, value)
    return lambda column: column == bindable(value)


def _name(operator: Operator, value: str) -> Test:
    if operator is Operator.CONTAINS:
        return lambda column: contains(column, value)
    return lambda column: same_name(column, value)


_COMPARE: dict[Operator, Callable[[Any, Any], sa.ColumnElement[bool]]] = {
    Operator.IS: py.eq,
    Operator.BELOW: py.lt,
    Operator.AT_MOST: py.le,
    Operator.ABOVE: py.gt,
    Operator.AT_LEAST: py.ge,
}


def _number(operator: Operator, value: str) -> Test:
    number, compare = sa.literal(read_number(value), sa.Double), _COMPARE[operator]
    return lambda column: compare(column, number)


def _time(operator: Operator, value: str) -> Test:
    """A date is its whole day: `> 2026-11-01` begins with the 2nd, `<=` ends with the 1st."""
    span = read_span(value)
    tests: dict[Operator, Test] = {
        Operator.IS: lambda at: (at >= span.start) & (at < span.end),
        Operator.BELOW: lambda at: at < span.start,
        Operator.AT_MOST: lambda at: at < span.end,
        Operator.ABOVE: lambda at: at >= span.end,
        Operator.AT_LEAST: lambda at: at >= span.start,
    }
    return tests[operator]


def _since(operator: Operator, value: str) -> Test:
    return _time(Operator.AT_LEAST, value)


def _until(operator: Operator, value: str) -> Test:
    return _time(Operator.BELOW, value)


def one_of(known: Sequence[str]) -> Kind:
    """Names of which all are known, so that a slip does not pass as an empty answer."""

    def test(operator: Operator, value: str) -> Test:
        if operator is not Operator.CONTAINS and value.casefold() not in known:
            near = get_close_matches(value.casefold(), known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise BadValue(
                f"{value[:80]!r} is none of {', '.join(known)}.", f"{hint}Write one of these."
            )
        return _name(operator, value)

    return Kind("one of " + ", ".join(known), (*EQUALITY, Operator.CONTAINS), test)


TEXT: Final = Kind("text", (*EQUALITY, Operator.CONTAINS), _text)
NAME: Final = Kind("text, capitals do not matter", (*EQUALITY, Operator.CONTAINS), _name)
NUMBER: Final = Kind("number", (*EQUALITY, *ORDER), _number)
TIME: Final = Kind("date, or date and time", (*EQUALITY, *ORDER), _time)
SINCE: Final = Kind("date, or date and time", (Operator.IS,), _since)
UNTIL: Final = Kind("date, or date and time", (Operator.IS,), _until)
