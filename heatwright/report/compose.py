"""From patterns to page reports: gathered, placed at every device, ready to be written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from rich.progress import Progress

from heatmap.gathering import Gathered, Keep, gather
from heatmap.heatmap import Heatmap, make_heatmap
from heatmap.statuses import KINDS, Kind
from heatwright.report.model import PageReport
from heatwright.report.recorded import device_name
from recorder.devices import Device
from replay import STAGES_AT_ONCE, Theatre

__all__ = ["compose", "page_title"]


async def compose(
    theatre: Theatre,
    patterns: Sequence[str],
    devices: Sequence[Device],
    *,
    keep: Keep | None = None,
    hide: Sequence[str] = (),
    bars: Progress,
    kinds: Sequence[Kind] = KINDS,
) -> list[PageReport]:
    """A `PageReport` for each of `patterns`, with a heatmap at each of `devices`.

    `hide` are selectors of what to leave out of the pictures. `bars` shows a task for
    reading and one for placing. Raises UnknownPage for a
    pattern that fits nothing recorded, BrokenRecording for one that cannot be rebuilt.
    """
    reading = bars.add_task("reading pages", total=len(patterns))
    placing = bars.add_task("placing points", total=len(patterns) * len(devices), start=False)
    gate = asyncio.Semaphore(STAGES_AT_ONCE)

    async def one(gathered: Gathered, device: Device) -> Heatmap:
        async with gate:
            heatmap = await make_heatmap(theatre, gathered, device, kinds, hide=hide)
        bars.advance(placing)
        return heatmap

    reports = []
    for pattern in patterns:
        gathered = await gather(theatre, pattern, keep=keep)
        bars.advance(reading)
        bars.start_task(placing)
        heatmaps = await asyncio.gather(*(one(gathered, device) for device in devices))
        counted = gathered.recorded(kinds)
        reports.append(
            PageReport(pattern, page_title(gathered), heatmaps, _viewers(gathered), counted)
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
