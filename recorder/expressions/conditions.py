"""What one comparison asks of a session, as SQL over the index.

A condition is either over the session's own row (`OfSession`), or over what
happened in it (`OfTerms`): then a session fits if one of its terms does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from recorder.expressions.lookup import Lookup
from recorder.index.terms import TermKind
from recorder.store.tables import indexed_sessions, occurrences, terms

__all__ = ["Condition", "Negated", "OfSession", "OfTerms"]

OF_THE_WHOLE: Final = frozenset({TermKind.TRAIT, TermKind.AGENT, TermKind.WIDTH})
"""Kinds of terms that are no happenings: they hold from the session's, or document's, start."""

OverTerms = Callable[[Lookup], sa.ColumnElement[bool]]


class Condition(ABC):
    """A question to the index."""

    @abstractmethod
    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Over `indexed_sessions`: whether a session fits."""

    def shown(self, lookup: Lookup) -> sa.ColumnElement[bool] | None:
        """Over `terms`: what in a session that fits makes it fit; None if nothing happened."""
        return None


@dataclass(frozen=True)
class OfSession(Condition):
    """`holds` of the session's row; `kind` is what it counts, to be pointed to."""

    holds: sa.ColumnElement[bool]
    kind: TermKind | None = None

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """The condition itself."""
        return self.holds

    def shown(self, lookup: Lookup) -> sa.ColumnElement[bool] | None:
        """All that was counted."""
        return None if self.kind is None else terms.c.kind == self.kind


@dataclass(frozen=True)
class OfTerms(Condition):
    """`holds` of one of the session's terms of `kind`."""

    kind: TermKind
    holds: OverTerms

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """Whether the session's number is among those of such an occurrence."""
        fitting = occurrences.c.term_id.in_(sa.select(terms.c.id).where(self._fitting(lookup)))
        found = sa.select(occurrences.c.session_number).where(fitting)
        if lookup.asks_once:
            once = found.distinct().cte().prefix_with("MATERIALIZED")
            found = sa.select(once.c.session_number)
        return indexed_sessions.c.number.in_(found)

    def shown(self, lookup: Lookup) -> sa.ColumnElement[bool] | None:
        """The terms for which it holds, unless they are of the session as a whole."""
        return None if self.kind in OF_THE_WHOLE else self._fitting(lookup)

    def _fitting(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        return (terms.c.kind == self.kind) & self.holds(lookup)


@dataclass(frozen=True)
class Negated(Condition):
    """What does not fit `condition`: there is nothing to be pointed to."""

    condition: Condition

    def where(self, lookup: Lookup) -> sa.ColumnElement[bool]:
        """The opposite."""
        return sa.not_(self.condition.where(lookup))
