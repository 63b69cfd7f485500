"""Reading what was left out of accepted batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from recorder.store.rows import QuarantineRow
from recorder.store.sql import in_parts
from recorder.store.tables import documents, quarantine

__all__ = ["count_refused", "read_quarantine"]


def count_refused(
    connection: sa.Connection, session_ids: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Events left out, by session and reason; sessions without any are not in it."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for part in in_parts(session_ids):
        query = (
            sa.select(documents.c.session_id, quarantine.c.reason, sa.func.sum(quarantine.c.events))
            .join(documents, documents.c.id == quarantine.c.document_id)
            .where(documents.c.session_id.in_(part))
            .group_by(documents.c.session_id, quarantine.c.reason)
            .order_by(documents.c.session_id, quarantine.c.reason)
        )
        for session_id, reason, events in connection.execute(query):
            found[session_id][reason] = int(events)
    return dict(found)


def read_quarantine(connection: sa.Connection, document_id: str) -> list[QuarantineRow]:
    """By batch and place in it."""
    query = (
        quarantine.select()
        .where(quarantine.c.document_id == document_id)
        .order_by(quarantine.c.sequence, quarantine.c.first_position)
    )
    return [QuarantineRow(*row) for row in connection.execute(query)]
