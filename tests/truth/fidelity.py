"""Replayed boxes and pixels against the live page's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.truth.live import Box, Live

TOLERANCE_PX = 1.0
PIXEL_TOLERANCE = 12
"""Of 255: below it a difference is antialiasing."""
MISSES_KEPT = 12


@dataclass
class Fidelity:
    """One page, recorded at one width and shown at one.

    `elements` take room live or replayed; `near` of them agree within a pixel.
    `scripted` is the number of elements in which the live document at this width differs
    from the live one at the recorded width; `restless` that in which two loads differ.
    """

    page: str
    way: str
    mask: str
    recorded: int
    shown: int
    elements: int
    near: int
    pixels_off: float
    scripted: int
    restless: int
    dropped: int
    misses: list[dict[str, Any]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.near / self.elements if self.elements else 1.0

    @property
    def masked(self) -> bool:
        """Whether the pixels cannot be the live page's."""
        return self.mask != "inputs"

    @property
    def unseen(self) -> bool:
        return self.shown != self.recorded

    @property
    def equivalent(self) -> bool:
        """Whether the bar applies: the page is the same document at both widths, in every load."""
        return not self.scripted and not self.restless

    @property
    def kind(self) -> str:
        return "restless" if self.restless else "scripted" if self.scripted else "same"


class Structured(Protocol):
    """Whatever has been read off with its structure."""

    @property
    def structure(self) -> dict[str, str]: ...


def differing(one: Structured, other: Structured) -> int:
    """Elements that are not the same in both documents."""
    paths = one.structure.keys() | other.structure.keys()
    return sum(one.structure.get(path) != other.structure.get(path) for path in paths)


def moved(one: Live, other: Live) -> int:
    """Elements that are elsewhere in the other load."""
    paths = one.boxes.keys() | other.boxes.keys()
    return sum(not _near(one.boxes.get(path), other.boxes.get(path)) for path in paths)


def _near(one: Box | None, other: Box | None) -> bool:
    if one is None or other is None:
        return False
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= TOLERANCE_PX


def _takes_room(box: Box | None) -> bool:
    return box is not None and (box[2] > 0 or box[3] > 0)


def compare_boxes(live: Live, document: dict[str, Any]) -> tuple[int, list[dict[str, Any]], int]:
    """Elements that take room; those of them that are elsewhere; elements that are not there."""
    ours: dict[str, Box] = {
        one["path"]: (one["x"], one["y"], one["width"], one["height"]) for one in document["boxes"]
    }
    paths = [p for p in live.boxes if _takes_room(live.boxes[p]) or _takes_room(ours.get(p))]
    misses = [
        {
            "path": path,
            "element": live.structure[path].replace("\u0001", " ")[:120],
            "live": [round(value, 2) for value in live.boxes[path]],
            "ours": [round(value, 2) for value in ours[path]] if path in ours else None,
        }
        for path in paths
        if not _near(live.boxes[path], ours.get(path))
    ]
    return len(paths), misses, sum(path not in ours for path in live.boxes)


def compare_pixels(live: bytes, ours: bytes) -> float:
    """Share of pixels that differ visibly; where only one picture has any, they all do."""
    one, other = _decode(live), _decode(ours)
    height, width = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    area = max(one.shape[0], other.shape[0]) * max(one.shape[1], other.shape[1])
    common = cv2.absdiff(one[:height, :width], other[:height, :width]).max(axis=2)
    off = int((common > PIXEL_TOLERANCE).sum()) + area - height * width
    return float(off / area)


def _decode(png: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)
