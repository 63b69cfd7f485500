"""Which documents are to be packed, and of whom recordings of a page are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.store.packing.dictionaries import family
from recorder.store.tables import blocks, chunks, dictionaries, documents, page_views, sessions

__all__ = ["Due", "Scope", "awaiting", "due", "of_page", "packed_against"]

_RECENT: Final = 400
"""Documents of a page that are looked at for samples: enough to find people in."""


@dataclass(frozen=True, slots=True)
class Due:
    """A document that is to be packed: where it was recorded, and of whom."""

    document_id: str
    site_id: str
    visitor_id: str
    page: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents count as closed at `now` (epoch ms).

    One of which no batch has come for CLOSED_AFTER_MS by our clock; where that was
    not noted, no event. `asked`: those that no tag sent, at once. `everything`: all,
    also those that are being recorded.
    """

    now: int
    asked: bool = False
    everything: bool = False


def due(connection: sa.Connection, scope: Scope) -> list[Due]:
    """Closed documents of which batches lie beside or in place of blocks, by page and start."""
    last = (
        sa.select(chunks.c.document_id, sa.func.max(chunks.c.sequence).label("sequence"))
        .group_by(chunks.c.document_id)
        .subquery()
    )
    query = (
        sa.select(*_DUE, sessions.c.source, documents.c.ended_at, chunks.c.received_at)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .join(last, last.c.document_id == documents.c.id)
        .join(
            chunks,
            (chunks.c.document_id == last.c.document_id) & (chunks.c.sequence == last.c.sequence),
        )
        .order_by(documents.c.started_at)
    )
    before = scope.now - limits.CLOSED_AFTER_MS
    found: list[Due] = []
    for row in connection.execute(query):
        last_at = row.ended_at if row.received_at is None else row.received_at
        at_once = scope.everything or (scope.asked and row.source != "tag")
        if at_once or last_at <= before:
            found.append(_due(row))
    return sorted(found, key=lambda one: (one.site_id, one.page))


def of_page(connection: sa.Connection, site_id: str, page: str) -> list[Due]:
    """Documents of a page or family, the latest first."""
    path = page_views.c.path
    same = path.startswith(page[:-1], autoescape=True) if page.endswith("/*") else path == page
    query = (
        sa.select(*_DUE)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .where(
            sessions.c.site_id == site_id,
            documents.c.id.in_(sa.select(page_views.c.document_id).where(same)),
        )
        .order_by(documents.c.started_at.desc(), documents.c.id)
        .limit(_RECENT)
    )
    return [one for one in map(_due, connection.execute(query)) if one.page == page]


def awaiting(
    connection: sa.Connection, site_id: str, page: str, since: int, limit: int
) -> list[Due]:
    """Documents of a page that were packed before `since` without a dictionary of the page."""
    other = blocks.c.dictionary_id.is_(None) | (dictionaries.c.page != page)
    packed = (
        sa.select(blocks.c.document_id)
        .outerjoin(dictionaries, dictionaries.c.id == blocks.c.dictionary_id)
        .where(blocks.c.page == page, blocks.c.packed_at < since, other)
    )
    query = (
        sa.select(*_DUE)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .where(sessions.c.site_id == site_id, documents.c.id.in_(packed))
        .order_by(documents.c.id)
        .limit(limit)
    )
    return [_due(row) for row in connection.execute(query)]


def packed_against(connection: sa.Connection, dictionary_id: int, limit: int) -> list[Due]:
    """Documents with a block that needs this dictionary."""
    packed = sa.select(blocks.c.document_id).where(blocks.c.dictionary_id == dictionary_id)
    query = (
        sa.select(*_DUE)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .where(documents.c.id.in_(packed))
        .order_by(documents.c.id)
        .limit(limit)
    )
    return [_due(row) for row in connection.execute(query)]


_DUE: Final = (documents.c.id, documents.c.url, sessions.c.site_id, sessions.c.visitor_id)


def _due(row: Any) -> Due:
    return Due(row.id, row.site_id, row.visitor_id, family(row.url))
