"""The tree that a text is parsed to. `str(node)` is a text that parses to an equal tree."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from recorder.expressions.conditions import Condition
from recorder.expressions.fields import TRAIT_PREFIX
from recorder.expressions.kinds import Operator
from recorder.expressions.lookup import Lookup
from recorder.expressions.values import BARE_NAME, quote

__all__ = ["AllOf", "AnyOf", "Comparison", "Expression", "Not"]


class Expression(ABC):
    """A filter over sessions."""

    @abstractmethod
    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Over `indexed_sessions`: whether a session fits. May raise StoreUnavailable."""

    @abstractmethod
    def affirmed(self) -> Iterator[Comparison]:
        """The comparisons that can be why a session fits: those not below a `not`."""


@dataclass(frozen=True)
class Comparison(Expression):
    """A field, an operator, a value as text; `condition` is what they mean."""

    field: str
    operator: Operator
    value: str
    condition: Condition = dataclasses.field(compare=False, repr=False)

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Whether the comparison holds."""
        return self.condition.where(lookup)

    def affirmed(self) -> Iterator[Comparison]:
        """Itself."""
        yield self

    def __str__(self) -> str:
        name = self.field
        if name.startswith(TRAIT_PREFIX):
            name = TRAIT_PREFIX + quote(name.removeprefix(TRAIT_PREFIX), BARE_NAME)
        return f"{name} {self.operator} {quote(self.value)}"


@dataclass(frozen=True)
class Not(Expression):
    """What does not fit `part`."""

    part: Expression

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Whether the part does not fit."""
        return sa.not_(self.part.where(lookup))

    def affirmed(self) -> Iterator[Comparison]:
        """None: that something did not happen has no place in a session."""
        yield from ()

    def __str__(self) -> str:
        return f"not {_bracketed(self.part)}"


@dataclass(frozen=True)
class AllOf(Expression):
    """What fits every one of two or more `parts`."""

    parts: tuple[Expression, ...]

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Whether every part fits."""
        lookup.has_several = True
        return sa.and_(*(part.where(lookup) for part in self.parts))

    def affirmed(self) -> Iterator[Comparison]:
        """Those of all parts."""
        for part in self.parts:
            yield from part.affirmed()

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf(Expression):
    """What fits at least one of two or more `parts`."""

    parts: tuple[Expression, ...]

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Whether one part fits."""
        lookup.has_several = True
        return sa.or_(*(part.where(lookup) for part in self.parts))

    def affirmed(self) -> Iterator[Comparison]:
        """Those of all parts."""
        for part in self.parts:
            yield from part.affirmed()

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


def _bracketed(part: Expression) -> str:
    """Brackets also where `and` binds anyway: whoever reads it need not know that."""
    return f"({part})" if isinstance(part, AllOf | AnyOf) else str(part)
