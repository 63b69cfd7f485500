"""The backdrop: the moment that gives the most heat a home.

Documents recorded near the width are tried, each at the first pointer sample
and at the end of its page view; the one on which most weight can be drawn is
painted on. The user can name another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from heatmap.common_text import CommonText, Hashes
from heatmap.exposure import Exposure
from heatmap.placement import Placed, Sample, place
from heatmap.statuses import SAMPLES
from recorder.devices import Device
from recorder.errors import BrokenRecording, RenderFailed
from recorder.store import DocumentRow, PageView, SessionRow
from replay import Fidelity, Moment, Stage, Theatre
from replay.moments import moment_of
from replay.shooting import steady

__all__ = ["Backdrop", "View", "best_backdrop", "show"]

DOCUMENTS_TRIED = 3
"""Documents whose moments are tried. More find little more heat, and each costs two renders."""


@dataclass(frozen=True, slots=True)
class View:
    """One page view with what it belongs to, the samples recorded in it, what was in view, when
    the scrolling turned (epoch ms), and hashes of the texts that its document showed."""

    session: SessionRow
    document: DocumentRow
    page_view: PageView
    samples: Sequence[Sample]
    exposures: Sequence[Exposure] = ()
    turns: Sequence[float] = ()
    texts: Hashes = field(default_factory=lambda: np.empty(0, np.uint32))


@dataclass(slots=True)
class Backdrop:
    """A painted moment: picture, the points placed on it, and how true it is. `veils` says what
    text is not to be read on it, empty if all is."""

    moment: Moment
    png: bytes
    placed: Placed
    fidelity: Fidelity
    veils: str = ""

    def remarks(self) -> list[str]:
        """What a reader of the picture should know, one sentence each."""
        return [*([self.veils] if self.veils else []), *self.fidelity.remarks()]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a backdrop is for: samples to be placed, what to leave out, which text may be read."""

    samples: Sequence[Sample]
    hide: Sequence[str]
    common: CommonText


async def best_backdrop(
    theatre: Theatre,
    views: Sequence[View],
    samples: Sequence[Sample],
    device: Device,
    hide: Sequence[str] = (),
) -> Backdrop:
    """The backdrop on which most of `samples` are drawn; of equals, the first tried.

    Text that few of those who had `views` saw is veiled. Raises BrokenRecording if none of the
    tried documents can be rebuilt.
    """
    wish = _Wish(samples, hide, CommonText.of(views))
    best: Backdrop | None = None
    failures: list[Exception] = []
    for view in _nearest(views, device.width):
        for time in _times(view):
            try:
                moment = moment_of(theatre.store, view.session, view.document, time)
                best = await _show_if_better(theatre, moment, wish, device, best)
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
    views: Sequence[View],
    samples: Sequence[Sample],
    device: Device,
    hide: Sequence[str] = (),
) -> Backdrop:
    """`moment` at `device` with `samples` placed on it, and text veiled as in `best_backdrop`."""
    wish = _Wish(samples, hide, CommonText.of(views))
    async with theatre.stage(device) as stage:
        return await _shoot(stage, moment, await _stand(stage, moment, wish), wish)


async def _show_if_better(
    theatre: Theatre,
    moment: Moment,
    wish: _Wish,
    device: Device,
    best: Backdrop | None,
) -> Backdrop | None:
    """The better of `best` and `moment`; of equals, `best`."""
    async with theatre.stage(device) as stage:
        placed = await _stand(stage, moment, wish)
        if best is not None and placed.home <= best.placed.home:
            return best
        return await _shoot(stage, moment, placed, wish)


async def _stand(stage: Stage, moment: Moment, wish: _Wish) -> Placed:
    await stage.build(moment)
    await stage.hide(wish.hide)
    await stage.settle("top")
    return await place(stage, wish.samples, width=stage.device.width)


async def _shoot(stage: Stage, moment: Moment, placed: Placed, wish: _Wish) -> Backdrop:
    veiled = await stage.veil(wish.common.rare) if wish.common.applies else 0
    png, stable = await steady(stage)
    fidelity = await stage.fidelity()
    fidelity.unstable = not stable
    return Backdrop(moment, png, placed, fidelity, wish.common.remark(veiled))


def _nearest(views: Sequence[View], width: int) -> list[View]:
    """One view a document, nearest recorded width first, then those with most samples."""
    ordered = sorted(
        views,
        key=lambda view: (
            abs((view.document.width or 0) - width),
            -len(_points(view)),
            view.page_view.started_at,
        ),
    )
    chosen: dict[str, View] = {}
    for view in ordered:
        chosen.setdefault(view.document.id, view)
    return list(chosen.values())[:DOCUMENTS_TRIED]


def _times(view: View) -> list[float]:
    """The end of the view, and the first sample in it (before anything was opened)."""
    first = min((sample.anchor.time for sample in _points(view)), default=None)
    end = float(view.page_view.ended_at)
    return [end] if first is None or first >= end else [end, first]


def _points(view: View) -> list[Sample]:
    """What was recorded in it; elements were in view from its very beginning."""
    return [sample for sample in view.samples if sample.anchor.kind in SAMPLES]
