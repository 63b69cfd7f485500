"""Another recording that stands in for a page where its own cannot tell how it looked.

A page that scripts arrange by width is as they left it at the recorded
width; in another layout interval only a recording made there shows it. The
nearest one is of the same page of the same site: of the same release if
there is one, and of those the closest in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recorder.devices import Device
from recorder.errors import BrokenRecording
from recorder.pages import page_key
from recorder.store import DocumentRow, PageView, Store
from replay.fidelity import bounds
from replay.moments import Moment, moment_of
from replay.render import Render, render
from replay.theatre import Theatre

__all__ = ["StandIn", "nearest", "render_or_nearest"]

TRIED: Final = 5
"""Documents looked at: one can be rebuilt almost always, and each costs reading its events."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A moment of another recording, and the one that it stands in for."""

    moment: Moment
    instead_of: Moment

    def remark(self) -> str:
        """What a reader of the picture must know before anything else."""
        taken, asked = self.moment, self.instead_of
        release = "" if taken.session.release == asked.session.release else " of another release"
        return (
            f"taken from session {taken.session.id} at {taken.time_ms / 1000:.3f}s{release}, "
            f"recorded at {taken.document.width} px: session {asked.session.id} was recorded at "
            f"{asked.document.width} px, in another layout interval"
        )


def nearest(store: Store, moment: Moment, width: int, breakpoints: list[int]) -> StandIn | None:
    """The moment that stands in for `moment` at `width` (CSS px); None if nothing does.

    As long into its page view as `moment` is into its own; the end stands for the end.
    `breakpoints` are the page's own, see `Fidelity`.
    """
    time = moment.session.started_at + moment.time_ms
    view = _view_at(_views(store, moment.document), time)
    if view is None:
        return None
    found = store.documents_showing(
        moment.session.site_id,
        page_key(view.url),
        bounds(breakpoints, width),
        near=(moment.session.release, moment.document.started_at),
        limit=TRIED,
    )
    offset = None if time >= view.ended_at else time - view.started_at
    for session, document in found:
        same_page = [one for one in _views(store, document) if one.path == view.path]
        if document.id == moment.document.id or not same_page:
            continue
        other = same_page[-1]
        begun = other.ended_at if offset is None else other.started_at + offset
        try:
            taken = moment_of(store, session, document, min(begun, other.ended_at))
        except BrokenRecording:
            continue
        return StandIn(taken, moment)
    return None


async def render_or_nearest(
    theatre: Theatre,
    moment: Moment,
    device: Device,
    *,
    full_page: bool = True,
    scale: str = "css",
    pointer: float | None = None,
) -> Render:
    """As `render`; where `moment` cannot tell how its page looks at that width, of what stands in.

    The fidelity report of such a picture says so first.
    """
    own = await render(theatre, moment, device, full_page=full_page, scale=scale, pointer=pointer)
    if not own.fidelity.extrapolated:
        return own
    stand_in = nearest(theatre.store, moment, device.width, own.fidelity.breakpoints)
    if stand_in is None:
        return own
    other = await render(theatre, stand_in.moment, device, full_page=full_page, scale=scale)
    other.fidelity.taken_from = stand_in.remark()
    if own.fidelity.pointer:
        other.fidelity.pointer = "it is not of the session that the picture is of"
    return other


def _views(store: Store, document: DocumentRow) -> list[PageView]:
    views = store.page_views(session_id=document.session_id)
    return [view for view in views if view.document_id == document.id]


def _view_at(views: list[PageView], time: float) -> PageView | None:
    started = [view for view in views if view.started_at <= time]
    return (started or views)[-1] if views else None
