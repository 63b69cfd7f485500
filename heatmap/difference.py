"""A signed picture: where one segment presses more than the other, on a page of either.

Blue is more of A, orange is more of B: the pair that the three common kinds of colour blindness
keep apart (M. Okabe, K. Ito, "Color Universal Design", 2008). The scale is symmetric.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from heatmap.colour import ALPHA, Scale, levels
from heatmap.picture import compose, decode, encode

__all__ = ["LESS_RGB", "MORE_RGB", "paint_difference"]

LESS_RGB, MORE_RGB = (0, 90, 178), (213, 94, 0)
"""More of A, more of B."""


def paint_difference(backdrop_png: bytes, difference: NDArray[np.float32], scale: Scale) -> bytes:
    """A PNG of the toned-down backdrop under a signed density (H, W), B less A.

    Opacity goes with the size of the difference, by `scale`. Raises ValueError for a backdrop that
    is no picture.
    """
    page = decode(backdrop_png)
    if difference.shape != page.shape[:2]:
        size = (page.shape[1], page.shape[0])
        difference = np.asarray(cv2.resize(difference, size), np.float32)
    page = compose(page, np.zeros(page.shape[:2], np.float32), scale)
    for heat, rgb in (
        (np.maximum(difference, 0), MORE_RGB),
        (np.maximum(-difference, 0), LESS_RGB),
    ):
        rows, columns = np.nonzero(heat)
        opacity = ALPHA[levels(np.ascontiguousarray(heat), scale)[rows, columns], None] / 255.0
        under = page[rows, columns]
        page[rows, columns] = np.rint(under * (1 - opacity) + np.array(rgb[::-1]) * opacity)
    return encode(page)
