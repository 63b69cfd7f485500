"""What class of device a document was recorded on, when nobody named the device."""

from __future__ import annotations

from typing import Any, Final, Literal

from recorder.store.rows import DocumentRow

__all__ = ["DESKTOP_FROM", "TABLET_FROM", "DeviceClass", "device_class", "is_touch"]

DeviceClass = Literal["phone", "tablet", "laptop", "desktop"]

TABLET_FROM: Final = 600
"""CSS px. The widest phones held upright have about 480, the narrowest tablets 600."""

DESKTOP_FROM: Final = 1366
"""CSS px. Laptops mostly lay out in 1280 and a few pixels more; a window of 1366 fills the
smallest common wide screen, and our own laptop (1280) and desktop (1440) lie on either side."""

_PLAUSIBLE = range(50, 10_001)  # CSS px; a forged width outside is no screen's


def device_class(document: DocumentRow) -> DeviceClass | None:
    """`phone`, `tablet`, `laptop` or `desktop`, as our device profiles are called.

    Touch devices are phones below `TABLET_FROM`, else tablets; everything else
    is a laptop below `DESKTOP_FROM`, else a desktop: a narrow window on a
    computer is still a laptop, for it has a mouse. What counts is the width
    that the page was laid out in, so a phone held sideways is a tablet. None
    if the recording never told a width.
    """
    width = _width(document)
    if width is None:
        return None
    if is_touch(document.environment):
        return "phone" if width < TABLET_FROM else "tablet"
    return "laptop" if width < DESKTOP_FROM else "desktop"


def is_touch(environment: dict[str, Any]) -> bool:
    """Whether the recorded environment is a touch device's: a coarse pointer that cannot hover.

    Both, because a laptop with a touch screen is still used with a mouse.
    """
    return environment.get("pointer") == "coarse" and environment.get("hover") is False


def _width(document: DocumentRow) -> int | None:
    """The viewport's width in CSS px: from the Meta event, else from the environment."""
    inner = document.environment.get("inner")
    told = inner[0] if isinstance(inner, list) and inner else None
    for width in (document.width, told):
        if isinstance(width, int | float) and _PLAUSIBLE[0] <= width <= _PLAUSIBLE[-1]:
            return int(width)
    return None
