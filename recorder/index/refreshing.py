"""When sessions are indexed: behind the collector, after a recording, and before any question."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from recorder import limits
from recorder.errors import BrokenRecording, UnknownSession
from recorder.events import Event
from recorder.index.keeping import VERSION, keep
from recorder.index.making import IndexedSession, Recorded, index_session
from recorder.store import DocumentRow, PageView, Store
from recorder.store.tables import documents, indexed_sessions

__all__ = ["Progress", "index_pending", "refresh"]

Progress = Callable[[int, int], None]
"""Told how many sessions are done, of how many."""

_log = logging.getLogger(__name__)


def index_pending(store: Store, limit: int = limits.INDEX_SESSIONS) -> int:
    """Indexes up to `limit` sessions that have become quiet; how many there were.

    For the background: call it again at once while it gives back `limit`.
    """
    quiet_since = int(time.time() * 1000) - limits.INDEX_QUIET_MS
    stale = _stale(store, quiet_since)[:limit]
    _index_all(store, stale, None)
    return len(stale)


def refresh(store: Store, progress: Progress | None = None) -> int:
    """Indexes every session of which the index does not know all; how many there were.

    What arrives meanwhile is left for the next time.
    """
    stale = _stale(store, None)
    _index_all(store, stale, progress)
    return len(stale)


def _stale(store: Store, quiet_since: int | None) -> list[str]:
    """Ids of sessions to be indexed; of those with new batches, the ones quiet since then."""
    ended = sa.func.max(documents.c.ended_at + sa.func.coalesce(documents.c.clock_offset_ms, 0))
    waiting = (
        sa.select(documents.c.session_id)
        .where(documents.c.pending > 0)
        .group_by(documents.c.session_id)
        .order_by(documents.c.session_id)
    )
    if quiet_since is not None:
        waiting = waiting.having(ended < quiet_since)
    older = indexed_sessions.c.version < VERSION
    newer = indexed_sessions.c.version > VERSION
    outdated = sa.select(indexed_sessions.c.session_id).where(older | newer)
    with store.reading() as connection:
        found = [*connection.scalars(waiting), *connection.scalars(outdated)]
    return list(dict.fromkeys(found))


def _index_all(store: Store, session_ids: Sequence[str], progress: Progress | None) -> None:
    if progress and session_ids:
        progress(0, len(session_ids))
    for start in range(0, len(session_ids), limits.INDEX_SESSIONS):
        part = session_ids[start : start + limits.INDEX_SESSIONS]
        made: list[IndexedSession] = []
        seen: dict[str, int] = {}
        for id in part:
            # First: a batch that comes while the events are read is then pending still.
            seen |= _pending(store, id)
            try:
                made.append(_made(store, id))
            except UnknownSession:
                continue  # it was erased meanwhile
        store.write(partial(keep, made=made, seen=seen))
        if progress:
            progress(start + len(part), len(session_ids))


def _pending(store: Store, session_id: str) -> dict[str, int]:
    query = sa.select(documents.c.id, documents.c.pending).where(
        documents.c.session_id == session_id
    )
    with store.reading() as connection:
        return {row.id: row.pending for row in connection.execute(query)}


def _made(store: Store, session_id: str) -> IndexedSession:
    session = store.session(session_id)
    views: dict[str, list[PageView]] = {}
    for view in store.page_views(session_id=session.id):
        views.setdefault(view.document_id, []).append(view)
    recorded = [
        Recorded(
            document,
            views.get(document.id, []),
            _events(store, document),
            store.gaps(document.id),
            store.batch_ends(document.id),
        )
        for document in store.documents(session.id)
    ]
    try:
        return index_session(session, recorded)
    except Exception:  # noqa: BLE001 - one recording must not take the answers about all others
        _log.exception("session %s is indexed without what happened in it", session.id)
        return index_session(session, [replace(one, events=()) for one in recorded])


def _events(store: Store, document: DocumentRow) -> list[Event]:
    try:
        return store.events(document.id)
    except BrokenRecording as error:
        # The session is still found by all that does not stand in its events.
        _log.warning("not all of session %s is indexed: %s", document.session_id, error.message)
        return []
