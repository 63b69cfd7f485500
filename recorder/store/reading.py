"""Reading sessions, documents and page views."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from recorder.errors import UnknownSession
from recorder.pages import fold_route
from recorder.store.rows import DocumentRow, PageSummary, PageView, SessionRow
from recorder.store.tables import chunks, documents, page_views, sessions

__all__ = [
    "read_batch_ends",
    "read_documents",
    "read_documents_showing",
    "read_page_views",
    "read_session",
    "read_sessions",
    "read_visitor",
    "session_of",
    "summarise",
]

_LIST_SESSIONS = "List them with: heatwright sessions"


def read_sessions(
    connection: sa.Connection,
    site_id: str | None,
    limit: int | None,
    before: tuple[int, str] | None = None,
    visitor: str | None = None,
) -> list[SessionRow]:
    """Sessions, the latest first; `before`: what follows this start (epoch ms) and id."""
    query = sessions.select().order_by(sessions.c.started_at.desc(), sessions.c.id.desc())
    if site_id is not None:
        query = query.where(sessions.c.site_id == site_id)
    if visitor is not None:
        query = query.where(sessions.c.visitor_id == visitor)
    if before is not None:
        at, last = before
        same = (sessions.c.started_at == at) & (sessions.c.id < last)
        query = query.where((sessions.c.started_at < at) | same)
    return [session_of(row) for row in connection.execute(query.limit(limit))]


def read_session(connection: sa.Connection, reference: str) -> SessionRow:
    """The session a person means: full id, unique prefix, or `latest`. Raises UnknownSession."""
    if reference == "latest":
        latest = read_sessions(connection, None, 1)
        if latest:
            return latest[0]
        raise UnknownSession(
            "Nothing has been recorded yet.", "Record a visit with: heatwright record URL"
        )
    same = sessions.c.id == reference
    starts = sa.func.substr(sessions.c.id, 1, len(reference)) == reference
    query = sessions.select().where(starts).order_by(same.desc(), sessions.c.id).limit(3)
    found = [session_of(row) for row in connection.execute(query)] if reference else []
    if found and (len(found) == 1 or found[0].id == reference):
        return found[0]
    if found:
        raise UnknownSession(
            f"{reference[:80]!r} fits several sessions: "
            f"{', '.join(row.id for row in found[:2])}, …",
            f"Write more of the id. {_LIST_SESSIONS}",
        )
    raise UnknownSession(f"There is no session {reference[:80]!r}.", _LIST_SESSIONS)


def read_visitor(connection: sa.Connection, document_id: str) -> str | None:
    """Whose a document is."""
    query = sa.select(sessions.c.visitor_id).join(
        documents, documents.c.session_id == sessions.c.id
    )
    return connection.scalar(query.where(documents.c.id == document_id))


def read_documents(connection: sa.Connection, session_id: str) -> list[DocumentRow]:
    """Documents of a session in the order in which they started."""
    query = (
        documents.select()
        .where(documents.c.session_id == session_id)
        .order_by(documents.c.started_at, documents.c.id)
    )
    return [_document(row) for row in connection.execute(query)]


def read_documents_showing(
    connection: sa.Connection,
    site_id: str,
    path: str,
    widths: tuple[int, int],
    near: tuple[str | None, int],
    limit: int,
) -> list[tuple[SessionRow, DocumentRow]]:
    """Documents of a site with a page view at `path` whose width (CSS px) is in `widths`, ends
    included: those of the release `near` names first, then by their distance from its time."""
    release, at = near
    shows = sa.exists().where(
        (page_views.c.document_id == documents.c.id) & (page_views.c.path == path)
    )
    another = sa.case((sessions.c.release.is_not_distinct_from(release), 0), else_=1)
    query = (
        sa.select(documents)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .where((sessions.c.site_id == site_id) & documents.c.width.between(*widths) & shows)
        .order_by(another, sa.func.abs(documents.c.started_at - at), documents.c.id)
        .limit(limit)
    )
    found = [_document(row) for row in connection.execute(query)]
    wanted = sessions.c.id.in_({one.session_id for one in found})
    rows = connection.execute(sessions.select().where(wanted))
    by_id = {row.id: session_of(row) for row in rows}
    return [(by_id[one.session_id], one) for one in found]


def read_batch_ends(connection: sa.Connection, document_id: str) -> dict[int, int]:
    """Time of the last event of each batch that has any, by sequence number.

    Of batches that are chunks still: a block does not keep it.
    """
    query = sa.select(chunks.c.sequence, chunks.c.last_at).where(
        (chunks.c.document_id == document_id) & chunks.c.last_at.is_not(None)
    )
    return {row.sequence: row.last_at for row in connection.execute(query)}


def read_page_views(
    connection: sa.Connection, site_id: str | None, session_id: str | None
) -> list[PageView]:
    """Page views by session start, then by their own start. See `_starts` for what begins one."""
    query = (
        sa.select(
            page_views,
            documents.c.session_id,
            documents.c.ended_at,
            documents.c.environment,
        )
        .join(documents, documents.c.id == page_views.c.document_id)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .order_by(
            sessions.c.started_at,
            sessions.c.id,
            page_views.c.document_id,
            page_views.c.started_at,
            page_views.c.sequence,
            page_views.c.position,
        )
    )
    if site_id is not None:
        query = query.where(sessions.c.site_id == site_id)
    if session_id is not None:
        query = query.where(sessions.c.id == session_id)
    views: list[PageView] = []
    for _, rows in groupby(connection.execute(query), key=attrgetter("session_id")):
        views.extend(_session_views(rows))
    return views


def summarise(site_of: dict[str, str], views: Iterable[PageView]) -> list[PageSummary]:
    """Views by site and path, the most seen first. `site_of` maps session to site."""
    groups: dict[tuple[str, str], list[PageView]] = {}
    for view in views:
        groups.setdefault((site_of[view.session_id], view.path), []).append(view)
    summaries = [
        PageSummary(
            site_id,
            path,
            len(group),
            len({view.session_id for view in group}),
            min(view.started_at for view in group),
            max(view.ended_at for view in group),
        )
        for (site_id, path), group in groups.items()
    ]
    return sorted(summaries, key=lambda page: (page.site_id, -page.views, page.path))


def _session_views(rows: Iterable[sa.Row[Any]]) -> list[PageView]:
    found: list[PageView] = []
    for _, marks in groupby(rows, key=attrgetter("document_id")):
        starts = _starts(marks)
        ends = [later.started_at for later in starts[1:]] + [starts[-1].ended_at]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            title = start.title
            if not title and number == 0:
                told = (start.environment or {}).get("title", "")
                title = told if isinstance(told, str) else ""
            found.append(
                PageView(
                    start.document_id,
                    start.session_id,
                    0,
                    start.url,
                    start.path,
                    title,
                    start.started_at,
                    end,
                )
            )
    found.sort(key=lambda view: (view.started_at, view.document_id))
    return [dataclasses.replace(view, ordinal=number) for number, view in enumerate(found, 1)]


def _starts(marks: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    """Those of a document's Meta and route events that start a page view, by time.

    A mark at the URL that is already shown starts none: rrweb repeats the Meta
    event at every checkout, and a fragment that scrolls is no new page.
    """
    starts: list[sa.Row[Any]] = []
    for mark in marks:
        if not starts or fold_route(mark.url) != fold_route(starts[-1].url):
            starts.append(mark)
    return starts


def session_of(row: sa.Row[Any]) -> SessionRow:
    """The row of `sessions` as it is given back."""
    return SessionRow(
        row.id,
        row.site_id,
        row.visitor_id,
        row.started_at,
        row.ended_at,
        row.device,
        row.traits,
        row.variant,
        row.release,
        row.user_agent,
        row.source,
    )


def _document(row: sa.Row[Any]) -> DocumentRow:
    return DocumentRow(
        row.id,
        row.session_id,
        row.tab_id,
        row.url,
        row.started_at,
        row.ended_at,
        row.width,
        row.height,
        row.environment,
        row.clock_offset_ms or 0,
    )
