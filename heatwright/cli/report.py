"""`heatwright report`: heatmaps with their ledger, as a page for everybody."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress

from heatmap.heatmap import summary
from heatwright.cli.config import ConfigOption, hidden
from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.options import (
    DeviceOption,
    HideOption,
    JsonOption,
    OutOption,
    StoreOption,
    WidthOption,
    device_words,
    devices_for,
    open_store,
    out_folder,
    repeated,
)
from heatwright.cli.output import note, print_json, progress, warn
from heatwright.cli.times import parse_since
from heatwright.project import read_project
from heatwright.report import PageReport, build_report, collect_facts, compose
from recorder.errors import UnknownPage
from recorder.store import SessionRow, Store
from replay import Theatre

__all__ = ["report"]

TOP_PAGES = 5
"""Pages that are shown when none is named: more take minutes, and nobody reads them."""


Keep = Callable[[SessionRow], bool]


def report(
    pages: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PAGE]...", help="Paths or patterns; default the most viewed."),
    ] = None,
    device: DeviceOption = None,
    width: WidthOption = None,
    where: WhereOption = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="28d, 12h, 4w, or a date (UTC).")
    ] = None,
    hide: HideOption = None,
    config: ConfigOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a report: heatmaps at every width, shares by element, and the whole ledger.

    Example: heatwright report / '/products/*' --since 28d --out report
    """
    began = time.monotonic()
    project = read_project(config)
    left_out = hidden(hide, project)
    start = parse_since(since, datetime.now(UTC)) if since else None
    folder = out_folder(out)
    with open_store(store) as opened, progress() as bars:
        patterns = list(dict.fromkeys(pages or []))
        if not patterns:
            patterns, where = _most_viewed(opened, where, start)
        keep = _keep(session_filter(opened, where), start)
        made = asyncio.run(_compose(opened, patterns, (device, width), keep, left_out, bars))
        facts = collect_facts(
            opened,
            _title(opened, keep),
            keep=keep,
            where=_condition(where, since),
            duration_s=time.monotonic() - began,
            commands=[_command(patterns, (device, width), where, since, left_out)],
            funnels=project.funnel,
        )
        # The folder is made last: a page that does not exist leaves nothing behind.
        index = build_report(made, folder, facts=facts, bars=bars)
    if json:
        shown = [summary(heatmap) for page in made for heatmap in page.heatmaps]
        print_json({"report": str(index), "heatmaps": shown})
        return
    _tell(made)
    typer.echo(index)


def _keep(fits: Keep, start: datetime | None) -> Keep:
    if start is None:
        return fits
    first = start.timestamp() * 1000
    return lambda session: session.started_at >= first and fits(session)


def _most_viewed(
    store: Store, where: str | None, start: datetime | None
) -> tuple[list[str], str | None]:
    """The most viewed paths of the most viewed site, and `where` narrowed to that site.

    Of the sessions that fit. Says so where there are several sites. Raises UnknownPage for none.
    """
    sessions = store.sessions()
    keep = _keep(session_filter(store, where), start)
    site = {session.id: session.site_id for session in sessions if keep(session)}
    pages = Counter(
        (site[view.session_id], view.path) for view in store.page_views() if view.session_id in site
    )
    if not pages:
        if sessions:
            raise UnknownPage("No session fits the filter.", "Widen --where or --since.")
        raise UnknownPage("Nothing has been recorded yet.", "Record a visit: heatwright record URL")
    views: Counter[str] = Counter()
    for (name, _), count in pages.items():
        views[name] += count
    chosen, *others = [name for name, _ in views.most_common()]
    if others:
        warn(f"only {chosen}, the site with most views; others: {', '.join(others)} (see --where)")
        this = f'site = "{chosen}"'
        where = f"({where}) and {this}" if where else this
    return [path for (name, path), _ in pages.most_common() if name == chosen][:TOP_PAGES], where


async def _compose(
    store: Store,
    patterns: list[str],
    asked: tuple[list[str] | None, list[int] | None],
    keep: Keep,
    hide: list[str],
    bars: Progress,
) -> list[PageReport]:
    async with Theatre(store) as theatre:
        devices = devices_for(theatre, *asked)
        return await compose(theatre, patterns, devices, keep=keep, hide=hide, bars=bars)


def _title(store: Store, keep: Keep) -> str:
    sites = sorted({session.site_id for session in store.sessions() if keep(session)})
    return sites[0] if len(sites) == 1 else f"{len(sites)} sites"


def _condition(where: str | None, since: str | None) -> str | None:
    """What the report says about which sessions were taken."""
    parts = [part for part in (where, f"since {since}" if since else None) if part]
    return ", ".join(parts) or None


def _command(
    patterns: list[str],
    asked: tuple[list[str] | None, list[int] | None],
    where: str | None,
    since: str | None,
    hide: list[str],
) -> str:
    """The command line that makes this report again, fit for a shell."""
    words = ["heatwright", "report", *patterns]
    words += device_words(asked)
    words += ["--where", where] if where else []
    words += ["--since", since] if since else []
    words += repeated("--hide", hide)
    return shlex.join(words)


def _tell(pages: list[PageReport]) -> None:
    for page in pages:
        for heatmap in page.heatmaps:
            note(f"{page.pattern}, {heatmap.device.label}: {heatmap.ledger.line()}")
        failures = [why for heatmap in page.heatmaps for why in heatmap.failures]
        for failure in dict.fromkeys(failures):
            warn(f"{page.pattern}, left out: {failure}")
