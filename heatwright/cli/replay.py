"""`heatwright replay`: a session's moments as pictures and boxes."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import Progress

from heatwright.cli.options import (
    DeviceOption,
    JsonOption,
    OutOption,
    StoreOption,
    WidthOption,
    devices_for,
    open_store,
    out_folder,
    refuse_equal_widths,
)
from heatwright.cli.output import note, print_json, progress, warn
from recorder.errors import WrongUse
from recorder.store import Store
from replay import Moment, Render, Theatre, find_moment, parse_time, render
from replay.environment import recorded_device
from replay.render import boxes_document

__all__ = ["replay"]


class PixelScale(StrEnum):
    """Pixels of a picture for one CSS pixel."""

    CSS = "css"
    DEVICE = "device"


def replay(
    session: Annotated[str, typer.Argument(help="A session's id, a unique prefix, or latest.")],
    at: Annotated[str, typer.Option("--at", metavar="T", help="12.5s, end or event:N.")] = "end",
    page_view: Annotated[
        int | None, typer.Option("--page-view", metavar="N", min=1, help="Count T from its start.")
    ] = None,
    device: DeviceOption = None,
    width: WidthOption = None,
    full_page: Annotated[
        bool, typer.Option("--full-page/--viewport", help="The whole page, or what was in view.")
    ] = True,
    boxes: Annotated[bool, typer.Option("--boxes", help="Write boxes-WIDTH.json as well.")] = False,
    scale: Annotated[PixelScale, typer.Option(help="Pixels of the picture.")] = PixelScale.CSS,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Rebuild a moment of a session at any width: screenshots, element boxes.

    Example: heatwright replay latest --device desktop --device phone --boxes --out shots
    """
    time = parse_time(at)
    if time.event is not None and page_view is not None:
        raise WrongUse(
            "Events are numbered through the whole session, not within a page view.",
            "Leave --page-view out, or give seconds: --at 1.5s.",
        )
    folder = out_folder(out)
    with open_store(store) as opened, progress() as bars:
        moment = find_moment(opened, session, time, page_view=page_view)
        renders = asyncio.run(
            _render_all(opened, moment, (device, width), (full_page, scale.value, boxes), bars)
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(result, folder, boxes) for result in renders]
    if json:
        print_json(written)
        return
    for entry in written:
        typer.echo(entry["picture"])
        for remark in entry["remarks"]:
            warn(f"{entry['device'] or entry['width']}: {remark}")
    note(f"session {moment.session.id} at {moment.time_ms / 1000:.1f} s: {moment.document.url}")


async def _render_all(
    store: Store,
    moment: Moment,
    asked: tuple[list[str] | None, list[int] | None],
    how: tuple[bool, str, bool],
    bars: Progress,
) -> list[Render]:
    full_page, scale, boxes = how
    async with Theatre(store) as theatre:
        as_recorded = recorded_device(moment.session, moment.document)
        devices = devices_for(theatre, *asked, default=[as_recorded])
        if boxes:
            refuse_equal_widths(devices, "--boxes")
        task = bars.add_task("rendering", total=len(devices))
        renders = []
        for one in devices:
            renders.append(await render(theatre, moment, one, full_page=full_page, scale=scale))
            bars.advance(task)
    return renders


def _write(result: Render, folder: Path, boxes: bool) -> dict[str, Any]:
    device = result.device
    picture = folder / f"replay-{device.label}.png"
    picture.write_bytes(result.png)
    fidelity = folder / f"fidelity-{device.label}.json"
    fidelity.write_bytes(msgspec.json.format(msgspec.json.encode(result.fidelity.to_json())))
    entry: dict[str, Any] = {
        "session": result.moment.session.id,
        "at": result.moment.time_ms,
        "device": device.name,
        "width": device.width,
        "picture": str(picture),
        "fidelity": str(fidelity),
        "remarks": result.fidelity.remarks(),
    }
    if boxes:
        file = folder / f"boxes-{device.width}.json"
        file.write_bytes(msgspec.json.encode(boxes_document(result)))
        entry["boxes"] = str(file)
    return entry
