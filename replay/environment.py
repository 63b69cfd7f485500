"""The recorded layout environment: as a device what a device has of it, and the rest.

Not restored: the size that a visitor has chosen for all text, whose share in what the page
made of it nothing tells; the screen around the viewport (`device-width` in media queries); the
language, which changes no box (Chromium lays date fields and the like out in its own).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from recorder.device_class import is_touch
from recorder.devices import DEVICES, Device
from recorder.events import ENVIRONMENT_TAG, CustomData, Event, EventType
from recorder.store import DocumentRow, SessionRow

__all__ = ["USUAL", "Preferences", "preferences", "preferences_at", "recorded_device"]

MIN_PX, MAX_PX = 50, 10_000
"""Viewports smaller or larger than this (CSS px) are mistakes or mischief."""

FALLBACK = DEVICES["desktop"]
"""For recordings that never said how large the viewport was."""

WIDEST_SCROLLBAR_PX = 32
"""Scrollbars are 15 CSS px wide on Windows and Linux, at most twice that where a visitor has
asked for large ones; a larger difference between viewport and page is no scrollbar."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a visitor's browser had beside the device that layout and looks depend on.

    `scrollbar` is the width (CSS px) that the window's scrollbar took from the page; 0 where it
    lay above it, and where there was none.
    """

    scrollbar: int = 0
    dark: bool = False
    reduced_motion: bool = False
    forced_colors: bool = False


USUAL = Preferences()
"""Of most visitors, and where nothing tells."""


def preferences_at(document: DocumentRow, events: Sequence[Event]) -> Preferences:
    """As the last environment among `events` tells, all that came before a moment; where there
    is none, that of `document`."""
    for event in reversed(events):
        if event.type == EventType.CUSTOM and (told := _environment(event)) is not None:
            return preferences(told)
    return preferences(document.environment)


def _environment(event: Event) -> dict[str, Any] | None:
    if ENVIRONMENT_TAG.encode() not in bytes(event.data):
        return None
    try:
        custom = msgspec.json.decode(event.data, type=CustomData)
    except msgspec.DecodeError:
        return None
    told = custom.payload if custom.tag == ENVIRONMENT_TAG else None
    return told if isinstance(told, dict) else None


def preferences(told: Mapping[str, Any]) -> Preferences:
    """As an environment tells; what is missing or makes no sense is as usual."""
    return Preferences(
        scrollbar=_scrollbar(told.get("inner"), told.get("client")),
        dark=told.get("colorScheme") == "dark",
        reduced_motion=told.get("reducedMotion") is True,
        forced_colors=told.get("forcedColors") is True,
    )


def _scrollbar(inner: Any, client: Any) -> int:
    sizes = (inner, client)
    if not all(isinstance(one, list) and one and _plausible(one[0]) for one in sizes):
        return 0
    taken = round(inner[0] - client[0])
    return taken if 0 < taken <= WIDEST_SCROLLBAR_PX else 0


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
