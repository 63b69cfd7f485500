"""From patterns to page reports: gathered, placed at every device, ready to be written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from rich.progress import Progress

from heatmap.gathering import Gathered, Keep, gather
from heatmap.heatmap import Heatmap, make_heatmap
from heatmap.states import State, find_states
from heatmap.statuses import AREAS, PRESSES, Kind
from heatwright.report.friction import find_friction
from heatwright.report.model import PageReport
from heatwright.report.recorded import device_name
from recorder.devices import Device
from replay import STAGES_AT_ONCE, Theatre

__all__ = ["REPORTED", "compose", "page_title"]

STATES = 2
"""Further states of each heatmap at most; `heatwright heatmap --states` finds more."""

REPORTED = (*PRESSES, Kind.MOVE, Kind.HOVER, Kind.RAGE, Kind.DEAD, *AREAS)
"""Kinds that a report shows; the others `heatwright heatmap --kind` does."""


async def compose(
    theatre: Theatre,
    patterns: Sequence[str],
    devices: Sequence[Device],
    *,
    keep: Keep | None = None,
    hide: Sequence[str] = (),
    bars: Progress,
    kinds: Sequence[Kind] = REPORTED,
) -> list[PageReport]:
    """A `PageReport` for each of `patterns`, with a heatmap at each of `devices`.

    `hide` are selectors of what to leave out of the pictures. `bars` shows a task for
    reading and one for placing. Raises UnknownPage for a
    pattern that fits nothing recorded, BrokenRecording for one that cannot be rebuilt.
    """
    reading = bars.add_task("reading pages", total=len(patterns))
    placing = bars.add_task("placing points", total=len(patterns) * len(devices), start=False)
    gate = asyncio.Semaphore(STAGES_AT_ONCE)

    async def one(gathered: Gathered, device: Device) -> tuple[Heatmap, list[State]]:
        async with gate:
            heatmap = await make_heatmap(theatre, gathered, device, kinds, hide=hide)
            states = await find_states(theatre, gathered, heatmap, hide=hide, most=STATES)
        bars.advance(placing)
        return heatmap, states

    reports = []
    for pattern in patterns:
        gathered = await gather(theatre, pattern, keep=keep)
        bars.advance(reading)
        bars.start_task(placing)
        made = await asyncio.gather(*(one(gathered, device) for device in devices))
        counted = gathered.recorded(kinds)
        friction, more = await find_friction(theatre, gathered)
        title, viewers = page_title(gathered), _viewers(gathered)
        heatmaps, states = [shown for shown, _ in made], [found for _, found in made]
        reports.append(
            PageReport(pattern, title, heatmaps, viewers, counted, states, friction, more)
        )
    return reports


def page_title(gathered: Gathered) -> str:
    """The title that most page views had; the pattern, where no title speaks for all."""
    titles = Counter(view.page_view.title for view in gathered.views)
    title, views = titles.most_common(1)[0]
    return title if title and views * 2 > titles.total() else gathered.pattern


def _viewers(gathered: Gathered) -> dict[str, str]:
    """Recorded device of each session, by its first document of the page."""
    found: dict[str, str] = {}
    for view in gathered.views:
        found.setdefault(view.session.id, device_name(view.session, view.document))
    return found
