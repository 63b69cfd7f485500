"""The pictures of a comparison: each side's heat on one scale, and the difference on each page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heatmap.colour import Scale
from heatmap.comparison import Comparison
from heatmap.comparison.grounds import Ground
from heatmap.difference import paint_difference
from heatmap.picture import compose, decode, encode
from heatmap.raster import SIGMA_PX, raster_scale
from heatmap.statuses import Kind

__all__ = ["UNIT", "Pictures", "paint_pictures"]

UNIT = "presses per 1,000 sessions"


@dataclass(frozen=True, slots=True)
class Pictures:
    """PNGs by side (`a`, `b`): `heat` is that side's own, `difference` b less a on its page.

    Both of a row share one scale.
    """

    heat: Mapping[str, bytes]
    difference: Mapping[str, bytes]
    heat_scale: Scale
    difference_scale: Scale

    def write(self, folder: Path) -> dict[str, str]:
        """Writes them into `folder` and returns the paths by what they show (`a`, `difference-a`).

        Raises OSError where it cannot be written to.
        """
        folder.mkdir(parents=True, exist_ok=True)
        named = {
            **{f"difference-{side}": png for side, png in self.difference.items()},
            **self.heat,
        }
        paths = {name: folder / f"compare-{name}.png" for name in sorted(named)}
        for name, path in paths.items():
            path.write_bytes(named[name])
        return {name: str(path) for name, path in paths.items()}


def paint_pictures(comparison: Comparison) -> Pictures:
    """Paints all four."""
    grounds = {"a": comparison.a.ground, "b": comparison.b.ground}
    area = _area(grounds["a"])
    own = {"a": grounds["a"].rasters[0], "b": grounds["b"].rasters[1]}
    heat_scale = Scale.of(list(own.values()), UNIT, area)
    apart = {side: ground.difference for side, ground in grounds.items()}
    difference_scale = Scale.of([np.abs(one) for one in apart.values()], UNIT, area)
    return Pictures(
        {
            side: encode(compose(decode(grounds[side].backdrop.png), own[side], heat_scale))
            for side in grounds
        },
        {
            side: paint_difference(grounds[side].backdrop.png, apart[side], difference_scale)
            for side in grounds
        },
        heat_scale,
        difference_scale,
    )


def _area(ground: Ground) -> float:
    return Scale.area_of(SIGMA_PX[Kind.CLICK], raster_scale(ground.backdrop.placed.geometry))
