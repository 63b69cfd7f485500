"""All that a store gives back of recordings, to be compared."""

from __future__ import annotations

from typing import Any

from recorder.store import Store

__all__ = ["contents"]


def contents(store: Store) -> dict[str, Any]:
    """All that can be read of recordings."""
    sessions = store.sessions()
    documents = [row for session in sessions for row in store.documents(session.id)]
    return {
        "sessions": sessions,
        "documents": documents,
        "views": store.page_views(),
        "events": {
            row.id: [(e.type, e.timestamp, bytes(e.data)) for e in store.events(row.id)]
            for row in documents
        },
        "gaps": {row.id: store.gaps(row.id) for row in documents},
    }
