"""Where the visitor's pointer was at a moment, and how it is drawn on a picture.

It is drawn on the finished picture, never into the page: the stage adds no
elements. At another width than the recorded one the pointer is where it was
in its element's box, for pixels of another layout mean nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recorder.device_class import is_touch
from recorder.store import DocumentRow, Store
from recorder.store.packing.pointers import PointerKind, Points

__all__ = ["Pointer", "Spot", "draw_pointer", "pointer_at"]

PRESS_SHOWN_MS: Final = 500
"""A press is ringed, and a finger that was lifted is shown, for this long: so long rrweb-player
shows a touch, and a moment is seldom named more exactly."""

_FINGER: Final = (
    PointerKind.TOUCH_START,
    PointerKind.TOUCH_MOVE,
    PointerKind.TOUCH_MOVE_DEPARTED,
    PointerKind.TOUCH_END,
    PointerKind.TOUCH_CANCEL,
)
_LIFTED: Final = (PointerKind.TOUCH_END, PointerKind.TOUCH_CANCEL)
_PRESSES: Final = (
    PointerKind.MOUSE_DOWN,
    PointerKind.CLICK,
    PointerKind.DOUBLE_CLICK,
    PointerKind.TOUCH_START,
)
_WITHOUT_PLACE: Final = (PointerKind.FOCUS, PointerKind.BLUR)


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer as it was recorded: on node `node`, at (`x`, `y`) CSS px of the viewport of the
    frame which that node is in. `pressed`: just now."""

    node: int
    x: float
    y: float
    touch: bool
    pressed: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a pointer is on a picture of the viewport, CSS px."""

    x: float
    y: float
    touch: bool
    pressed: bool


def pointer_at(store: Store, document: DocumentRow, time: float) -> Pointer | None:
    """The pointer of `document` at `time` (epoch ms); None if there was none on the page.

    A mouse stays where it was last seen; a finger that was lifted is soon gone.
    Raises BrokenRecording for damaged samples.
    """
    points = store.pointers(document.id)
    seen = points[(points["time"] <= time) & ~np.isin(points["kind"], _WITHOUT_PLACE)]
    if not len(seen):
        return None
    last = seen[-1]
    fresh = seen[seen["time"] > time - PRESS_SHOWN_MS]
    # Browsers make a click of a tap, which says nothing of the finger.
    about = seen[seen["time"] > last["time"] - PRESS_SHOWN_MS]
    finger = bool(np.isin(about["kind"], _FINGER).any())
    touch = finger or is_touch(document.environment)
    if touch and _is_gone(seen, time):
        return None
    pressed = bool(np.isin(fresh["kind"], _PRESSES).any())
    return Pointer(int(last["node"]), float(last["x"]), float(last["y"]), touch, pressed)


def _is_gone(seen: Points, time: float) -> bool:
    """Whether no finger is on the glass: browsers tell of mice, too, where one has tapped."""
    fingers = seen[np.isin(seen["kind"], _FINGER)]
    lifted = not len(fingers) or fingers[-1]["kind"] in _LIFTED
    return bool(lifted and seen[-1]["time"] <= time - PRESS_SHOWN_MS)


_ARROW: Final = np.array([(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)])
"""A mouse pointer, CSS px from its tip: as large as the systems' own."""

_SUB: Final = 4
"""Bits below a pixel that OpenCV draws with."""

_INK, _PAPER = (26, 20, 16), (255, 255, 255)
_RING, _FINGERTIP = (60, 60, 235), (235, 130, 40)  # BGR: red, blue
_RING_PX, _FINGER_PX = 17, 13
_LINE_PX: Final = 3


def draw_pointer(png: bytes, spot: Spot, scale: float = 1.0) -> bytes:
    """The picture `png` with the pointer on it; `scale` is picture pixels for one CSS px.

    A mouse is an arrow, a finger a dot, a press a ring around it. What lies outside
    of the picture is cut off. Raises ValueError for what is no picture.
    """
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("this is no picture")
    picture = np.asarray(image, np.uint8)
    tip = np.array([spot.x, spot.y]) * scale
    reach = 2 * _RING_PX * scale
    if (np.abs(tip - np.clip(tip, 0, picture.shape[1::-1])) > reach).any():
        return png  # farther off than OpenCV's coordinates go, perhaps
    if spot.pressed:
        _ring(picture, tip, _RING_PX * scale, scale)
    if spot.touch:
        _finger(picture, tip, scale)
    else:
        _arrow(picture, tip, scale)
    return cv2.imencode(".png", picture)[1].tobytes()


def _arrow(picture: NDArray[np.uint8], tip: NDArray[np.float64], scale: float) -> None:
    outline = np.rint((_ARROW * scale + tip) * 2**_SUB).astype(np.int32)
    # Black in white: seen on any ground.
    thickness = max(2, round(3 * scale))
    cv2.polylines(picture, [outline], True, _PAPER, thickness, cv2.LINE_AA, _SUB)
    cv2.fillPoly(picture, [outline], _INK, cv2.LINE_AA, _SUB)


def _ring(
    picture: NDArray[np.uint8], tip: NDArray[np.float64], radius: float, scale: float
) -> None:
    """A red ring in a white one: seen on any ground."""
    for colour, thickness in ((_PAPER, _LINE_PX + 2), (_RING, _LINE_PX)):
        _circle(picture, tip, radius, colour, max(1, round(thickness * scale)))


def _finger(picture: NDArray[np.uint8], tip: NDArray[np.float64], scale: float) -> None:
    """A dot through which the page is seen, in a line."""
    over = picture.copy()
    _circle(over, tip, _FINGER_PX * scale, _FINGERTIP, cv2.FILLED)
    cv2.addWeighted(over, 0.55, picture, 0.45, 0, picture)
    _circle(picture, tip, _FINGER_PX * scale, _PAPER, max(1, round(2 * scale)))


def _circle(
    picture: NDArray[np.uint8],
    tip: NDArray[np.float64],
    radius: float,
    colour: tuple[int, int, int],
    thickness: int,
) -> None:
    x, y, r = (round(float(value) * 2**_SUB) for value in (*tip, radius))
    cv2.circle(picture, (x, y), r, colour, thickness, cv2.LINE_AA, _SUB)
