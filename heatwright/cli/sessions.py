"""`heatwright sessions`: what was recorded."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import print_json, print_table
from recorder.store import SessionRow

__all__ = ["sessions"]


def sessions(
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, newest first.")] = 50,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List recorded sessions, newest first.

    Example: heatwright sessions --where 'device = phone and trait.plan = "paying"'
    """
    with open_store(store) as opened:
        keep = session_filter(opened, where)
        found = [session for session in opened.sessions() if keep(session)][:limit]
        views = {session.id: opened.page_views(session_id=session.id) for session in found}
        refused = opened.refused(session.id for session in found)
    if json:
        print_json(
            [
                asdict(session)
                | {
                    "page_views": [asdict(view) for view in views[session.id]],
                    "refused": refused.get(session.id, {}),
                }
                for session in found
            ]
        )
        return
    rows: list[list[object]] = [
        [
            session.id,
            when(session.started_at),
            f"{(session.ended_at - session.started_at) / 1000:.1f} s",
            session.device or "-",
            session.source,
            " ".join(f"{name}={value}" for name, value in _about(session).items()),
            " → ".join(view.path for view in views[session.id]),
        ]
        for session in found
    ]
    columns = ["session", "started (UTC)", "length", "device", "by", "traits", "pages"]
    print_table(f"Sessions: {len(rows)}", columns, rows)


def when(time: int) -> str:
    """Epoch milliseconds as UTC."""
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _about(session: SessionRow) -> dict[str, str]:
    about = dict(session.traits)
    if session.variant:
        about["variant"] = session.variant
    if session.release:
        about["release"] = session.release
    return about
