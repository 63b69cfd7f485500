"""What a session is told by in a few pictures: pages, presses, errors, goals, rage, the end."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from recorder.index.making import Recorded, index_session
from recorder.index.presses import RAGE_GAP_MS
from recorder.index.terms import Occurrence, TermKind
from recorder.pages import page_key
from recorder.store import DocumentRow, SessionRow, Store

__all__ = ["KeyMoment", "choose", "key_moments"]

LOADED_MS: Final = 1000
"""A page view is shown this long after it began, or at its end: at its beginning the route before
it is still shown, or nothing at all."""

TOGETHER_MS: Final = 60
"""What happens within this time in one document is one moment: a click, its error and its goal."""

_WORDS: Final = {
    TermKind.VISIT: "opened",
    TermKind.PRESS: "pressed",
    TermKind.RAGE: "raged at",
    TermKind.ERROR: "error:",
    TermKind.GOAL: "goal:",
    TermKind.REPORT: "reported:",
}

_ORDER: Final = (
    TermKind.ERROR,
    TermKind.REPORT,
    TermKind.RAGE,
    TermKind.GOAL,
    TermKind.VISIT,
    TermKind.PRESS,
)
"""What a moment is called by if several things happened, and what is kept if there are too many."""


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """`at` is when it happened (epoch ms by the visitor's clock), `shown` the state that shows it.

    `kind` is None for the end of the session; `what` says what happened, one thing each.
    """

    at: int
    shown: int
    document: DocumentRow
    kind: TermKind | None
    what: tuple[str, ...]


def key_moments(store: Store, session: SessionRow) -> list[KeyMoment]:
    """All of a session's key moments by time; the end is the last. Raises BrokenRecording."""
    documents = store.documents(session.id)
    views = store.page_views(session_id=session.id)
    recorded = [
        Recorded(one, [view for view in views if view.document_id == one.id], store.events(one.id))
        for one in documents
    ]
    found: list[KeyMoment] = []
    indexed = index_session(session, recorded)
    for one, occurrences in zip(recorded, indexed.occurrences, strict=True):
        known = [happened for happened in occurrences if happened.term.kind in _WORDS]
        found += _joined([_moment(one, together) for together in _together(known)])
    found.sort(key=lambda moment: moment.shown)
    return found + _end(documents, found)


def choose(moments: Sequence[KeyMoment], most: int) -> tuple[list[KeyMoment], Counter[str]]:
    """At most `most` of them, and how many of each kind are left out.

    The end always; then errors and what else is rare; of what does not fit as a whole, evenly
    through the session.
    """
    chosen = set(range(len(moments))[-1:])
    for kind in _ORDER:
        of_kind = [number for number, moment in enumerate(moments) if moment.kind is kind]
        chosen.update(_evenly(of_kind, most - len(chosen)))
    left = Counter(
        moment.kind.value
        for number, moment in enumerate(moments)
        if moment.kind and number not in chosen
    )
    return [moments[number] for number in sorted(chosen)], left


def _joined(moments: Sequence[KeyMoment]) -> list[KeyMoment]:
    """Moments of one document; a page view that something soon followed is told with that."""
    found: list[KeyMoment] = []
    for one in moments:
        last = found[-1] if found else None
        soon = last is not None and last.kind is TermKind.VISIT and one.at <= last.shown
        if last and soon and one.kind is not TermKind.VISIT:
            found[-1] = replace(one, what=(*last.what, *one.what))
        else:
            found.append(one)
    return found


def _end(documents: Sequence[DocumentRow], moments: list[KeyMoment]) -> list[KeyMoment]:
    """The last state of all; if a page view's picture is of that already, it is the end, too."""
    if not documents:
        return []
    last, end = documents[-1], documents[-1].ended_at
    seen = moments[-1] if moments and moments[-1].document == last else None
    if seen and seen.kind is TermKind.VISIT and end - seen.shown <= TOGETHER_MS:
        shown = moments.pop()
        return [replace(shown, what=(*shown.what, "the end"))]
    return [KeyMoment(end, end, last, None, ("the end",))]


def _evenly(numbers: Sequence[int], most: int) -> list[int]:
    if len(numbers) <= most:
        return list(numbers)
    return [numbers[place * len(numbers) // most] for place in range(most)]


def _together(occurrences: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    """Runs of occurrences, each near the first of its run; a page view stays by itself, and
    rage is all of its presses."""
    run: list[Occurrence] = []
    for one in occurrences:
        alone = TermKind.VISIT in (one.term.kind, run[0].term.kind if run else None)
        near = bool(run) and (one.at - run[0].at <= TOGETHER_MS or _is_rage(run, one))
        if run and (alone or not near):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _is_rage(run: Sequence[Occurrence], one: Occurrence) -> bool:
    """Whether `one` is a further press of the rage that `run` began with."""
    raged = any(before.term.kind is TermKind.RAGE for before in run)
    presses = [before for before in run if before.term.kind is TermKind.PRESS]
    if not raged or not presses or one.term.kind is not TermKind.PRESS:
        return False
    return one.at - presses[-1].at < RAGE_GAP_MS and one.term == presses[-1].term


def _moment(recorded: Recorded, run: Sequence[Occurrence]) -> KeyMoment:
    first = min(run, key=lambda one: _ORDER.index(one.term.kind))
    kind, at = first.term.kind, run[0].at
    told = dict.fromkeys(map(_told, sorted(run, key=lambda one: _ORDER.index(one.term.kind))))
    shown = _shown(recorded, at) if kind is TermKind.VISIT else at
    return KeyMoment(at, shown, recorded.document, kind, tuple(told))


def _shown(recorded: Recorded, at: int) -> int:
    """When the page view that began at `at` is to be seen."""
    ends = [view.ended_at for view in recorded.views if view.started_at == at]
    later = [view.started_at - 1 for view in recorded.views if view.started_at > at]
    return min(at + LOADED_MS, *itertools.chain(ends, later, [recorded.document.ended_at]))


def _told(one: Occurrence) -> str:
    kind, term = one.term.kind, one.term
    if kind is TermKind.VISIT:
        return f"{_WORDS[kind]} {page_key(term.text)}"
    if kind in (TermKind.PRESS, TermKind.RAGE):
        element = term.parent.name if term.parent else "nothing"
        return f"{_WORDS[kind]} " + (f"“{term.text}”" if term.text else f"<{element}>")
    return f"{_WORDS[kind]} {term.text}"
