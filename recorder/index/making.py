"""One session as the index has it: a pure function of what was recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recorder.device_class import device_class
from recorder.events import Event
from recorder.index.presses import press_occurrences
from recorder.index.terms import Occurrence, Term, TermKind
from recorder.index.told import told_occurrences
from recorder.pages import page_key
from recorder.store import DocumentRow, PageView, SessionRow

__all__ = ["IndexedSession", "Recorded", "device_shown", "index_session"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A document with all that was recorded of it.

    `gaps` are the sequence numbers of batches that never came, `batch_ends`
    the time of the last event of those that did (epoch ms), where it is known.
    """

    document: DocumentRow
    views: Sequence[PageView]
    events: Sequence[Event]
    gaps: Sequence[int] = ()
    batch_ends: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class IndexedSession:
    """What happened in a session: for each of `documents`, by start, its occurrences by time."""

    session: SessionRow
    device: str
    documents: tuple[str, ...]
    occurrences: tuple[tuple[Occurrence, ...], ...]

    def count(self, kind: TermKind) -> int:
        """How many times something of this kind happened."""
        every = itertools.chain.from_iterable(self.occurrences)
        return sum(one.amount for one in every if one.term.kind is kind)


def index_session(session: SessionRow, recorded: Sequence[Recorded]) -> IndexedSession:
    """The session and its documents, by start, made ready for the index."""
    happened = [_occurrences(one) for one in recorded]
    if happened:
        happened[0] += _described(session)
    return IndexedSession(
        session,
        device_shown(session, [one.document for one in recorded]),
        tuple(one.document.id for one in recorded),
        tuple(tuple(sorted(one, key=lambda found: found.at)) for one in happened),
    )


def device_shown(session: SessionRow, documents: Sequence[DocumentRow]) -> str:
    """The name the recording gave the device, else its class, else empty.

    The class is that of the first document that tells one.
    """
    if session.device:
        return session.device
    classes = (device_class(document) for document in documents)
    return next((found for found in classes if found), "")


def _occurrences(recorded: Recorded) -> list[Occurrence]:
    document = recorded.document
    found = [*told_occurrences(recorded.events), *press_occurrences(recorded.events)]
    for view in recorded.views:
        visit = Term(TermKind.VISIT, view.url, page_key(view.url))
        found.append(Occurrence(view.started_at, visit))
        if view.title:
            found.append(Occurrence(view.started_at, Term(TermKind.TITLE, view.title)))
    if document.width is not None:
        term = Term(TermKind.WIDTH, number=float(document.width))
        found.append(Occurrence(document.started_at, term))
    return found + list(_gaps(recorded))


def _described(session: SessionRow) -> list[Occurrence]:
    """What is said of the whole session: at its start."""
    terms = [Term(TermKind.TRAIT, value, name) for name, value in session.traits.items()]
    if session.user_agent:
        terms.append(Term(TermKind.AGENT, session.user_agent))
    return [Occurrence(session.started_at, term) for term in terms]


def _gaps(recorded: Recorded) -> Iterator[Occurrence]:
    """One for each run of missing batches, at the end of the batch before it."""
    ends = recorded.batch_ends or {}
    runs = itertools.groupby(enumerate(recorded.gaps), key=lambda entry: entry[1] - entry[0])
    for _, run in runs:
        missing = [sequence for _, sequence in run]
        at = ends.get(missing[0] - 1, recorded.document.started_at)
        yield Occurrence(at, Term(TermKind.GAP), len(missing))
