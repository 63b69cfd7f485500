"""What can be compared: each field, its kind, and where its facts are read.

A field may have several facts (the width of each document): a comparison holds
if one of them does. `!=` is `not` before `=`: no document has that width. A
text that was not recorded is empty: `variant = ""` finds sessions without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeVar, get_args

from recorder.expressions.facts import SessionFacts
from recorder.expressions.kinds import (
    NAME,
    NUMBER,
    PAGE,
    SINCE,
    TEXT,
    TIME,
    UNTIL,
    Kind,
    Operator,
    one_of,
)
from recorder.store.rows import Source

__all__ = ["FIELDS", "TRAIT_PREFIX", "Field", "find_field", "nearest_field"]

Fact = TypeVar("Fact")
Test = Callable[[SessionFacts], bool]

TRAIT_PREFIX: Final = "trait."


@dataclass(frozen=True, slots=True)
class Field:
    """`test(operator, value)` makes the test of one comparison; raises BadValue.

    The operator must be one of `operators`.
    """

    name: str
    values: str
    operators: tuple[Operator, ...]
    test: Callable[[Operator, str], Test]


def _field(name: str, kind: Kind[Fact], read: Callable[[SessionFacts], Iterable[Fact]]) -> Field:
    def test(operator: Operator, value: str) -> Test:
        if operator is Operator.IS_NOT:
            same = kind.predicate(Operator.IS, value)
            return lambda facts: not any(map(same, read(facts)))
        holds = kind.predicate(operator, value)
        return lambda facts: any(map(holds, read(facts)))

    return Field(name, kind.values, kind.operators, test)


def _widths(facts: SessionFacts) -> Iterable[float]:
    return (document.width for document in facts.documents if document.width is not None)


FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        _field("session", TEXT, lambda facts: (facts.session.id,)),
        _field("site", TEXT, lambda facts: (facts.session.site_id,)),
        _field("visitor", TEXT, lambda facts: (facts.session.visitor_id,)),
        _field("device", NAME, lambda facts: (facts.device,)),
        _field("source", one_of(get_args(Source)), lambda facts: (facts.session.source,)),
        _field("variant", TEXT, lambda facts: (facts.session.variant or "",)),
        _field("release", TEXT, lambda facts: (facts.session.release or "",)),
        _field("since", SINCE, lambda facts: (facts.session.started_at,)),
        _field("until", UNTIL, lambda facts: (facts.session.started_at,)),
        _field("started", TIME, lambda facts: (facts.session.started_at,)),
        _field("duration", NUMBER, lambda facts: (facts.duration,)),
        _field("visited", PAGE, lambda facts: (view.url for view in facts.page_views)),
        _field("width", NUMBER, _widths),
    )
}
"""Every field but the traits, by name."""


def find_field(name: str) -> Field | None:
    """The field called `name`; any `trait.NAME` is one. None if there is none."""
    trait = name.removeprefix(TRAIT_PREFIX)
    if trait and trait != name:
        return _field(name, TEXT, lambda facts: (facts.session.traits.get(trait, ""),))
    return FIELDS.get(name)


def nearest_field(name: str) -> str | None:
    """What someone who wrote `name` may have meant."""
    head, dot, rest = name.partition(".")
    if head.lower() in ("trait", "traits") or (dot and get_close_matches(head, ["trait"])):
        return TRAIT_PREFIX + (rest or "NAME")
    near = get_close_matches(name.lower(), FIELDS, n=1)
    return near[0] if near else None
