"""What only Python can match, matched over the distinct terms: they are few."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import sqlalchemy as sa

from recorder.expressions.selectors import Selector
from recorder.index.terms import TermKind
from recorder.pages import match_page, page_key
from recorder.store.tables import terms

__all__ = ["Lookup"]


class Lookup:
    """Asks one connection for terms, each kind at most once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def visits(self, pattern: str) -> list[int]:
        """Ids of the visits whose URL the page `pattern` fits."""
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

    def presses(self, selector: Selector, kinds: Sequence[TermKind]) -> list[int]:
        """Ids of the terms of `kinds` on an element that `selector` fits, or inside one."""
        elements = selector.fitting(self._elements)
        query = sa.select(terms.c.id, terms.c.parent_id).where(terms.c.kind.in_(kinds))
        return [id for id, parent in self._connection.execute(query) if parent in elements]

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
            sa.select(terms.c.id, terms.c.parent_id, terms.c.name, terms.c.detail)
            .where(terms.c.kind == TermKind.ELEMENT)
            .order_by(terms.c.id)
        )
        return [tuple(row) for row in self._connection.execute(query)]
