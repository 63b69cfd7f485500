"""Gathering: the page views of a page with every sample recorded in them."""

from __future__ import annotations

import asyncio
import itertools
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from heatmap.anchors import Anchor, document_anchors
from heatmap.attention import attention_of
from heatmap.backdrop import View
from heatmap.exposure import exposures_by_view
from heatmap.friction import friction_of
from heatmap.placement import Sample
from heatmap.statuses import Kind
from recorder.errors import BrokenRecording, RenderFailed, UnknownPage, WrongUse
from recorder.pages import match_page
from recorder.store import DocumentRow, PageView, SessionRow, Store
from replay import STAGES_AT_ONCE, Theatre

__all__ = ["Gathered", "Keep", "Senseless", "gather"]

Keep = Callable[[SessionRow], bool]


@dataclass(frozen=True, slots=True)
class Senseless:
    """How many samples of a document make no sense, by kind (`unknown`: of none that we know).

    They have neither time nor place, so nothing says in which page view they were: they count
    as of the document's first, and hence once, whatever is gathered.
    """

    session: SessionRow
    document: DocumentRow
    counts: Mapping[str, int]


@dataclass(slots=True)
class Gathered:
    """All page views of a page and the samples in them, whatever the width they came from."""

    pattern: str
    views: list[View]
    failures: list[str] = field(default_factory=list)
    """Documents that could not be anchored, one sentence each; their points are not counted."""
    senseless: list[Senseless] = field(default_factory=list)

    @property
    def sessions(self) -> int:
        """Sessions that viewed the page."""
        return len({view.session.id for view in self.views})

    @property
    def unknown(self) -> int:
        """Samples of no known kind, which no account can hold."""
        counts = [item for one in self.senseless for item in one.counts.items()]
        return sum(count for name, count in counts if name not in list(Kind))

    def samples(self, kinds: Collection[Kind]) -> list[Sample]:
        """Samples of these kinds, view by view."""
        return [one for view in self.views for one in view.samples if one.anchor.kind in kinds]

    def recorded(self, kinds: Collection[Kind]) -> Counter[Kind]:
        """Points by kind, counted before any is placed: what a ledger must add up to."""
        found = Counter(one.anchor.kind for one in self.samples(kinds))
        if Kind.SCROLL in kinds:
            found[Kind.SCROLL] = self.sessions
        for one in self.senseless:
            found.update({kind: one.counts.get(kind.value, 0) for kind in kinds})
        return +found


async def gather(
    theatre: Theatre,
    pattern: str,
    *,
    keep: Keep | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Gathered:
    """Page views of `pattern` whose session `keep` accepts, with their samples.

    `progress(done, total)` is called after each document. Raises UnknownPage if the
    pattern fits nothing that was recorded, or nothing is left of it, and WrongUse if
    what is left is of several sites.
    """
    store = theatre.store
    sessions = {session.id: session for session in store.sessions()}
    wanted = set(_views(store, sessions, pattern, keep))
    _check_one_site(pattern, {sessions[view.session_id].site_id for view in wanted})
    by_document = _by_document(store, wanted)
    gate = asyncio.Semaphore(STAGES_AT_ONCE)
    done = itertools.count(1)

    async def one(views: list[PageView]) -> tuple[list[View], Senseless] | str:
        async with gate:
            try:
                return await _anchored(theatre, sessions[views[0].session_id], views)
            except (BrokenRecording, RenderFailed) as failure:
                return failure.message
            finally:
                if progress:
                    progress(next(done), len(by_document))

    found = await asyncio.gather(*map(one, by_document.values()))
    failures = [entry for entry in found if isinstance(entry, str)]
    rebuilt = [entry for entry in found if not isinstance(entry, str)]
    if not rebuilt:
        raise BrokenRecording(
            f"None of the {len(by_document)} documents of {pattern!r} can be rebuilt: {failures[0]}"
        )
    gathered = [view for views, _ in rebuilt for view in views if view.page_view in wanted]
    senseless = [lost for views, lost in rebuilt if lost.counts and views[0].page_view in wanted]
    return Gathered(pattern, gathered, failures, senseless)


def _check_one_site(pattern: str, sites: set[str]) -> None:
    """The same path on two sites is two pages: their heat must not be added up."""
    if len(sites) < 2:
        return
    names = sorted(sites)
    raise WrongUse(
        f"The page {pattern!r} was recorded on {len(names)} sites: {', '.join(names)}.",
        f"Choose one with --where 'site = \"{names[0]}\"', or give the page's full URL.",
    )


def _by_document(store: Store, wanted: set[PageView]) -> dict[str, list[PageView]]:
    """All page views of every document that has a wanted one."""
    by_document: dict[str, list[PageView]] = defaultdict(list)
    for view in store.page_views():
        by_document[view.document_id].append(view)
    return {id_: views for id_, views in by_document.items() if not wanted.isdisjoint(views)}


def _views(
    store: Store, sessions: dict[str, SessionRow], pattern: str, keep: Keep | None
) -> list[PageView]:
    """Page views that fit; never none."""
    views = [view for view in store.page_views() if match_page(pattern, view.url)]
    if not views:
        pages = [page.path for page in store.pages()][:5]
        known = f"Recorded pages: {', '.join(pages)}." if pages else "Record something first."
        raise UnknownPage(f"No recorded page fits {pattern!r}.", known)
    kept = [view for view in views if keep is None or keep(sessions[view.session_id])]
    if not kept:
        raise UnknownPage(
            f"No session with the page {pattern!r} fits the filter.", "Widen --where."
        )
    return kept


async def _anchored(
    theatre: Theatre, session: SessionRow, page_views: Sequence[PageView]
) -> tuple[list[View], Senseless]:
    """Each anchor of a document in the view that was shown then: in exactly one, always.

    Views are in order of time; with them, what of the document could not be anchored.
    """
    document_id = page_views[0].document_id
    document = next(one for one in theatre.store.documents(session.id) if one.id == document_id)
    recorded = await document_anchors(theatre, session, document)
    ordered = sorted(page_views, key=lambda view: view.started_at)
    starts = [view.started_at for view in ordered]

    def place(time: float) -> int:
        return max(0, bisect_right(starts, time) - 1)

    in_view = exposures_by_view(recorded, starts)
    anchors: list[list[Anchor]] = [[] for _ in ordered]
    for anchor in [*recorded.anchors, *friction_of(recorded)]:
        anchors[place(anchor.time)].append(anchor)
    turns: list[list[float]] = [[] for _ in ordered]
    for time in recorded.pulse.turns:
        turns[place(time)].append(time)
    texts = np.frombuffer(recorded.texts, "<u4")
    views = []
    for number, view in enumerate(ordered):
        mine = anchors[number] + attention_of(in_view[number], recorded.pulse.active)
        samples = [Sample(session, document.id, anchor, recorded.elements) for anchor in mine]
        views.append(View(session, document, view, samples, in_view[number], turns[number], texts))
    return views, Senseless(session, document, recorded.refused)
