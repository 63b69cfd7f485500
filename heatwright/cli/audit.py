"""`heatwright audit`: who looked at what, and who changed who may."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import print_json, print_table
from heatwright.cli.sessions import when
from heatwright.cli.times import parse_since
from recorder.dossier import names_in_audit
from recorder.store import Store

__all__ = ["audit"]


def audit(
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="28d, 12h, 4w, or a date or time (UTC).")
    ] = None,
    visitor: Annotated[
        str | None,
        typer.Option(metavar="ID", help="What was done to this visitor, also once he is erased."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many of them.")] = 1_000,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List what was read over HTTP, erased and given out, and changes to sites, keys and tokens.

    Example: heatwright audit --since 2026-11-01
    """
    start = parse_since(since, datetime.now(UTC)).timestamp() if since else 0
    with open_store(store) as opened:
        names = None if visitor is None else _names(opened, visitor)
        entries = opened.audit.entries(int(start * 1000), limit, names)
    if json:
        print_json([asdict(entry) for entry in entries])
        return
    rows: list[list[object]] = [
        [when(one.at), one.actor, one.action, one.object, one.detail] for one in entries
    ]
    columns = ["at (UTC)", "by", "what", "of", "detail"]
    print_table(f"Audit trail: {len(rows)}", columns, rows)


def _names(store: Store, visitor: str) -> set[str]:
    """What the trail calls a visitor: his digests, and his sessions as long as there are any."""
    sites = [site.id for site in store.sites.list()]
    return names_in_audit(sites, visitor, store.sessions(visitor=visitor))
