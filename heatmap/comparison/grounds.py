"""Grounds: each side's own page, with the heat of both sides on it, in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatmap.backdrop import Backdrop, View, best_backdrop, show
from heatmap.comparison.rows import Place
from heatmap.grids import build_grids
from heatmap.ledger import Ledger
from heatmap.placement import Sample
from heatmap.points import Placement
from heatmap.raster import rasterise
from heatmap.statuses import PRESSES
from recorder.devices import Device
from replay import Theatre

__all__ = ["PER_SESSIONS", "Ground", "make_ground"]

PER_SESSIONS = 1000.0
"""Heat is counted for so many sessions: segments of different sizes are then comparable."""

Raster = NDArray[np.float32]


@dataclass(slots=True)
class Ground:
    """The page as one side had it, at `device`. Rasters and ledgers are of A and of B, on it.

    Rasters are densities (H, W), presses per 1,000 sessions and CSS px².
    """

    device: Device
    backdrop: Backdrop
    rasters: tuple[Raster, Raster]
    ledgers: tuple[Ledger, Ledger]

    @property
    def difference(self) -> Raster:
        """B less A."""
        return np.asarray(self.rasters[1] - self.rasters[0], np.float32)

    def places(self) -> dict[int, Place]:
        """Where each element is that has a box."""
        fold = self.device.height
        return {
            index: Place(box, box[1] < fold)
            for index, box in enumerate(self.backdrop.placed.boxes)
            if box[2] > 0 and box[3] > 0
        }


async def make_ground(
    theatre: Theatre,
    sides: tuple[Sequence[View], Sequence[View]],
    own: int,
    device: Device,
    hide: Sequence[str] = (),
) -> Ground:
    """The ground of the `own`-th side at `device`: the moment that its own presses choose.

    Raises BrokenRecording if none of its documents can be rebuilt.
    """
    mine = _presses(sides[own])
    best = await best_backdrop(theatre, sides[own], mine, device, hide)
    both = [_presses(views) for views in sides]
    shown = await show(
        theatre, best.moment, [*sides[0], *sides[1]], [*both[0], *both[1]], device, hide
    )
    shown.fidelity = best.fidelity
    placements = shown.placed.placements
    parts = placements[: len(both[0])], placements[len(both[0]) :]
    sessions = [len({view.session.id for view in views}) for views in sides]
    a, b = (_raster(part, shown, count) for part, count in zip(parts, sessions, strict=True))
    return Ground(device, shown, (a, b), (Ledger.of(parts[0]), Ledger.of(parts[1])))


def _presses(views: Sequence[View]) -> list[Sample]:
    return [one for view in views for one in view.samples if one.anchor.kind in PRESSES]


def _raster(placements: Sequence[Placement], shown: Backdrop, sessions: int) -> Raster:
    grids = build_grids(placements)
    clicks, taps = (rasterise(grids, shown.placed.geometry, kind) for kind in PRESSES)
    return np.asarray((clicks + taps) * (PER_SESSIONS / max(1, sessions)), np.float32)
