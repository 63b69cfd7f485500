"""`heatwright accessibility`: what fails, the most used first."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.progress import Progress

from heatmap.accessibility import Audit, Finding, audit_page
from heatmap.gathering import Keep
from heatwright.cli.config import ConfigOption, hidden
from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.gathering import gather_shown
from heatwright.cli.options import (
    DeviceOption,
    HideOption,
    JsonOption,
    StoreOption,
    WidthOption,
    devices_for,
    open_store,
)
from heatwright.cli.output import note, print_json, print_table, progress, warn
from heatwright.project import read_project
from recorder.store import Store
from replay import Theatre

__all__ = ["accessibility"]


def accessibility(
    page: Annotated[str, typer.Argument(help="A URL, a path, or a pattern such as /product/*.")],
    device: DeviceOption = None,
    width: WidthOption = None,
    where: WhereOption = None,
    hide: HideOption = None,
    config: ConfigOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows a device.")] = 30,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List what fails of WCAG 2.2 A and AA on a recorded page, the most used elements first.

    Contrast, names, target sizes, what the keyboard does not reach; by axe-core, on the page as it
    is rebuilt at each device.

    Example: heatwright accessibility /checkout --device phone --device desktop
    """
    left_out = hidden(hide, read_project(config))
    with open_store(store) as opened, progress() as bars:
        keep = session_filter(opened, where)
        audits = asyncio.run(_audit(opened, page, keep, (device, width), left_out, bars))
    if json:
        print_json([one.to_json() for one in audits])
        return
    for one in audits:
        _tell(one, limit)


async def _audit(
    store: Store,
    page: str,
    keep: Keep,
    asked: tuple[list[str] | None, list[int] | None],
    hide: list[str],
    bars: Progress,
) -> list[Audit]:
    async with Theatre(store) as theatre:
        devices = devices_for(theatre, *asked)
        gathered = await gather_shown(theatre, page, keep, bars)
        for failure in gathered.failures:
            warn(f"left out: {failure}")
        auditing = bars.add_task("auditing", total=len(devices))
        audits = []
        for one in devices:
            audits.append(await audit_page(theatre, gathered, one, hide))
            bars.advance(auditing)
        return audits


def _tell(audit: Audit, limit: int) -> None:
    place = f"{audit.pattern} at {audit.device.label}, {audit.device.width} px"
    if not audit.findings:
        note(f"{place}: nothing fails that can be told by a machine; that is about half of WCAG")
        return
    shown = audit.findings[:limit]
    title = f"{place}: {len(shown):,} of {len(audit.findings):,}, {audit.sessions:,} sessions"
    columns = ["used by", "seen by", "impact", "rule", "element", "what"]
    print_table(title, columns, [_row(one) for one in shown])
    note(f"About a rule: {shown[0].url}")


def _row(one: Finding) -> list[object]:
    element = one.label or one.key
    return [f"{one.used:,}", f"{one.saw:,}", one.impact, one.rule, element, one.help]
