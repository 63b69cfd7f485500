"""`heatwright replay`: moments of sessions as pictures and boxes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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
    film: Annotated[
        bool, typer.Option("--film", help="Write the session's key moments as one sheet as well.")
    ] = False,
    moment_html: Annotated[
        Path | None,
        typer.Option(
            "--moment-html",
            metavar="FILE",
            help="Write the moment as one HTML file as well; without scripts, complete in itself.",
        ),
    ] = None,
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
    """Rebuild moments of a session, or of many, at any width: pictures, boxes, films, HTML.

    Example: heatwright replay latest --at 2.5s --at end --device desktop --device phone --boxes

    Example: heatwright replay --where 'errors > 0' --film --out films
    """
    times = parse_times(at, page_view)
    if moment_html:
        _check_one_moment(where, times, [*(device or []), *(width or [])])
    folder = out_folder(out)
    files = Files(folder, where is not None, len(times) > 1, boxes, moment_html)
    how = How(full_page, scale.value, nearest=not only_this_session)
    with open_store(store) as opened, progress() as bars:
        sessions = _sessions(opened, session, where, limit)
        plan = Plan(sessions, times, page_view, (), film, moment_html is not None)
        result = asyncio.run(_carry_out(opened, plan, (device, width), how, files, bars))
    if where is None and result.failed and not result.written:
        raise result.failed[0].error
    _tell(result, json)
    raise typer.Exit(result.exit_code)


def _check_one_moment(where: str | None, times: list[Time], devices: list[object]) -> None:
    """Raises WrongUse unless one file is enough for what is asked for."""
    if where is not None or len(times) > 1 or len(devices) > 1:
        raise WrongUse(
            "--moment-html writes one moment of one session at one device.",
            "Ask for one --at and one --device or --width, without --where.",
        )


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
    plan: Plan,
    wanted: tuple[list[str] | None, list[int] | None],
    how: How,
    files: Files,
    bars: Progress,
) -> Result:
    async with Theatre(store) as theatre:
        devices = chosen_devices(theatre, *wanted)
        if files.boxes and devices:
            refuse_equal_widths(devices, "--boxes")
        plan = replace(plan, devices=devices)
        task = bars.add_task("rendering", total=plan.count())
        return await carry_out(theatre, plan, how, files, lambda count: bars.advance(task, count))


def _tell(result: Result, json: bool) -> None:
    if json:
        print_json(result.written + [failed.to_json() for failed in result.failed])
    for entry in result.written:
        if not json:
            typer.echo(_file_of(entry))
        for remark in entry["remarks"] if not json or entry.get("taken_from") else ():
            warn(f"{_file_of(entry)}: {remark}")
    for failed in result.failed:
        device = f" on {failed.device}" if failed.device else ""
        warn(f"failed: session {failed.session} at {failed.at}{device}: {failed.error.message}")
    failures = f", {len(result.failed):,} failed" if result.failed else ""
    note(f"{len(result.written):,} written{failures}")


def _file_of(entry: dict[str, Any]) -> str:
    return str(next(entry[name] for name in ("picture", "film", "moment_html") if name in entry))
