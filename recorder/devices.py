"""Device profiles: what a page is recorded on and rendered for.

A device is a named viewport with its input and density traits. Four are our
own; any other name is looked up in Playwright's registry. A bare width is a
plain window without touch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recorder.errors import UnknownDevice

__all__ = ["DEVICES", "Device", "bare_width", "find_device"]


@dataclass(frozen=True, slots=True)
class Device:
    """A viewport in CSS pixels and what the page can find out about the device.

    `name` is None for a bare width. `scale` is the device pixel ratio.
    """

    name: str | None
    width: int
    height: int
    scale: float = 1.0
    touch: bool = False
    mobile: bool = False
    user_agent: str | None = None

    @property
    def label(self) -> str:
        """The name in file names and tables: `phone`, or `390` for a bare width."""
        return self.name or str(self.width)

    def context_options(self) -> dict[str, Any]:
        """Keyword arguments for Playwright's `Browser.new_context`."""
        options: dict[str, Any] = {
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "has_touch": self.touch,
            "is_mobile": self.mobile,
        }
        if self.user_agent:
            options["user_agent"] = self.user_agent
        return options


DEVICES: dict[str, Device] = {
    device.name: device
    for device in (
        Device("desktop", 1440, 900),
        Device("laptop", 1280, 800),
        Device("tablet", 768, 1024, scale=2.0, touch=True, mobile=True),
        Device("phone", 390, 844, scale=3.0, touch=True, mobile=True),
    )
    if device.name
}


def find_device(name: str, registry: Mapping[str, Mapping[str, Any]] | None = None) -> Device:
    """The device called `name`: ours first, then Playwright's `registry`.

    Raises UnknownDevice when neither has it.
    """
    ours = DEVICES.get(name.lower())
    if ours:
        return ours
    theirs = (registry or {}).get(name)
    if theirs is None:
        known = ", ".join(DEVICES)
        raise UnknownDevice(
            f"There is no device called {name!r}.",
            f"Use one of {known}, or a name from Playwright's registry such as 'iPhone 13'.",
        )
    viewport = theirs["viewport"]
    return Device(
        name,
        int(viewport["width"]),
        int(viewport["height"]),
        scale=float(theirs.get("device_scale_factor", 1.0)),
        touch=bool(theirs.get("has_touch", False)),
        mobile=bool(theirs.get("is_mobile", False)),
        user_agent=theirs.get("user_agent"),
    )


def bare_width(width: int) -> Device:
    """A plain window `width` CSS pixels wide: density 1, no touch, not mobile.

    The height is what such windows usually have: 900 from 1024 up, 1024 from
    600 up, 844 below.
    """
    height = 900 if width >= 1024 else 1024 if width >= 600 else 844
    return Device(None, width, height)
