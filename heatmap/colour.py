"""Heat to colour: an absolute scale, a ramp, an opacity; the last stage before pixels are lost.

    intensity  r = density · 2π·sigma² / maximum          (1 = the scale's maximum)
    level      t = sqrt(min(r, 1))                        (0 … 1, in 256 steps)
    colour     ramp(t), equal steps of t are equal steps of colour difference in OKLab
    opacity    a = 0.78 · (1 − (1 − t)^2.6)

2π·sigma² is what turns density back into a number of points: the peak of one
Gaussian of weight 1 is 1 / (2π·sigma²), so r · maximum is how many points *at one place*
give that density. The square root spends more colours on the cool end, where most
elements are; the legend is drawn through the same formula and names real numbers.
Heat is added up before any of this: opacity never accumulates, so two overlapping warm
spots are as hot as their sum and not merely more opaque.

The ramp runs from violet over magenta and orange to light yellow, with lightness rising
all the way: it keeps its order in grey and for all kinds of colour blindness, and stands
off both white and dark pages. OKLab: Björn Ottosson, "A perceptual color space for image
processing" (2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["ALPHA", "AS_IT_IS", "RAMP", "Scale", "colourise", "levels"]

ROBUST_SHARE = 0.95
"""Share of all heat that lies below a fitted maximum. By heat, not by area: neither the size of
the page counts, nor one frantic icon that holds less than the remaining twentieth."""
MAX_OPACITY = 0.78
"""At the hottest place: text under it can still be made out."""

AS_IT_IS = 1.0
"""The area of a scale for numbers that no kernel has spread."""

_SAMPLE = 600_000
"""Pixels looked at to fit a scale; a spot is tens of pixels wide, none slips through."""

_ANCHORS = (
    (0.54, 0.060, -0.200),
    (0.58, 0.140, -0.150),
    (0.63, 0.200, -0.060),
    (0.69, 0.170, 0.060),
    (0.77, 0.100, 0.130),
    (0.87, 0.020, 0.160),
    (0.95, -0.020, 0.120),
)
"""OKLab L, a, b along the ramp, from cold to hot."""

_Raster = NDArray[np.float32]
_Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scale:
    """An absolute scale: the same heat has the same colour in every picture painted with it.

    `maximum` points at one place have the hottest colour; `unit` names them ("clicks").
    `area` is 2π·sigma² in raster pixels (`Scale.area_of`), or `AS_IT_IS` for a raster that is no
    density: its numbers are what the scale names.
    """

    maximum: float
    unit: str
    area: float

    def __post_init__(self) -> None:
        if not (0 < self.maximum < math.inf and 0 < self.area < math.inf):
            raise ValueError("a scale has a finite maximum and area above 0")

    @property
    def heading(self) -> str:
        """What stands over a legend."""
        return self.unit if self.area == AS_IT_IS else f"{self.unit} at one place"

    @staticmethod
    def area_of(sigma_px: float, scale: float = 1.0) -> float:
        """2π·sigma² for a kernel of `sigma_px` CSS px at `scale` raster pixels a CSS pixel."""
        return 2 * math.pi * (sigma_px * scale) ** 2

    @classmethod
    def of(cls, rasters: Sequence[_Raster], unit: str, area: float) -> Scale:
        """A scale that fits all `rasters`: the warmest one's robust maximum, rounded up.

        Never below one point, so that a lone click does not look like a crowd's favourite.
        """
        most = max((_robust(raster) for raster in rasters), default=0.0) * area
        return cls(_round_up(max(1.0, most)), unit, area)

    def level(self, points: float) -> float:
        """Where `points` at one place are on the ramp, 0 to 1."""
        return math.sqrt(min(max(points / self.maximum, 0.0), 1.0))

    def ticks(self) -> tuple[float, ...]:
        """Numbers for a legend, ascending; the last is the maximum."""
        if self.maximum < 4:
            return (self.maximum,)
        return (_whole(self.maximum * 0.1), _whole(self.maximum * 0.4), self.maximum)


def _whole(value: float) -> float:
    return max(1.0, float(round(value)))


def _robust(raster: _Raster) -> float:
    """The density below which `ROBUST_SHARE` of the heat lies; 0 without heat."""
    stride = max(1, math.isqrt(raster.size // _SAMPLE))
    sample = raster[::stride, ::stride]
    warm = np.sort(sample[sample > 0])
    if not warm.size:
        return float(raster.max(initial=0.0))
    heat = np.cumsum(warm, dtype=np.float64)
    return float(warm[np.searchsorted(heat, ROBUST_SHARE * heat[-1])])


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten; whole below 10."""
    value *= 1 - 1e-6  # what float32 added is no reason for the next step
    if value <= 10:
        return float(math.ceil(value))
    ten = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
    return ten * next(step for step in steps if step * ten >= value)


def levels(heat: _Raster, scale: Scale) -> _Bytes:
    """The level of each pixel of a density raster, as 0 to 255; same shape.

    Raises ValueError for densities that are not finite or negative.
    """
    if heat.size and not (heat.min() >= 0 and np.isfinite(heat.max())):
        raise ValueError("a raster holds finite densities from 0 up")
    ratio = heat * np.float32(scale.area / scale.maximum * 255.0**2)
    return np.asarray(cv2.convertScaleAbs(cv2.sqrt(ratio)), np.uint8)


def colourise(heat: _Raster, scale: Scale) -> _Bytes:
    """Density (H, W) to straight RGBA (H, W, 4); fully transparent where there is no heat."""
    level = levels(heat, scale)
    return np.dstack([RAMP[level], ALPHA[level]])


def _srgb(lab: NDArray[np.float64]) -> _Bytes:
    """OKLab (n, 3) to sRGB, 8 bit; matrices from the source named above."""
    to_lms = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_lms.T) ** 3 @ to_rgb.T, 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(curve * 255), np.uint8)


def _ramp() -> _Bytes:
    """256 colours through the anchors, at equal distances in OKLab."""
    anchors = np.array(_ANCHORS)
    fine = np.linspace(0, len(anchors) - 1, 4096)
    at = np.arange(len(anchors))
    path = np.stack([np.interp(fine, at, anchors[:, i]) for i in range(3)], axis=1)
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1)))
    even = np.linspace(0, length[-1], 256)
    return _srgb(np.stack([np.interp(even, length, path[:, i]) for i in range(3)], axis=1))


RAMP: _Bytes = _ramp()
"""RGB colour of each level, (256, 3)."""

ALPHA: _Bytes = np.rint(255 * MAX_OPACITY * (1 - (1 - np.linspace(0, 1, 256)) ** 2.6)).astype(
    np.uint8
)
"""Opacity of each level, (256,)."""
