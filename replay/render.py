"""One moment at one device: picture, boxes, fidelity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recorder.devices import Device
from replay.fidelity import Fidelity
from replay.moments import Moment
from replay.theatre import Theatre

__all__ = ["Render", "boxes_document", "render"]

SHOTS = 3
"""A picture is taken until two in a row agree, at most this often."""


@dataclass(frozen=True, slots=True)
class Render:
    """`png` is the screenshot; `boxes` follow the `--boxes` contract; both of one state."""

    moment: Moment
    device: Device
    png: bytes
    boxes: list[dict[str, Any]]
    fidelity: Fidelity


async def render(
    theatre: Theatre,
    moment: Moment,
    device: Device,
    *,
    full_page: bool = True,
    scale: str = "css",
) -> Render:
    """Rebuilds `moment` at `device` and reads it off.

    A full page is shown scrolled to the top, so that fixed bars are where they are
    then; the viewport is shown at the recorded scroll.
    """
    async with theatre.stage(device) as stage:
        await stage.build(moment)
        await stage.settle("top" if full_page else "recorded")
        shots = [await stage.screenshot(full_page=full_page, scale=scale)]
        while len(shots) < SHOTS and (len(shots) < 2 or shots[-1] != shots[-2]):
            shots.append(await stage.screenshot(full_page=full_page, scale=scale))
        boxes = await stage.boxes()
        fidelity = await stage.fidelity()
        fidelity.unstable = shots[-1] != shots[-2]
    return Render(moment, device, shots[-1], boxes, fidelity)


def boxes_document(result: Render) -> dict[str, Any]:
    """What `--boxes` writes for one width (design, section 5)."""
    x, y = result.fidelity.scroll
    return {
        "device": result.device.name,
        "width": result.device.width,
        "height": result.device.height,
        "at": result.moment.time_ms,
        "scroll": [x, y],
        "boxes": result.boxes,
    }
