"""A heatmap as pictures: one for each kind, on a scale that may be shared by several."""

from __future__ import annotations

from collections.abc import Sequence

from heatmap.colour import AS_IT_IS, Scale
from heatmap.heatmap import Heatmap
from heatmap.picture import overlay, paint
from heatmap.raster import SIGMA_PX, raster_scale
from heatmap.statuses import AREA_UNITS, AREAS, NAMES, UNITS, Kind, Status

__all__ = ["REACHED", "overlay_kind", "paint_kind", "shared_scale"]

REACHED = (0.75, 0.5, 0.25)
"""Shares of sessions whose depths are marked on a picture of how far they came."""


def shared_scale(heatmaps: Sequence[Heatmap], kind: Kind) -> Scale:
    """One absolute scale for `kind` over several heatmaps: the same colour is the same number."""
    if kind is Kind.SCROLL:
        return Scale(100.0, AREA_UNITS[kind], AS_IT_IS)
    rasters = [heatmap.raster(kind) for heatmap in heatmaps]
    if kind in AREAS:
        return Scale.of(rasters, AREA_UNITS[kind], AS_IT_IS)
    return Scale.of(rasters, UNITS[kind], _area(heatmaps[0], kind))


def paint_kind(heatmap: Heatmap, kind: Kind, scale: Scale | None = None) -> bytes:
    """PNG of one kind over the backdrop, with its footer and ledger line."""
    width = heatmap.device.width
    name = f"{heatmap.device.name}, {width} px" if heatmap.device.name else f"{width} px"
    views = f"page views: {heatmap.page_views:,}, sessions: {heatmap.sessions:,}"
    account = heatmap.ledger.total(kind, width)
    return paint(
        heatmap.backdrop.png,
        heatmap.raster(kind),
        scale=scale or shared_scale([heatmap], kind),
        title=heatmap.pattern,
        subtitle=f"{NAMES[kind]} at {name}; {views}",
        ledger_line=account.line(),
        kind=kind,
        drawn=account.weights.get(Status.DRAWN, 0.0),
        badges=heatmap.remarks(),
        rules=_rules(heatmap) if kind is Kind.SCROLL else (),
    )


def overlay_kind(heatmap: Heatmap, kind: Kind, scale: Scale | None = None) -> bytes:
    """PNG of the heat alone, transparent where there is none."""
    return overlay(heatmap.raster(kind), scale or shared_scale([heatmap], kind))


def _rules(heatmap: Heatmap) -> list[tuple[float, str]]:
    """How far quarters of the sessions came, and where the first screen ends."""
    reach = heatmap.reach
    if reach is None or not reach.depths:
        return []
    # Of shares that came to the same place, the largest says it all.
    depths = {reach.depth(share): share for share in sorted(REACHED)}
    rules = [(depth, f"{share:.0%} came here") for depth, share in depths.items()]
    if heatmap.fold is not None:
        rules.append((heatmap.fold, "fold"))
    return rules


def _area(heatmap: Heatmap, kind: Kind) -> float:
    return Scale.area_of(SIGMA_PX[kind], raster_scale(heatmap.backdrop.placed.geometry))
