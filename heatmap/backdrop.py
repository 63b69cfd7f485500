"""The backdrop: the moment that gives the most heat a home.

Documents recorded near the width are tried, each at the first pointer sample
and at the end of its page view; the one on which most weight can be drawn is
painted on. The user can name another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatmap.placement import Placed, Sample, place
from recorder.devices import Device
from recorder.errors import BrokenRecording, RenderFailed
from recorder.store import DocumentRow, PageView, SessionRow
from replay import Fidelity, Moment, Stage, Theatre
from replay.moments import moment_of

__all__ = ["Backdrop", "View", "best_backdrop", "show"]

DOCUMENTS_TRIED = 3
"""Documents whose moments are tried. More find little more heat, and each costs two renders."""


@dataclass(frozen=True, slots=True)
class View:
    """One page view with what it belongs to and the samples recorded in it."""

    session: SessionRow
    document: DocumentRow
    page_view: PageView
    samples: Sequence[Sample]


@dataclass(slots=True)
class Backdrop:
    """A painted moment: picture, the points placed on it, and how true it is."""

    moment: Moment
    png: bytes
    placed: Placed
    fidelity: Fidelity


async def best_backdrop(
    theatre: Theatre,
    views: Sequence[View],
    samples: Sequence[Sample],
    device: Device,
    hide: Sequence[str] = (),
) -> Backdrop:
    """The backdrop on which most of `samples` are drawn; of equals, the first tried.

    Raises BrokenRecording if none of the tried documents can be rebuilt.
    """
    best: Backdrop | None = None
    failures: list[Exception] = []
    for view in _nearest(views, device.width):
        for time in _times(view):
            try:
                moment = moment_of(theatre.store, view.session, view.document, time)
                best = await _show_if_better(theatre, moment, samples, device, hide, best)
            except (BrokenRecording, RenderFailed) as failure:
                failures.append(failure)
        if best and best.placed.complete:
            break
    if best is None:
        raise BrokenRecording(
            f"None of the {len(failures)} moments tried can be rebuilt; the first: {failures[0]}",
            "Choose another with --backdrop SESSION@T.",
        )
    return best


async def show(
    theatre: Theatre,
    moment: Moment,
    samples: Sequence[Sample],
    device: Device,
    hide: Sequence[str] = (),
) -> Backdrop:
    """`moment` at `device` with `samples` placed on it."""
    async with theatre.stage(device) as stage:
        placed = await _stand(stage, moment, samples, hide)
        return await _shoot(stage, moment, placed)


async def _show_if_better(
    theatre: Theatre,
    moment: Moment,
    samples: Sequence[Sample],
    device: Device,
    hide: Sequence[str],
    best: Backdrop | None,
) -> Backdrop | None:
    """The better of `best` and `moment`; of equals, `best`."""
    async with theatre.stage(device) as stage:
        placed = await _stand(stage, moment, samples, hide)
        if best is not None and placed.home <= best.placed.home:
            return best
        return await _shoot(stage, moment, placed)


async def _stand(
    stage: Stage, moment: Moment, samples: Sequence[Sample], hide: Sequence[str]
) -> Placed:
    await stage.build(moment)
    await stage.hide(hide)
    await stage.settle("top")
    return await place(stage, samples, width=stage.device.width)


async def _shoot(stage: Stage, moment: Moment, placed: Placed) -> Backdrop:
    png = await stage.screenshot()
    fidelity = await stage.fidelity()
    fidelity.unstable = await stage.screenshot() != png
    return Backdrop(moment, png, placed, fidelity)


def _nearest(views: Sequence[View], width: int) -> list[View]:
    """One view a document, nearest recorded width first, then those with most samples."""
    ordered = sorted(
        views,
        key=lambda view: (
            abs((view.document.width or 0) - width),
            -len(view.samples),
            view.page_view.started_at,
        ),
    )
    chosen: dict[str, View] = {}
    for view in ordered:
        chosen.setdefault(view.document.id, view)
    return list(chosen.values())[:DOCUMENTS_TRIED]


def _times(view: View) -> list[float]:
    """The end of the view, and the first sample in it (before anything was opened)."""
    first = min((sample.anchor.time for sample in view.samples), default=None)
    end = float(view.page_view.ended_at)
    return [end] if first is None or first >= end else [end, first]
