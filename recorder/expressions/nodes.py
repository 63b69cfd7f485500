"""The tree that a text is parsed to. `str(node)` is a text that parses to an equal tree."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from recorder.expressions.facts import SessionFacts
from recorder.expressions.fields import TRAIT_PREFIX
from recorder.expressions.kinds import Operator
from recorder.expressions.values import BARE_NAME, quote

__all__ = ["AllOf", "AnyOf", "Comparison", "Expression", "Not"]


class Expression(ABC):
    """A filter over sessions."""

    @abstractmethod
    def matches(self, facts: SessionFacts) -> bool:
        """Whether the session fits. Reads of it only what decides; may raise StoreUnavailable."""


@dataclass(frozen=True)
class Comparison(Expression):
    """A field, an operator, a value as text; `test` is what they mean."""

    field: str
    operator: Operator
    value: str
    test: Callable[[SessionFacts], bool] = dataclasses.field(compare=False, repr=False)

    def matches(self, facts: SessionFacts) -> bool:
        """Whether the comparison holds."""
        return self.test(facts)

    def __str__(self) -> str:
        name = self.field
        if name.startswith(TRAIT_PREFIX):
            name = TRAIT_PREFIX + quote(name.removeprefix(TRAIT_PREFIX), BARE_NAME)
        return f"{name} {self.operator} {quote(self.value)}"


@dataclass(frozen=True)
class Not(Expression):
    """What does not fit `part`."""

    part: Expression

    def matches(self, facts: SessionFacts) -> bool:
        """Whether the part does not fit."""
        return not self.part.matches(facts)

    def __str__(self) -> str:
        return f"not {_bracketed(self.part)}"


@dataclass(frozen=True)
class AllOf(Expression):
    """What fits every one of two or more `parts`, asked in their order."""

    parts: tuple[Expression, ...]

    def matches(self, facts: SessionFacts) -> bool:
        """Whether every part fits; stops at the first that does not."""
        return all(part.matches(facts) for part in self.parts)

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf(Expression):
    """What fits at least one of two or more `parts`, asked in their order."""

    parts: tuple[Expression, ...]

    def matches(self, facts: SessionFacts) -> bool:
        """Whether one part fits; stops at the first that does."""
        return any(part.matches(facts) for part in self.parts)

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


def _bracketed(part: Expression) -> str:
    """Brackets also where `and` binds anyway: whoever reads it need not know that."""
    return f"({part})" if isinstance(part, AllOf | AnyOf) else str(part)
