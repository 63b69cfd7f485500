"""Reading sessions over HTTP: for those with a token, and never without a trace.

GET /v1/sessions                  the latest first, `limit` at a time, on from `cursor`
GET /v1/sessions/{id}             its documents and page views, gaps, and what was left out
GET /v1/sessions/{id}/events      rrweb's events of one document, as rrweb-player takes them

A token of scope `sessions` opens them. Each answer is in the audit trail before
it is given. Pages of other origins cannot read them: there is no CORS here.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from aiohttp import web

from recorder import limits
from recorder.answers import SessionAnswer, SessionDocument, SessionsAnswer
from recorder.errors import BrokenRecording, UnknownSession
from recorder.events import Event
from recorder.parts import CALLERS, METERS, READING, STORE, THROTTLE, TOKENS
from recorder.refusals import ReadRefusal, Refused, RefusedRead
from recorder.replies import json_answer
from recorder.store import DocumentRow, SessionRow, Store
from recorder.tokens import Scope, Token

__all__ = ["session_routes"]

_PAGE_ROWS: Final = 100
_PIECE_EVENTS: Final = 500  # events written at a time
_PRIVATE: Final = {"Cross-Origin-Resource-Policy": "same-origin"}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def session_routes() -> list[web.RouteDef]:
    """What is described above."""
    return [
        web.get("/v1/sessions", _counted(_list)),
        web.get("/v1/sessions/{session}", _counted(_show)),
        web.get("/v1/sessions/{session}/events", _counted(_events)),
    ]


def _counted(handler: _Handler) -> _Handler:
    """`handler`, with rate limit and meter."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            wait = request.app[THROTTLE].wait_of_address(request.app[CALLERS].address(request))
            if wait:
                raise RefusedRead(ReadRefusal.RATE, f"Ask again in {wait} seconds.", wait)
            response = await handler(request)
        except Refused as refusal:
            request.app[METERS].read(refusal.status)
            raise
        request.app[METERS].read(response.status)
        return response

    return handle


async def _list(request: web.Request) -> web.StreamResponse:
    token = await request.app[TOKENS].require(request, Scope.SESSIONS)
    limit = _limit(request.query.get("limit"))
    before = _cursor(request.query.get("cursor"))
    site = request.query.get("site")
    if token.site_id is not None and site not in (None, token.site_id):
        raise RefusedRead(ReadRefusal.SCOPE, "The token is of another site.")
    store = request.app[STORE]

    def read() -> list[SessionRow]:
        store.audit.write(_actor(token), "sessions.list", site or token.site_id or "all sites")
        return store.sessions(site or token.site_id, limit=limit + 1, before=before)

    found = await asyncio.to_thread(read)
    more = len(found) > limit
    answer = SessionsAnswer(found[:limit], _cursor_after(found[limit - 1]) if more else None)
    return json_answer(200, answer, _PRIVATE)


async def _show(request: web.Request) -> web.StreamResponse:
    token = await request.app[TOKENS].require(request, Scope.SESSIONS)
    store = request.app[STORE]

    def read() -> SessionAnswer:
        session = _session(store, request, token)
        store.audit.write(_actor(token), "session.read", session.id)
        documents = [
            SessionDocument(one, store.gaps(one.id), store.quarantine(one.id))
            for one in store.documents(session.id)
        ]
        return SessionAnswer(
            session,
            documents,
            store.page_views(session_id=session.id),
            store.refused([session.id]).get(session.id, {}),
        )

    return json_answer(200, await asyncio.to_thread(read), _PRIVATE)


async def _events(request: web.Request) -> web.StreamResponse:
    token = await request.app[TOKENS].require(request, Scope.SESSIONS)
    store = request.app[STORE]

    def read() -> list[Event]:
        session = _session(store, request, token)
        document = _document(store.documents(session.id), request.query.get("document"))
        store.audit.write(_actor(token), "events.read", session.id, f"document {document.id}")
        try:
            return store.events(document.id)
        except BrokenRecording as error:
            raise RefusedRead(ReadRefusal.DAMAGED, error.message) from None

    async with request.app[READING]:
        events = await asyncio.to_thread(read)
        response = web.StreamResponse(headers=_PRIVATE)
        response.content_type = "application/json"
        await response.prepare(request)
        await _write_array(response, events)
    return response


async def _write_array(response: web.StreamResponse, events: Sequence[Event]) -> None:
    """The array piece by piece; who does not read what he asked for is left alone with it."""
    opening = b"["
    for start in range(0, len(events), _PIECE_EVENTS):
        piece = msgspec.json.encode(events[start : start + _PIECE_EVENTS])
        async with asyncio.timeout(limits.BODY_SECONDS):
            await response.write(opening + piece[1:-1])
        opening = b","
    await response.write_eof(b"]" if events else b"[]")


def _session(store: Store, request: web.Request, token: Token) -> SessionRow:
    """The session of the path, by its full id; another site's is as unknown as none."""
    name = request.match_info["session"]
    unknown = RefusedRead(ReadRefusal.UNKNOWN_SESSION, "There is no such session.")
    if not re.fullmatch(limits.ID_PATTERN, name):
        raise unknown
    try:
        session = store.session(name)
    except UnknownSession:
        raise unknown from None
    if session.id != name or token.site_id not in (None, session.site_id):
        raise unknown
    return session


def _document(documents: list[DocumentRow], asked: str | None) -> DocumentRow:
    if asked is None:
        if len(documents) == 1:
            return documents[0]
        raise RefusedRead(
            ReadRefusal.BAD_QUERY,
            f"The session has {len(documents)} documents: name one with ?document=ID.",
        )
    found = next((one for one in documents if one.id == asked), None)
    if found is None:
        raise RefusedRead(ReadRefusal.UNKNOWN_DOCUMENT, "The session has no such document.")
    return found


def _limit(text: str | None) -> int:
    if text is None:
        return _PAGE_ROWS
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= limits.API_PAGE_ROWS:
        return int(text)
    raise RefusedRead(ReadRefusal.BAD_QUERY, f"limit is a number from 1 to {limits.API_PAGE_ROWS}.")


def _cursor(text: str | None) -> tuple[int, str] | None:
    """Start and id of the last session that was given; None for the beginning."""
    if text is None:
        return None
    try:
        at, _, session = base64.urlsafe_b64decode(text).decode("ascii").partition(" ")
    except (ValueError, binascii.Error):
        at = session = ""
    if not re.fullmatch(r"[0-9]{1,15}", at) or not re.fullmatch(limits.ID_PATTERN, session):
        raise RefusedRead(ReadRefusal.BAD_QUERY, "cursor is what `next` of an answer gave.")
    return int(at), session


def _cursor_after(session: SessionRow) -> str:
    return base64.urlsafe_b64encode(f"{session.started_at} {session.id}".encode()).decode()


def _actor(token: Token) -> str:
    return f"token:{token.id}"
