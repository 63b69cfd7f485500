"""`heatwright conversions`: who used what, and who came to a goal afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.progress import Progress

from heatmap.gathering import Gathered, Keep
from heatmap.journeys import parse_step
from heatmap.journeys.conversions import Conversion, conversions_of
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatwright.cli.filters import WhereOption, indexing, session_filter
from heatwright.cli.gathering import gather_shown
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table, progress, warn
from recorder.errors import WrongUse
from recorder.index.sequences import sequences_of
from recorder.store import Store
from replay import Theatre

__all__ = ["conversions"]


def conversions(
    page: Annotated[str, typer.Argument(help="A URL, a path, or a pattern such as /product/*.")],
    goal: Annotated[
        str,
        typer.Option(
            "--goal", metavar="STEP", help="A goal's name, or a comparison as in --where."
        ),
    ],
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many elements.")] = 30,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Compare, element by element, how many of those who used it and who only saw it converted.

    An association, and no cause: people use what leads to what they came for.

    Example: heatwright conversions '/products/*' --goal purchase
    """
    with open_store(store) as opened, progress() as bars:
        goals = _goals(opened, goal)
        keep = session_filter(opened, where)
        gathered = asyncio.run(_gather(opened, page, keep, bars))
    rows = conversions_of(gathered.views, goals)
    if json:
        print_json({"sessions": gathered.sessions, "elements": [one.to_json() for one in rows]})
        return
    _tell(rows, limit)
    if not goals:
        warn(f"nobody came to {goal}")
    for failure in gathered.failures:
        warn(f"left out: {failure}")


def _goals(store: Store, goal: str) -> Mapping[str, Sequence[float]]:
    """Times by session. A word alone is the name of a goal."""
    try:
        step = parse_step(goal)
    except WrongUse:
        quoted = goal.replace("\\", "\\\\").replace('"', '\\"')
        step = parse_step(f'goal = "{quoted}"')
    with indexing() as told:
        found = sequences_of(store, [step], None, told)
    return {
        found.sessions[number]: [float(at) for at, _ in moments]
        for number, moments in found.steps[0].items()
    }


async def _gather(store: Store, page: str, keep: Keep, bars: Progress) -> Gathered:
    async with Theatre(store) as theatre:
        return await gather_shown(theatre, page, keep, bars)


def _tell(rows: Sequence[Conversion], limit: int) -> None:
    shown = rows[:limit]
    title = f"Conversions: {len(shown):,} of {len(rows):,} elements"
    columns = ["element", "used it", "only saw it", "difference (95 %)", ""]
    print_table(title, columns, [_row(one) for one in shown])
    note("An association: people use what leads to what they came for.")


def _row(one: Conversion) -> list[object]:
    gap = one.difference
    points = f"{gap.value * 100:+.0f} ({gap.low * 100:+.0f} to {gap.high * 100:+.0f})"
    both = one.users.seen and one.viewers.seen
    if one.q is None:
        verdict = f"fewer than {FEW_SESSIONS} sessions"
    else:
        verdict = "differs" if one.q < 0.05 else "may be chance"
    cells = [one.label or one.name, _share(one.users), _share(one.viewers)]
    return [*cells, points if both else "-", verdict]


def _share(share: Share) -> str:
    return f"{share.value:.0%} of {share.seen:,}" if share.seen else "nobody"
