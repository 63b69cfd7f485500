"""`heatwright prune`: old sessions out of the store."""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from heatwright.cli.confirming import YesOption, confirm
from heatwright.cli.erase import said
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import print_json, progress, warn
from heatwright.cli.times import parse_length
from recorder.store import Removed

__all__ = ["prune"]


def prune(
    older_than: Annotated[
        str, typer.Option(metavar="TIME", help="28d, 12h or 4w since their last batch came.")
    ],
    site: Annotated[str | None, typer.Option(help="Only of this site.")] = None,
    yes: YesOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove sessions that are older, for good. `serve` does so by each site's retention.

    Example: heatwright prune --older-than 90d --site shop
    """
    before = int(time.time() * 1000) - int(parse_length(older_than).total_seconds() * 1000)
    with open_store(store) as opened, progress() as bars:
        if site is not None:
            opened.sites.get(site)
        eraser = opened.eraser()
        found = eraser.find_before(before, site)
        total = sum(one.sessions for one in found)
        if found:
            where = ", ".join(f"{one.sessions} of {one.site_id}" for one in found)
            confirm(f"Remove {total} sessions for good: {where}?", yes)
        task = bars.add_task("removing sessions", total=total)
        removed = Removed()
        for one in found:
            tell = partial(_tell, bars, task, removed.sessions)
            removed.add(eraser.prune(one.site_id, before, progress=tell))
        eraser.sweep()
        opened.shrink()
        folded = eraser.fold()
    if not folded:
        warn("another process is still reading: what was removed leaves the log when it has ended")
    if json:
        print_json(asdict(removed) | {"log_empty": folded})
        return
    typer.echo(f"removed: {said(removed)}")


def _tell(bars: Progress, task: TaskID, before: int, done: int) -> None:
    """Moves the bar: `done` of this site, `before` of the others."""
    bars.update(task, completed=before + done)
