"""What only Python can match, matched over the distinct terms: they are few."""

from __future__ import annotations

from functools import cached_property

import msgspec
import sqlalchemy as sa

from recorder.expressions.selectors import Selector
from recorder.index.terms import TermKind
from recorder.pages import match_page, page_key
from recorder.store.tables import terms

__all__ = ["Lookup"]


class Lookup:
    """Asks one connection for terms, each kind at most once, and remembers what it matched."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.has_several = False
        """Whether there is more than one comparison; compounds say so."""
        self._visits_of: dict[str, list[int]] = {}
        self._inside: dict[Selector, set[int]] = {}

    @property
    def asks_once(self) -> bool:
        """Whether each comparison is to be asked by itself, and once.

        Left to itself, PostgreSQL asks one anew for each session that another leaves over: seven
        seconds for a broad question, in place of one half. A single one is twice as fast as it is.
        """
        return self.has_several and self._connection.dialect.name == "postgresql"

    def visits(self, pattern: str) -> list[int]:
        """Ids of the visits whose URL the page `pattern` fits."""
        if pattern not in self._visits_of:
            self._visits_of[pattern] = self._match_visits(pattern)
        return self._visits_of[pattern]

    def presses(self, selector: Selector, kind: TermKind) -> list[int]:
        """Ids of the terms of `kind` on an element that `selector` fits, or inside one."""
        if selector not in self._inside:
            self._inside[selector] = selector.fitting(self._elements)
        elements = self._inside[selector]
        query = sa.select(terms.c.id, terms.c.parent_id).where(terms.c.kind == kind)
        return [id for id, parent in self._connection.execute(query) if parent in elements]

    def _match_visits(self, pattern: str) -> list[int]:
        path_pattern = page_key(pattern)
        says_more = "://" in pattern or "?" in pattern
        fits: dict[str, bool] = {}
        found = []
        for id, path, url in self._visits:
            # A site has many URLs, which mostly differ in their query alone.
            if path not in fits:
                fits[path] = match_page(path_pattern, path)
            if fits[path] and (not says_more or match_page(pattern, url)):
                found.append(id)
        return found

    @cached_property
    def _visits(self) -> list[tuple[int, str, str]]:
        query = sa.select(terms.c.id, terms.c.name, terms.c.text).where(
            terms.c.kind == TermKind.VISIT
        )
        return [(id, path, url) for id, path, url in self._connection.execute(query)]

    @cached_property
    def _elements(self) -> list[tuple[int, int | None, str, dict[str, str]]]:
        """In the order in which they were made: those around others first."""
        query = (
            sa.select(
                terms.c.id,
                terms.c.parent_id,
                terms.c.name,
                sa.cast(terms.c.detail, sa.Text).label("detail"),
            )
            .where(terms.c.kind == TermKind.ELEMENT)
            .order_by(terms.c.id)
        )
        rows = self._connection.execute(query).all()
        # All attributes at once: a store has tens of thousands of elements.
        told = msgspec.json.decode(
            "[" + ",".join(row.detail for row in rows) + "]", type=list[dict[str, str]]
        )
        return [
            (row.id, row.parent_id, row.name, attributes)
            for row, attributes in zip(rows, told, strict=True)
        ]
