"""`heatwright replay`: moments of sessions as pictures and boxes."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer
from rich.progress import Progress

from heatwright.cli.filters import WhereOption, indexing, parsed
from heatwright.cli.options import (
    DeviceOption,
    JsonOption,
    OutOption,
    StoreOption,
    WidthOption,
    chosen_devices,
    open_store,
    out_folder,
    refuse_equal_widths,
)
from heatwright.cli.output import note, print_json, progress, warn
from heatwright.replaying.files import Files
from heatwright.replaying.plan import Plan, Time, parse_times
from heatwright.replaying.running import How, Result, carry_out
from recorder.errors import UnknownSession, WrongUse
from recorder.index.searching import search
from recorder.store import Store
from replay import Theatre

__all__ = ["replay"]


class PixelScale(StrEnum):
    """Pixels of a picture for one CSS pixel."""

    CSS = "css"
    DEVICE = "device"


def replay(
    session: Annotated[
        str | None, typer.Argument(help="A session's id, a unique prefix, or latest.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="T", help="12.5s, end or event:N; may be repeated."),
    ] = None,
    page_view: Annotated[
        int | None, typer.Option("--page-view", metavar="N", min=1, help="Count T from its start.")
    ] = None,
    where: WhereOption = None,
    limit: Annotated[
        int, typer.Option(min=1, help="With --where: at most this many sessions, newest first.")
    ] = 50,
    device: DeviceOption = None,
    width: WidthOption = None,
    full_page: Annotated[
        bool,
        typer.Option(
            "--full-page/--viewport", help="The whole page, or what was in view, pointer included."
        ),
    ] = True,
    boxes: Annotated[bool, typer.Option("--boxes", help="Write boxes-WIDTH.json as well.")] = False,
    only_this_session: Annotated[
        bool,
        typer.Option(
            "--only-this-session", help="Even where another recording shows the page better."
        ),
    ] = False,
    scale: Annotated[PixelScale, typer.Option(help="Pixels of the picture.")] = PixelScale.CSS,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Rebuild moments of a session, or of many, at any width: screenshots, element boxes.

    Example: heatwright replay latest --at 2.5s --at end --device desktop --device phone --boxes
    """
    times = parse_times(at, page_view)
    folder = out_folder(out)
    files = Files(folder, by_session=where is not None, by_time=len(times) > 1, boxes=boxes)
    how = How(full_page, scale.value, nearest=not only_this_session)
    with open_store(store) as opened, progress() as bars:
        sessions = _sessions(opened, session, where, limit)
        asked = (sessions, times, page_view)
        result = asyncio.run(_carry_out(opened, asked, (device, width), how, files, bars))
    if where is None and result.failed and not result.written:
        raise result.failed[0].error
    _tell(result, json)
    raise typer.Exit(result.exit_code)


def _sessions(store: Store, session: str | None, where: str | None, limit: int) -> list[str]:
    """Ids of the sessions asked for; never none. Raises WrongUse and UnknownSession."""
    if (session is None) == (where is None):
        raise WrongUse(
            "Either one session is replayed, or those that fit --where.",
            "heatwright replay SESSION, or heatwright replay --where 'errors > 0'",
        )
    if session is not None:
        return [store.session(session).id]
    with indexing() as told:
        answer = search(store, parsed(where), limit, told)
    if not answer.found:
        raise UnknownSession("No session fits the filter.", "Widen --where.")
    if answer.total > len(answer.found):
        note(f"{len(answer.found):,} of {answer.total:,} sessions; --limit takes more")
    return [found.session.id for found in answer.found]


async def _carry_out(
    store: Store,
    asked: tuple[list[str], list[Time], int | None],
    wanted: tuple[list[str] | None, list[int] | None],
    how: How,
    files: Files,
    bars: Progress,
) -> Result:
    async with Theatre(store) as theatre:
        devices = chosen_devices(theatre, *wanted)
        if files.boxes and devices:
            refuse_equal_widths(devices, "--boxes")
        plan = Plan(*asked, devices or None)
        task = bars.add_task("rendering", total=plan.count())
        return await carry_out(theatre, plan, how, files, lambda count: bars.advance(task, count))


def _tell(result: Result, json: bool) -> None:
    if json:
        print_json(result.written + [failed.to_json() for failed in result.failed])
    for entry in result.written:
        if not json:
            typer.echo(entry["picture"])
        for remark in entry["remarks"] if not json or entry["taken_from"] else ():
            warn(f"{entry['picture']}: {remark}")
    for failed in result.failed:
        device = f" on {failed.device}" if failed.device else ""
        warn(f"failed: session {failed.session} at {failed.at}{device}: {failed.error.message}")
    told = f"{len(result.written):,} pictures" if len(result.written) != 1 else "1 picture"
    note(f"{told} written" + (f", {len(result.failed):,} failed" if result.failed else ""))
