"""One moment at one device: picture, boxes, fidelity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recorder.devices import Device
from replay.environment import recorded_device
from replay.fidelity import Fidelity
from replay.moments import Moment
from replay.pointer import Pointer, Spot, draw_pointer, pointer_at
from replay.shooting import steady
from replay.stage import Place, Stage, Veil
from replay.theatre import Theatre

__all__ = ["Render", "boxes_document", "render"]


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
    pointer: float | None = None,
    veil: Veil | None = None,
) -> Render:
    """Rebuilds `moment` at `device` and reads it off.

    A full page is shown scrolled to the top, so that fixed bars are where they are
    then; the viewport is shown at the recorded scroll, with the visitor's pointer as
    it was at the time `pointer` (epoch ms), unless that is None, and what it was over as
    CSS has it for what a mouse is over. `veil` chooses texts that are not to be read.
    """
    drawn = None if full_page else await _pointer(theatre, moment, device, pointer)
    async with theatre.stage(device, moment) as stage:
        await stage.build(moment)
        await stage.settle("top" if full_page else "recorded")
        spot, told = await drawn.spot(stage) if drawn else (None, "")
        if spot and not spot.touch:
            await stage.hover(spot.x, spot.y)
        if veil:
            await stage.veil(veil)
        png, stable = await steady(stage, full_page=full_page, scale=scale)
        boxes = await stage.boxes()
        fidelity = await stage.fidelity()
    fidelity.unstable, fidelity.pointer = not stable, told
    if spot:
        png = draw_pointer(png, spot, device.scale if scale == "device" else 1.0)
    return Render(moment, device, png, boxes, fidelity)


_EDGE = 0.1
"""Fraction of its box by which a pointer may be beside its element: rounded corners and shadows
count as it."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A pointer to be drawn; `place` is in its element as that was recorded, None if this very
    stage is as recorded. `lost`: why it has no place at another width."""

    pointer: Pointer
    place: Place | None
    lost: str = ""

    async def spot(self, stage: Stage) -> tuple[Spot | None, str]:
        """Where it is on `stage`, and what the fidelity report says of it."""
        one, place = self.pointer, self.place
        if self.lost:
            return None, self.lost
        if place is None:
            found = await stage.place_of(one.node, one.x, one.y)
        else:
            found = await stage.place_at(one.node, place.u, place.v)
        told = _told(found, await stage.fidelity())
        return (Spot(found.x, found.y, one.touch, one.pressed) if found else None), told


def _told(found: Place | None, fidelity: Fidelity) -> str:
    if found is None:
        return "its element is not shown here"
    width, height = fidelity.inner
    return "drawn" if 0 <= found.x < width and 0 <= found.y < height else "out of view"


async def _pointer(
    theatre: Theatre, moment: Moment, device: Device, time: float | None
) -> _Drawn | None:
    """The pointer at that time, if there was one and it is asked for."""
    found = None if time is None else pointer_at(theatre.store, moment.document, time)
    if found is None:
        return None
    recorded = recorded_device(moment.session, moment.document)
    if (recorded.width, recorded.height) == (device.width, device.height):
        return _Drawn(found, None)
    async with theatre.stage(recorded, moment) as stage:
        await stage.build(moment)
        await stage.settle("recorded")
        place = await stage.place_of(found.node, found.x, found.y)
    if place is None:
        return _Drawn(found, None, "its element is not there")
    inside = all(-_EDGE <= fraction <= 1 + _EDGE for fraction in (place.u, place.v))
    return _Drawn(found, place, "" if inside else "the page moved under it")


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
