"""`heatwright compare`: the same page in two segments, element by element."""

from __future__ import annotations

import asyncio
import os
import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from heatmap.comparison import Comparison, Segment
from heatmap.comparison import compare as make_comparison
from heatmap.comparison.plain import plain
from heatmap.comparison.selecting import select
from heatwright.cli.config import ConfigOption, hidden
from heatwright.cli.filters import session_filter
from heatwright.cli.options import (
    DeviceOption,
    HideOption,
    JsonOption,
    OutOption,
    StoreOption,
    WidthOption,
    chosen_devices,
    device_words,
    open_store,
    out_folder,
    repeated,
)
from heatwright.cli.output import note, print_json, progress, warn
from heatwright.comparing import findings, paint_pictures, write_page
from heatwright.comparing.findings import cautions
from heatwright.comparing.tables import markdown, write_csv
from heatwright.gates import Judgement, Outcome, Rule, github_lines, judge, junit, parse_rule
from heatwright.project import read_project
from recorder.devices import Device
from recorder.errors import WrongUse
from recorder.store import Store
from replay import Theatre

__all__ = ["compare"]

SideOption = typer.Option(metavar="EXPR", help="Sessions, such as 'device = phone'.")


def compare(
    page: Annotated[str, typer.Argument(help="A URL, a path, or a pattern such as /product/*.")],
    a: Annotated[str, SideOption],
    b: Annotated[str, SideOption],
    device: DeviceOption = None,
    width: WidthOption = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="RULE",
            help="Exit with 1 if it holds: 'ctr(#buy) drops > 20%'; may be repeated.",
        ),
    ] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the rules' outcomes.")
    ] = None,
    hide: HideOption = None,
    config: ConfigOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two segments of a page: who saw and used each element, and what is no chance.

    Exits with 1 if a rule of --fail-on holds, with 3 if one could not be judged: too few sessions.
    One --device or --width shows both sides at it, two are a's and b's; without, each side is
    shown as most of its sessions were recorded.

    Example: heatwright compare / --a 'device = desktop' --b 'device = phone'

    Example: heatwright compare / --a 'variant = a' --b 'variant = b' --fail-on 'ctr(#b) drops > 9%'
    """
    rules = [parse_rule(text) for text in fail_on or []]
    left_out = hidden(hide, read_project(config))
    folder = out_folder(out)
    with open_store(store) as opened, progress() as bars:
        sides = (a, b)
        asked = (device, width)
        made, judgements = asyncio.run(_make(opened, page, sides, asked, rules, left_out, bars))
    pictures = paint_pictures(made)
    written = pictures.write(folder)
    html = folder / "compare.html"
    command = _command(page, sides, asked, fail_on or [], left_out)
    write_page(
        made,
        pictures,
        html,
        created_at=round(time.time() * 1000),
        judgements=judgements,
        command=command,
    )
    notes = folder / "compare.md"
    notes.write_text(markdown(made, judgements, command), encoding="utf-8")
    table = folder / "compare.csv"
    write_csv(made, table)
    if junit_file:
        junit_file.write_bytes(junit(page, judgements))
    if json:
        told = {
            "report": str(html),
            "markdown": str(notes),
            "csv": str(table),
            "pictures": written,
            "gates": _plain_gates(judgements),
        }
        print_json(plain(made) | told)
    else:
        _tell(made)
        typer.echo(html)
    _tell_gates(judgements)
    raise typer.Exit(_exit_code(judgements))


async def _make(
    store: Store,
    page: str,
    sides: tuple[str, str],
    asked: tuple[list[str] | None, list[int] | None],
    rules: Sequence[Rule],
    hide: list[str],
    bars: Progress,
) -> tuple[Comparison, list[Judgement]]:
    keeps = [session_filter(store, condition) for condition in sides]
    async with Theatre(store) as theatre:
        devices = _devices(chosen_devices(theatre, *asked))
        a, b = map(Segment, sides, keeps, devices)
        task = bars.add_task("reading", total=None)
        made = await make_comparison(
            theatre,
            page,
            a,
            b,
            hide=hide,
            progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
        wanted = {rule.target for rule in rules if rule.target not in (None, "*")}
        selected = await select(theatre, made, sorted(one for one in wanted if one))
    return made, [judge(rule, made, selected) for rule in rules]


def _devices(chosen: list[Device]) -> tuple[Device | None, Device | None]:
    """The device of each side. Raises WrongUse for more than two."""
    if len(chosen) > 2:
        raise WrongUse(
            f"There are two sides, and {len(chosen)} devices for them.",
            "Give one --device or --width for both, or two: a's and b's.",
        )
    if not chosen:
        return None, None
    return chosen[0], chosen[-1]


def _command(
    page: str,
    sides: tuple[str, str],
    asked: tuple[list[str] | None, list[int] | None],
    rules: list[str],
    hide: list[str],
) -> str:
    words = ["heatwright", "compare", page, "--a", sides[0], "--b", sides[1]]
    words += device_words(asked)
    words += repeated("--fail-on", rules)
    words += repeated("--hide", hide)
    return shlex.join(words)


def _tell(made: Comparison) -> None:
    for side in (made.a, made.b):
        note(f"{side.name}: {side.sessions:,} sessions, {side.usage.presses:,} presses")
    for sentence in findings(made):
        note(sentence)
    for sentence in cautions(made):
        warn(sentence)


def _tell_gates(judgements: Sequence[Judgement]) -> None:
    for one in judgements:
        note(f"{one.outcome.replace('_', ' ')}: {one.rule.text}: {one.reason}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in github_lines(judgements):
            note(line)


def _plain_gates(judgements: Sequence[Judgement]) -> list[dict[str, object]]:
    return [
        {
            "rule": one.rule.text,
            "outcome": one.outcome.value,
            "reason": one.reason,
            "details": list(one.details),
        }
        for one in judgements
    ]


def _exit_code(judgements: Sequence[Judgement]) -> int:
    """1 where a gate failed, 3 where one could not be judged: that is never a pass."""
    outcomes = {one.outcome for one in judgements}
    if Outcome.FAILED in outcomes:
        return 1
    return 3 if Outcome.NOT_EVALUATED in outcomes else 0
