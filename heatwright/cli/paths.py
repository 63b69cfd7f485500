"""`heatwright paths`: which ways sessions go from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from heatmap.journeys import Paths, paths_of
from heatmap.journeys.paths import Way
from heatmap.statistics.shares import Share
from heatwright.cli.filters import WhereOption, indexing, parsed
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from recorder.index.sequences import sequences_of

__all__ = ["paths"]


def paths(
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="PAGE", help="Only from the first view of it on."),
    ] = None,
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows a table.")] = 10,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List where sessions enter and leave, and which ways they go, the commonest first.

    Example: heatwright paths --from '/products/*' --where 'device = phone'
    """
    expression = parsed(where)
    with open_store(store) as opened, indexing() as told:
        found = paths_of(sequences_of(opened, [], expression, told), start)
    if json:
        print_json(found.to_json())
        return
    if not found.sessions:
        note("no session has a page view that fits")
        return
    _tell("First pages", found.entries, found, limit)
    _tell("Last pages", found.exits, found, limit)
    _tell("From page to page", found.transitions, found, limit)
    _tell("Whole ways", found.ways, found, limit)


def _tell(title: str, ways: Sequence[Way], found: Paths, limit: int) -> None:
    shown = f"{title}: {min(len(ways), limit):,} of {len(ways):,}"
    print_table(
        shown, ["sessions", "share (95 %)", "pages"], [_row(one, found) for one in ways[:limit]]
    )


def _row(way: Way, found: Paths) -> list[object]:
    share = Share.of(way.sessions, found.sessions)
    told = f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%})"
    return [f"{way.sessions:,}", told, " → ".join(way.pages)]
