"""Moments as Python asks about them: a moment and the theatre that shows it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from recorder.devices import Device, bare_width
from recorder.errors import WrongUse
from replay.environment import recorded_device
from replay.fidelity import Fidelity
from replay.moments import Moment
from replay.nearest import nearest
from replay.render import Render, render
from replay.standalone import Standalone, moment_html

if TYPE_CHECKING:
    from replay.theatre import Theatre

__all__ = ["Boxes", "StagedMoment"]

KEPT: Final = 4
"""Renders that a moment remembers, so that its picture, boxes and fidelity are of one state: one
for each of the usual devices."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of all n elements of a page, in document order.

    `rects`: float64 (n, 4), left, top, width, height of border boxes in CSS px of the
    page. `visible`: bool (n,). `paths` and `keys`: as in `--boxes` files, n of each.
    """

    paths: tuple[str, ...]
    keys: tuple[str, ...]
    rects: NDArray[np.float64]
    visible: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.paths)


class StagedMoment:
    """A moment of a session, which `Theatre.moment` gives; its methods show it at any width.

    Each takes the `width` of a plain window (CSS px) or a `device` by name; without
    either it is the device that the moment was recorded on.
    """

    def __init__(self, theatre: Theatre, moment: Moment) -> None:
        self._theatre = theatre
        self._renders: OrderedDict[tuple[Device, bool], Render] = OrderedDict()
        self.moment = moment

    @property
    def url(self) -> str:
        """Where the document was; text that the recording chose."""
        return self.moment.document.url

    @property
    def time(self) -> float:
        """Seconds since the session's start."""
        return self.moment.time_ms / 1000

    async def screenshot(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> bytes:
        """A PNG; of the viewport, without `full_page`, with the visitor's pointer on it.

        Raises WrongUse, BrokenRecording or RenderFailed, as all of these do.
        """
        return (await self._render(self._device(width, device), full_page)).png

    async def boxes(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> Boxes:
        """Where all elements are, in the state that `screenshot` shows."""
        made = await self._render(self._device(width, device), full_page)
        rects = [(box["x"], box["y"], box["width"], box["height"]) for box in made.boxes]
        return Boxes(
            tuple(box["path"] for box in made.boxes),
            tuple(box["key"] for box in made.boxes),
            np.array(rects, np.float64).reshape(-1, 4),
            np.array([box["visible"] for box in made.boxes], np.bool_),
        )

    async def fidelity(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> Fidelity:
        """What was missing, refused or uncertain in what `screenshot` shows."""
        return (await self._render(self._device(width, device), full_page)).fidelity

    async def html(self, *, width: int | None = None, device: str | None = None) -> Standalone:
        """The moment as one file without scripts, see `replay.standalone`; its text is `html`."""
        return await moment_html(self._theatre, self.moment, self._device(width, device))

    async def nearest(
        self, *, width: int | None = None, device: str | None = None
    ) -> StagedMoment | None:
        """The nearest recording of this page in the layout interval of that width; None if this
        one is of it, or if there is no other (`replay.nearest`)."""
        shown = self._device(width, device)
        fidelity = (await self._render(shown, full_page=True)).fidelity
        if not fidelity.extrapolated:
            return None
        found = nearest(self._theatre.store, self.moment, shown.width, fidelity.breakpoints)
        return StagedMoment(self._theatre, found.moment) if found else None

    def _device(self, width: int | None, name: str | None) -> Device:
        if width is not None and name is not None:
            raise WrongUse("A width and a device are given.", "Give one of them.")
        if width is not None:
            return bare_width(width)
        if name is not None:
            return self._theatre.device(name)
        return recorded_device(self.moment.session, self.moment.document)

    async def _render(self, device: Device, full_page: bool) -> Render:
        key = (device, full_page)
        known = self._renders.get(key)
        if known is None:
            pointer = self.moment.session.started_at + self.moment.time_ms
            known = await render(
                self._theatre, self.moment, device, full_page=full_page, pointer=pointer
            )
            self._renders[key] = known
            if len(self._renders) > KEPT:
                self._renders.popitem(last=False)
        return known
