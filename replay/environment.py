"""The recorded layout environment as a device, as far as a device has it.

Viewport, density and input are restored. Scrollbars, colour scheme, reduced
motion and language are recorded, but not restored yet.
"""

from __future__ import annotations

from typing import Any

from recorder.device_class import is_touch
from recorder.devices import DEVICES, Device
from recorder.store import DocumentRow, SessionRow

__all__ = ["recorded_device"]

MIN_PX, MAX_PX = 50, 10_000
"""Viewports smaller or larger than this (CSS px) are mistakes or mischief."""

FALLBACK = DEVICES["desktop"]
"""For recordings that never said how large the viewport was."""


def recorded_device(session: SessionRow, document: DocumentRow) -> Device:
    """The device that `document` was recorded on.

    A driven session names it; of a tagged one the environment tells: a coarse
    pointer that cannot hover is a touch device, and those lay out as mobile.
    """
    named = DEVICES.get(session.device or "")
    if named and document.width == named.width and document.height == named.height:
        return named
    environment = document.environment
    width, height = _inner(document, environment)
    touch = is_touch(environment)
    ratio = environment.get("pixelRatio")
    scale = float(ratio) if isinstance(ratio, int | float) and 0.5 <= ratio <= 8 else 1.0
    return Device(None, width, height, scale=scale, touch=touch, mobile=touch)


def _inner(document: DocumentRow, environment: dict[str, Any]) -> tuple[int, int]:
    """Inner size in CSS pixels; sizes that no screen has are not believed."""
    given = environment.get("inner")
    candidates: list[Any] = [(document.width, document.height), given]
    for size in candidates:
        if isinstance(size, list | tuple) and len(size) == 2 and all(map(_plausible, size)):
            return int(size[0]), int(size[1])
    return FALLBACK.width, FALLBACK.height


def _plausible(length: Any) -> bool:
    return isinstance(length, int | float) and MIN_PX <= length <= MAX_PX
