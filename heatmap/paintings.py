"""A heatmap as pictures: one for each kind, on a scale that may be shared by several."""

from __future__ import annotations

from collections.abc import Sequence

from heatmap.colour import Scale
from heatmap.heatmap import Heatmap
from heatmap.picture import overlay, paint
from heatmap.raster import SIGMA_PX, raster_scale
from heatmap.statuses import UNITS, Kind

__all__ = ["overlay_kind", "paint_kind", "shared_scale"]


def shared_scale(heatmaps: Sequence[Heatmap], kind: Kind) -> Scale:
    """One absolute scale for `kind` over several heatmaps: the same colour is the same number."""
    rasters = [heatmap.raster(kind) for heatmap in heatmaps]
    return Scale.of(rasters, UNITS[kind], _area(heatmaps[0], kind))


def paint_kind(heatmap: Heatmap, kind: Kind, scale: Scale | None = None) -> bytes:
    """PNG of one kind over the backdrop, with its footer and ledger line."""
    width = heatmap.device.width
    name = f"{heatmap.device.name}, {width} px" if heatmap.device.name else f"{width} px"
    views = f"page views: {heatmap.page_views:,}, sessions: {heatmap.sessions:,}"
    return paint(
        heatmap.backdrop.png,
        heatmap.raster(kind),
        scale=scale or shared_scale([heatmap], kind),
        title=heatmap.pattern,
        subtitle=f"{UNITS[kind]} at {name}; {views}",
        ledger_line=heatmap.ledger.line(kind, width),
        kind=kind,
        badges=heatmap.remarks(),
    )


def overlay_kind(heatmap: Heatmap, kind: Kind, scale: Scale | None = None) -> bytes:
    """PNG of the heat alone, transparent where there is none."""
    return overlay(heatmap.raster(kind), scale or shared_scale([heatmap], kind))


def _area(heatmap: Heatmap, kind: Kind) -> float:
    return Scale.area_of(SIGMA_PX[kind], raster_scale(heatmap.backdrop.placed.geometry))
