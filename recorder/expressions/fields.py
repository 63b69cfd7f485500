"""What can be compared: each field, its kind, and where in the index its facts are.

A field may have several facts (the URL of each page view): a comparison holds
if one of them does. `!=` is `not` before `=`: no page view has that URL. A
text that was not recorded is empty: `variant = ""` finds sessions without one,
`goal = ""` those in which none was reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

import sqlalchemy as sa

from recorder.expressions.conditions import Condition, Negated, OfSession, OfTerms
from recorder.expressions.kinds import (
    EQUALITY,
    NAME,
    NUMBER,
    SINCE,
    TEXT,
    TIME,
    UNTIL,
    Kind,
    Operator,
    one_of,
)
from recorder.expressions.selectors import Selector
from recorder.index.terms import TermKind
from recorder.store.rows import Source
from recorder.store.sql import among, contains
from recorder.store.tables import indexed_sessions, terms

__all__ = ["FIELDS", "TRAIT_PREFIX", "Field", "find_field", "nearest_field"]

TRAIT_PREFIX: Final = "trait."


@dataclass(frozen=True, slots=True)
class Field:
    """`condition(operator, value)` is what one comparison asks; raises BadValue.

    The operator must be one of `operators`.
    """

    name: str
    values: str
    operators: tuple[Operator, ...]
    condition: Callable[[Operator, str], Condition]


def _field(
    name: str,
    values: str,
    operators: tuple[Operator, ...],
    positive: Callable[[Operator, str], Condition],
) -> Field:
    """A field by its conditions for all operators but `!=`."""

    def condition(operator: Operator, value: str) -> Condition:
        if operator is Operator.IS_NOT:
            return Negated(positive(Operator.IS, value))
        return positive(operator, value)

    return Field(name, values, operators, condition)


def _of_session(
    name: str, kind: Kind, column: sa.ColumnElement[Any], counts: TermKind | None = None
) -> Field:
    """A field of the session's row; `counts` is what it is the number of."""

    def positive(operator: Operator, value: str) -> Condition:
        return OfSession(kind.test(operator, value)(column), counts)

    return _field(name, kind.values, kind.operators, positive)


def _number(name: str, of: TermKind) -> Field:
    """A field by the numbers of all terms of a kind."""

    def positive(operator: Operator, value: str) -> Condition:
        holds = NUMBER.test(operator, value)(terms.c.number)
        return OfTerms(of, lambda _: holds)

    return _field(name, NUMBER.values, NUMBER.operators, positive)


def _text(
    name: str,
    of: TermKind,
    *equal_to: sa.ColumnElement[str],
    kind: Kind = TEXT,
    values: str | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> Field:
    """A field by the texts of all terms of a kind, `only` of some.

    `=` compares their `text`, or any of the columns `equal_to`.
    """
    among_these = sa.true() if only is None else only

    def positive(operator: Operator, value: str) -> Condition:
        test = kind.test(operator, value)
        if not value:
            # What was not recorded is empty, and contains the empty text.
            some = OfTerms(of, lambda _: among_these & (terms.c.text != ""))
            return Negated(some) if operator is Operator.IS else OfSession(sa.true())
        columns = (terms.c.text,) if operator is Operator.CONTAINS else equal_to or (terms.c.text,)
        holds = among_these & sa.or_(*map(test, columns))
        return OfTerms(of, lambda _: holds)

    return _field(name, values or kind.values, kind.operators, positive)


def _visited() -> Field:
    def positive(operator: Operator, value: str) -> Condition:
        if operator is Operator.CONTAINS:
            return OfTerms(TermKind.VISIT, lambda _: contains(terms.c.text, value))
        return OfTerms(TermKind.VISIT, lambda lookup: among(terms.c.id, lookup.visits(value)))

    return _field("visited", "PAGE pattern", (*EQUALITY, Operator.CONTAINS), positive)


def _pressed(name: str, kind: TermKind) -> Field:
    def positive(operator: Operator, value: str) -> Condition:
        if operator is Operator.CONTAINS:
            return OfTerms(kind, lambda _: contains(terms.c.text, value))
        selector = Selector(value)
        return OfTerms(kind, lambda lookup: among(terms.c.id, lookup.presses(selector, kind)))

    return _field(name, "CSS selector", (*EQUALITY, Operator.CONTAINS), positive)


_row = indexed_sessions.c

FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        _of_session("session", TEXT, _row.session_id),
        _of_session("site", TEXT, _row.site_id),
        _of_session("visitor", TEXT, _row.visitor_id),
        _of_session("device", NAME, _row.device),
        _text("agent", TermKind.AGENT),
        _of_session("source", one_of(get_args(Source)), _row.source),
        _of_session("variant", TEXT, _row.variant),
        _of_session("release", TEXT, _row.release),
        _of_session("since", SINCE, _row.started_at),
        _of_session("until", UNTIL, _row.started_at),
        _of_session("started", TIME, _row.started_at),
        _of_session("ended", TIME, _row.ended_at),
        _of_session("duration", NUMBER, _row.duration),
        _number("width", TermKind.WIDTH),
        _visited(),
        _text("page", TermKind.PAGE, kind=NAME),
        _text("title", TermKind.TITLE),
        _pressed("clicked", TermKind.PRESS),
        _of_session("clicks", NUMBER, _row.clicks, TermKind.PRESS),
        _pressed("raged", TermKind.RAGE),
        _of_session("rage", NUMBER, _row.rage, TermKind.RAGE),
        _text(
            *("error", TermKind.ERROR, terms.c.text, terms.c.name),
            values="text, or an error's fingerprint",
        ),
        _of_session("errors", NUMBER, _row.errors, TermKind.ERROR),
        _text("request", TermKind.REQUEST, terms.c.name, terms.c.text),
        _number("status", TermKind.REQUEST),
        _text("goal", TermKind.GOAL),
        _text("report", TermKind.REPORT),
        _of_session("gaps", NUMBER, _row.gaps, TermKind.GAP),
    )
}
"""Every field but the traits, by name."""


def find_field(name: str) -> Field | None:
    """The field called `name`; any `trait.NAME` is one. None if there is none."""
    trait = name.removeprefix(TRAIT_PREFIX)
    if trait and trait != name:
        return _text(name, TermKind.TRAIT, only=TEXT.test(Operator.IS, trait)(terms.c.name))
    return FIELDS.get(name)


def nearest_field(name: str) -> str | None:
    """What someone who wrote `name` may have meant."""
    head, dot, rest = name.partition(".")
    if head.lower() in ("trait", "traits") or (dot and get_close_matches(head, ["trait"])):
        return TRAIT_PREFIX + (rest or "NAME")
    near = get_close_matches(name.lower(), FIELDS, n=1)
    return near[0] if near else None
