"""`heatwright heatmap`: the heat of one page, at any width."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from heatmap.gathering import Keep, gather
from heatmap.heatmap import Heatmap, make_heatmap, summary
from heatmap.paintings import overlay_kind, paint_kind, shared_scale
from heatmap.points import write_points
from heatmap.statuses import PRESSES, UNITS, Kind
from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.options import (
    DeviceOption,
    HideOption,
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
from replay import Moment, Theatre, find_moment, parse_time

__all__ = ["heatmap"]


def heatmap(
    page: Annotated[str, typer.Argument(help="A URL, a path, or a pattern such as /product/*.")],
    kind: Annotated[
        list[Kind] | None,
        typer.Option(
            "--kind",
            help="What to show; default click and tap. A hover is a rest, weighed by its seconds.",
        ),
    ] = None,
    device: DeviceOption = None,
    width: WidthOption = None,
    where: WhereOption = None,
    backdrop: Annotated[
        str | None, typer.Option(metavar="SESSION@T", help="The moment to paint on.")
    ] = None,
    hide: HideOption = None,
    points: Annotated[
        Path | None,
        typer.Option("--points", metavar="FILE.csv", help="Write one row a point and width."),
    ] = None,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Write the heat alone as a transparent PNG, too.")
    ] = False,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Paint heatmaps of a page: every recorded point on its element, or accounted for.

    Example: heatwright heatmap '/products/*' --device desktop --device phone --points points.csv
    """
    kinds = kind or list(PRESSES)
    folder = out_folder(out)
    with open_store(store) as opened, progress() as bars:
        keep = session_filter(opened, where)
        moment = _backdrop(opened, backdrop) if backdrop else None
        maps = asyncio.run(
            _make(opened, page, keep, (device, width), (kinds, moment, hide or [], points), bars)
        )
    written = _write(maps, kinds, folder, overlay)
    if points:
        rows = write_points(points, [one for made in maps for one in made.placements])
        note(f"{rows} points in {points}")
    if json:
        print_json([summary(made) | {"pictures": written[made.device.label]} for made in maps])
        return
    _tell(maps, kinds, written)


async def _make(
    store: Store,
    page: str,
    keep: Keep,
    asked: tuple[list[str] | None, list[int] | None],
    how: tuple[list[Kind], Moment | None, list[str], Path | None],
    bars: Progress,
) -> list[Heatmap]:
    kinds, moment, hide, points = how
    async with Theatre(store) as theatre:
        devices = devices_for(theatre, *asked)
        if points:
            refuse_equal_widths(devices, "--points")
        anchoring = bars.add_task("anchoring", total=None)
        gathered = await gather(
            theatre,
            page,
            keep=keep,
            progress=lambda done, total: bars.update(anchoring, completed=done, total=total),
        )
        painting = bars.add_task("placing", total=len(devices))
        maps = []
        for one in devices:
            maps.append(
                await make_heatmap(theatre, gathered, one, kinds, backdrop=moment, hide=hide)
            )
            bars.advance(painting)
    return maps


def _backdrop(store: Store, reference: str) -> Moment:
    session, at, time = reference.rpartition("@")
    if not at:
        raise WrongUse(f"{reference!r} names no moment.", "Write SESSION@T: latest@end.")
    return find_moment(store, session, parse_time(time))


def _write(
    maps: list[Heatmap], kinds: list[Kind], folder: Path, overlays: bool
) -> dict[str, dict[str, str]]:
    """Pictures by device label and kind; a kind without points gets none."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, dict[str, str]] = {made.device.label: {} for made in maps}
    for kind in kinds:
        recorded = [made for made in maps if made.ledger.total(kind).recorded]
        if not recorded:
            continue
        scale = shared_scale(recorded, kind)
        for made in recorded:
            picture = folder / f"heatmap-{made.device.label}-{kind.value}.png"
            picture.write_bytes(paint_kind(made, kind, scale))
            written[made.device.label][kind.value] = str(picture)
            if overlays:
                file = picture.with_name(f"overlay-{made.device.label}-{kind.value}.png")
                file.write_bytes(overlay_kind(made, kind, scale))
    return written


def _tell(maps: list[Heatmap], kinds: list[Kind], written: dict[str, dict[str, str]]) -> None:
    for made in maps:
        for picture in written[made.device.label].values():
            typer.echo(picture)
        for kind in kinds:
            account = made.ledger.total(kind)
            if account.recorded:
                note(f"{made.device.label}, {UNITS[kind]}: {account.line()}")
        for remark in made.remarks():
            warn(f"{made.device.label}: {remark}")
    for kind in kinds:
        if not any(made.ledger.total(kind).recorded for made in maps):
            warn(f"no {UNITS[kind]} were recorded on this page")
    for failure in maps[0].failures:
        warn(f"left out: {failure}")
