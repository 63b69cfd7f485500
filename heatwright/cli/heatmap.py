"""`heatwright heatmap`: the heat of one page, at any width."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from heatmap.gathering import Keep
from heatmap.heatmap import Heatmap, make_heatmap, summary
from heatmap.paintings import overlay_kind, paint_kind, shared_scale
from heatmap.points import write_points
from heatmap.states import State, find_states, with_states
from heatmap.statuses import NAMES, PRESSES, Kind
from heatwright.cli.config import ConfigOption, hidden
from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.gathering import gather_shown
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
from heatwright.project import read_project
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
            help="What to show; default click and tap. A hover is a rest, weighed by its seconds; "
            "attention is time in view, scroll how far sessions came.",
        ),
    ] = None,
    device: DeviceOption = None,
    width: WidthOption = None,
    where: WhereOption = None,
    backdrop: Annotated[
        str | None, typer.Option(metavar="SESSION@T", help="The moment to paint on.")
    ] = None,
    hide: HideOption = None,
    config: ConfigOption = None,
    points: Annotated[
        Path | None,
        typer.Option("--points", metavar="FILE.csv", help="Write one row a point and width."),
    ] = None,
    states: Annotated[
        bool,
        typer.Option(
            "--states",
            help="Also show further moments, such as an open menu, that bring hidden presses home.",
        ),
    ] = False,
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
    wish = _Wish(
        kind or list(PRESSES), hidden(hide, read_project(config)), points is not None, states
    )
    folder = out_folder(out)
    with open_store(store) as opened, progress() as bars:
        keep = session_filter(opened, where)
        moment = _backdrop(opened, backdrop) if backdrop else None
        maps = asyncio.run(_make(opened, page, keep, (device, width), wish, moment, bars))
    written = _write(maps, wish.kinds, folder, overlay)
    if points:
        rows = [row for made in maps for row in with_states(made.heatmap, made.states)]
        note(f"{write_points(points, rows)} points in {points}")
    if json:
        print_json([_plain(made, written[made.label]) for made in maps])
        return
    _tell(maps, wish.kinds, written)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be made: `points` asks for widths that can be told apart, `states` for more."""

    kinds: list[Kind]
    hide: list[str]
    points: bool
    states: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """A heatmap with its further states."""

    heatmap: Heatmap
    states: list[State]

    @property
    def label(self) -> str:
        """The device's, by which files are named."""
        return self.heatmap.device.label


async def _make(
    store: Store,
    page: str,
    keep: Keep,
    asked: tuple[list[str] | None, list[int] | None],
    wish: _Wish,
    moment: Moment | None,
    bars: Progress,
) -> list[_Made]:
    async with Theatre(store) as theatre:
        devices = devices_for(theatre, *asked)
        if wish.points:
            refuse_equal_widths(devices, "--points")
        gathered = await gather_shown(theatre, page, keep, bars)
        painting = bars.add_task("placing", total=len(devices))
        maps = []
        for one in devices:
            made = await make_heatmap(
                theatre, gathered, one, wish.kinds, backdrop=moment, hide=wish.hide
            )
            more = wish.states and await find_states(theatre, gathered, made, hide=wish.hide)
            maps.append(_Made(made, more or []))
            bars.advance(painting)
    return maps


def _backdrop(store: Store, reference: str) -> Moment:
    session, at, time = reference.rpartition("@")
    if not at:
        raise WrongUse(f"{reference!r} names no moment.", "Write SESSION@T: latest@end.")
    return find_moment(store, session, parse_time(time))


def _write(
    maps: list[_Made], kinds: list[Kind], folder: Path, overlays: bool
) -> dict[str, dict[str, str]]:
    """Pictures by device label and what they show; a kind without points gets none."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, dict[str, str]] = {made.label: {} for made in maps}
    for kind in kinds:
        recorded = [made for made in maps if made.heatmap.ledger.total(kind).recorded]
        if not recorded:
            continue
        scale = shared_scale([made.heatmap for made in recorded], kind)
        for made in recorded:
            for name, shown in _shown(made, kind):
                picture = folder / f"heatmap-{made.label}-{name}.png"
                picture.write_bytes(paint_kind(shown, kind, scale))
                written[made.label][name] = str(picture)
                if overlays:
                    file = picture.with_name(f"overlay-{made.label}-{name}.png")
                    file.write_bytes(overlay_kind(shown, kind, scale))
    return written


def _shown(made: _Made, kind: Kind) -> Iterator[tuple[str, Heatmap]]:
    """The heatmap, and its states that have points of this kind, by the ends of their files."""
    yield kind.value, made.heatmap
    for state in made.states:
        if kind in state.heatmap.kinds:
            yield f"{kind.value}-state-{state.name}", state.heatmap


def _plain(made: _Made, pictures: dict[str, str]) -> dict[str, Any]:
    states = [
        {"name": one.name, "label": one.label, "points": one.points} | _moment(one.heatmap)
        for one in made.states
    ]
    return summary(made.heatmap) | {"states": states, "pictures": pictures}


def _moment(shown: Heatmap) -> dict[str, Any]:
    return {"backdrop": summary(shown)["backdrop"]}


def _tell(maps: list[_Made], kinds: list[Kind], written: dict[str, dict[str, str]]) -> None:
    for made in maps:
        for picture in written[made.label].values():
            typer.echo(picture)
        for kind in kinds:
            account = made.heatmap.ledger.total(kind)
            if account.recorded:
                note(f"{made.label}, {NAMES[kind].lower()}: {account.line()}")
        for state in made.states:
            note(f"{made.label}, state {state.name}: {state.points} more, as on {state.label}")
        for remark in made.heatmap.remarks():
            warn(f"{made.label}: {remark}")
    for kind in kinds:
        if not any(made.heatmap.ledger.total(kind).recorded for made in maps):
            warn(f"nothing was recorded on this page for: {NAMES[kind].lower()}")
    for failure in maps[0].heatmap.failures:
        warn(f"left out: {failure}")
