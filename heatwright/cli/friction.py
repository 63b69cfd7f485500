"""`heatwright friction`: what goes wrong for visitors, and where to watch it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.progress import Progress

from heatmap.friction import Ranked, Trouble, incidents_of, rank
from heatmap.gathering import Gathered, Keep
from heatmap.statistics.shares import FEW_SESSIONS
from heatmap.thresholds import TABLE
from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.gathering import gather_shown
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table, progress, warn
from recorder.store import Store
from replay import Theatre

__all__ = ["friction"]

SHOWN_MOMENTS: Final = 2
"""Moments of a row in the table; `--json` has all."""


def friction(
    page: Annotated[
        str, typer.Argument(help="A URL, a path, or a pattern; without one, every page.")
    ] = "/**",
    trouble: Annotated[
        list[Trouble] | None, typer.Option("--trouble", help="Only this; may be repeated.")
    ] = None,
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows.")] = 30,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List rage, dead and error clicks, near misses, quick backs and restless scrolling.

    Those first that affect most sessions, each with moments to replay.

    Example: heatwright friction /checkout --where 'device = phone'
    """
    with open_store(store) as opened, progress() as bars:
        keep = session_filter(opened, where)
        gathered = asyncio.run(_gather(opened, page, keep, bars))
        incidents = incidents_of(gathered.views, opened.page_views())
    if trouble:
        incidents = [one for one in incidents if one.trouble in trouble]
    ranked = rank(incidents, _viewers(gathered))
    if json:
        rules = [asdict(rule) for rule in TABLE]
        rows = [one.to_json() for one in ranked]
        print_json({"sessions": gathered.sessions, "thresholds": rules, "friction": rows})
        return
    _tell(ranked[:limit], len(ranked), gathered)


async def _gather(store: Store, page: str, keep: Keep, bars: Progress) -> Gathered:
    async with Theatre(store) as theatre:
        return await gather_shown(theatre, page, keep, bars)


def _viewers(gathered: Gathered) -> Counter[str]:
    """Sessions that viewed each page, by path."""
    pairs = {(view.page_view.path, view.session.id) for view in gathered.views}
    return Counter(path for path, _ in pairs)


def _tell(ranked: list[Ranked], total: int, gathered: Gathered) -> None:
    shown = f"{len(ranked):,} of {total:,}" if total > len(ranked) else f"{total:,}"
    columns = ["sessions", "share (95 %)", "times", "trouble", "page", "element", "watch"]
    print_table(f"Friction: {shown}", columns, [_row(one) for one in ranked])
    for name in dict.fromkeys(one.trouble.value for one in ranked):
        rule = next(one for one in TABLE if one.what == name)
        note(f"{name.replace('_', ' ')}: {rule.rule}")
    if ranked:
        first = ranked[0].incidents[0]
        at = f"{first.at_ms / 1000:.1f}s"
        note(f"See one: heatwright replay {first.session} --at {at}")
    else:
        note(f"nothing went wrong that is looked for, in {gathered.sessions:,} sessions")
    for failure in gathered.failures:
        warn(f"left out: {failure}")


def _row(one: Ranked) -> list[object]:
    share = one.share
    interval = f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%})"
    watch = [f"{each.session} {each.at_ms / 1000:.1f}s" for each in one.incidents[:SHOWN_MOMENTS]]
    return [
        f"{share.used:,}",
        f"{interval} of few" if share.seen < FEW_SESSIONS else interval,
        f"{len(one.incidents):,}",
        one.trouble.value.replace("_", " "),
        one.path,
        one.label or one.name or "the page",
        "; ".join(watch),
    ]
