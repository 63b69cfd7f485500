"""Moments: (document, time), found from what a user types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from recorder.errors import BrokenRecording, WrongUse
from recorder.events import Event, EventType
from recorder.store import DocumentRow, SessionRow, Store
from replay.environment import USUAL, Preferences, preferences_at

__all__ = ["At", "Moment", "ReadEvents", "cut", "find_moment", "moment_of", "once", "parse_time"]

ReadEvents = Callable[[str], list[Event]]
"""The events of a document, by its id."""

_DOCUMENTS_KEPT = 2
"""Documents whose events are kept while several moments are sought: visits go from one to the
next, and an hour of a busy page is some 100 MB."""

_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")
_EVENT = re.compile(r"event:(\d+)")


@dataclass(frozen=True, slots=True)
class At:
    """A `--at` argument: seconds since a start, an event's number, or (both None) the end."""

    seconds: float | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A DOM state that can be rebuilt: `events` from a full snapshot up to the moment.

    `time_ms` is the time since the session's start; `preferences` are those at that time.
    """

    session: SessionRow
    document: DocumentRow
    events: list[Event]
    time_ms: int
    gaps: list[int]
    preferences: Preferences = USUAL


def parse_time(text: str) -> At:
    """`12.5s`, `end` or `event:N`. Raises WrongUse for anything else."""
    if text == "end":
        return At()
    if match := _EVENT.fullmatch(text):
        return At(event=int(match[1]))
    if match := _SECONDS.fullmatch(text):
        return At(seconds=float(match[1]))
    raise WrongUse(f"{text!r} is not a time.", "Use 12.5s, end or event:N.")


def once(store: Store) -> ReadEvents:
    """Reads the events of a document once for several of its moments, which then share them.

    What arrives meanwhile is not in them.
    """
    return lru_cache(_DOCUMENTS_KEPT)(store.events)


def find_moment(
    store: Store,
    reference: str,
    at: At | None = None,
    *,
    page_view: int | None = None,
    read: ReadEvents | None = None,
) -> Moment:
    """The moment `at` (default: the end) of a session, or of its `page_view`-th page view.

    `read` is `once(store)` where several are sought. Raises UnknownSession, WrongUse for a page
    view that is not there, and BrokenRecording if no DOM can be rebuilt.
    """
    at = at or At()
    session = store.session(reference)
    documents = store.documents(session.id)
    if not documents:
        raise BrokenRecording(f"Session {session.id} holds no document.", "Record it again.")
    if at.event is not None:
        return _at_event(store, session, documents, at.event, read or store.events)
    start, end = session.started_at, documents[-1].ended_at
    if page_view is not None:
        views = [
            view for view in store.page_views(session_id=session.id) if view.ordinal == page_view
        ]
        if not views:
            raise WrongUse(
                f"Session {session.id} has no page view {page_view}.",
                "See `heatwright sessions --json`; page views count from 1.",
            )
        start, end = views[0].started_at, views[0].ended_at
        documents = [one for one in documents if one.id == views[0].document_id]
    time = end if at.seconds is None else start + at.seconds * 1000
    started = [one for one in documents if one.started_at <= time]
    return moment_of(store, session, (started or documents[:1])[-1], time, read)


def moment_of(
    store: Store,
    session: SessionRow,
    document: DocumentRow,
    time: float,
    read: ReadEvents | None = None,
) -> Moment:
    """The last state of `document` at or before `time` (epoch ms), at the earliest its first."""
    events = (read or store.events)(document.id)
    count = sum(1 for event in events if event.timestamp <= time)
    return cut(store, session, document, events, count)


def cut(
    store: Store,
    session: SessionRow,
    document: DocumentRow,
    events: list[Event],
    count: int,
    *,
    until: int | None = None,
) -> Moment:
    """The moment after the first `count` events; at the earliest the first full snapshot.

    `until` keeps later events, up to that many, for a stage that follows them.
    """
    snapshots = [i for i, event in enumerate(events) if event.type == EventType.FULL_SNAPSHOT]
    if not snapshots:
        raise BrokenRecording(
            f"Document {document.id} ({document.url}) has no full snapshot.",
            "The page was left before its first batch was sent; choose another session.",
        )
    start = max((i for i in snapshots if i < count), default=snapshots[0])
    end = max(count, start + 1, until or 0)
    time = round(events[end - 1].timestamp - session.started_at)
    return Moment(
        session,
        document,
        events[start:end],
        time,
        store.gaps(document.id),
        preferences_at(document, events[: max(count, start + 1)]),
    )


def _at_event(
    store: Store,
    session: SessionRow,
    documents: list[DocumentRow],
    number: int,
    read: ReadEvents,
) -> Moment:
    """Events are numbered through the session, document after document, from 1."""
    passed = 0
    for document in documents:
        events = read(document.id)
        if number <= passed + len(events):
            return cut(store, session, document, events, max(number - passed, 1))
        passed += len(events)
    raise WrongUse(f"Session {session.id} has only {passed} events.", "Choose a smaller number.")
