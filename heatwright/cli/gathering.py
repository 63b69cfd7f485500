"""Gathering a page's page views with a bar, for the commands that start there."""

from __future__ import annotations

from rich.progress import Progress

from heatmap.gathering import Gathered, Keep, gather
from replay import Theatre

__all__ = ["gather_shown"]


async def gather_shown(theatre: Theatre, page: str, keep: Keep, bars: Progress) -> Gathered:
    """What `heatmap.gathering.gather` gathers; `bars` gets a task that counts documents."""
    task = bars.add_task("reading", total=None)
    return await gather(
        theatre,
        page,
        keep=keep,
        progress=lambda done, total: bars.update(task, completed=done, total=total),
    )
