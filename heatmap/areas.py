"""Kinds that fill areas: how long each place was in view, and how many sessions came so far.

    attention   seconds in view a session, of the innermost element that is watched there
    scroll      percent of sessions that came at least so far down

Neither is a density: no kernel spreads them, and a place has its element's number whatever its
size. So they are the same at every width as far as the elements are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from heatmap.backdrop import View
from heatmap.grids import Grids
from heatmap.placement import Placed
from heatmap.points import Placement
from heatmap.raster import Rect, raster_scale
from heatmap.statuses import KINDS, Chart, Kind, Status

__all__ = ["Reach", "attention_raster", "reach_of", "reach_placements", "scroll_raster"]

_Raster = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far sessions came, page CSS px at this width, ascending; those that nothing is known of
    left out. `deepest` is the element by which each session's is known, by session."""

    depths: tuple[float, ...]
    deepest: dict[str, tuple[int, float]]

    def share(self, y: float) -> float:
        """Share of sessions that came to `y` at least, 0 to 1."""
        if not self.depths:
            return 0.0
        return 1 - float(np.searchsorted(self.depths, y, "left")) / len(self.depths)

    def depth(self, share: float) -> float:
        """The y to which at least this share (0 to 1] of the sessions came."""
        beyond = max(1, int(np.ceil(share * len(self.depths) - 1e-9)))
        return self.depths[-beyond]


def reach_of(placed: Placed, height: int) -> Reach:
    """How far each session came, by the lowest of the elements that it had in view.

    An element is in view from a half of it on, or half a viewport (`height`, CSS px): so much of
    it was surely come to, and no more is counted. What may stay in view while the page scrolls
    tells nothing.
    """
    deepest: dict[str, tuple[int, float]] = {}
    for one in placed.placements:
        if one.kind is not Kind.ATTENTION or one.status is not Status.DRAWN:
            continue
        if placed.pinned[one.target]:
            continue
        box = placed.geometry.targets[one.target].box
        depth = box.top + min(box.height, height) / 2
        if one.session not in deepest or depth > deepest[one.session][1]:
            deepest[one.session] = (one.target, depth)
    return Reach(tuple(sorted(depth for _, depth in deepest.values())), deepest)


def reach_placements(
    reach: Reach, views: Sequence[View], placed: Placed, width: int
) -> list[Placement]:
    """One point for each session of `views`, in their order: drawn at the depth it came to, on
    the element by which that is known, or without a target."""
    first: dict[str, View] = {}
    for view in views:
        first.setdefault(view.session.id, view)
    return [_point(view, reach, placed, width) for view in first.values()]


def _point(view: View, reach: Reach, placed: Placed, width: int) -> Placement:
    known = reach.deepest.get(view.session.id)
    point = Placement(
        session=view.session.id,
        document=view.document.id,
        time_ms=max(0, view.page_view.started_at - view.session.started_at),
        kind=Kind.SCROLL,
        element="",
        chart=Chart.BOX,
        width=width,
        status=Status.NO_TARGET,
    )
    if known is None:
        return point
    target, depth = known
    box = placed.geometry.targets[target].box
    return replace(
        point,
        element=placed.page.elements[target].name,
        status=Status.DRAWN,
        x=box.left + box.width / 2,
        y=depth,
        target=target,
        u=0.5,
        v=(depth - box.top) / box.height if box.height > 0 else 0.5,
    )


def attention_raster(grids: Grids, placed: Placed, sessions: int, height: int) -> _Raster:
    """Seconds in view a session, float32 (H, W): at each place those of the innermost element
    that is watched there, 0 where that was in view of nobody.

    What is higher than the viewport (`height`, CSS px) and holds other elements says nothing of
    the places between these: half a viewport of it was in view, wherever that was.
    """
    seconds = _seconds(grids)
    targets = placed.geometry.targets
    clips = {
        index: targets[index].clip if index in targets else Rect(*placed.boxes[index])
        for index, watched in enumerate(placed.notable)
        if (watched or index in seconds)
        and not (placed.holders[index] and placed.boxes[index][3] > height)
    }
    raster, scale = _blank(placed)
    # Those around first: what is inside is painted over them. Of equals, the first is outside.
    for index in sorted(clips, key=lambda one: -clips[one].width * clips[one].height):
        clip = clips[index]
        rows = _span(clip.top, clip.height, scale, raster.shape[0])
        columns = _span(clip.left, clip.width, scale, raster.shape[1])
        raster[rows, columns] = seconds.get(index, 0.0) / max(1, sessions)
    return raster


def _seconds(grids: Grids) -> dict[int, float]:
    """Weight of attention by element."""
    found: dict[int, float] = {}
    box = grids.box
    for i in np.flatnonzero(box.kind == KINDS.index(Kind.ATTENTION)):
        span = slice(int(box.start[i]), int(box.start[i + 1]))
        target = int(box.target[i])
        found[target] = found.get(target, 0.0) + float(box.mass[span].sum())
    return found


def scroll_raster(reach: Reach, placed: Placed) -> _Raster:
    """Percent of sessions that came to each row, float32 (H, W)."""
    raster, scale = _blank(placed)
    rows = (np.arange(raster.shape[0]) + 0.5) / scale
    if reach.depths:
        short = np.searchsorted(reach.depths, rows, "left") / len(reach.depths)
        raster += (100 * (1 - short)).astype(np.float32)[:, None]
    return raster


def _blank(placed: Placed) -> tuple[_Raster, float]:
    geometry = placed.geometry
    scale = raster_scale(geometry)
    size = (max(1, int(geometry.height * scale)), max(1, int(geometry.width * scale)))
    return np.zeros(size, np.float32), scale


def _span(start: float, length: float, scale: float, most: int) -> slice:
    low = min(max(round(start * scale), 0), most)
    return slice(low, min(max(round((start + length) * scale), low), most))
