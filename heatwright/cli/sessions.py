"""`heatwright sessions`: what was recorded, and where in it an expression holds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from heatwright.cli.filters import WhereOption, indexing, parsed
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from recorder.index.searching import Found, Hit, search
from recorder.index.terms import TermKind
from recorder.store import PageView, SessionRow

__all__ = ["sessions", "when"]

SHOWN_HITS: Final = 3
"""Hits of a session in the table; `--json` has more."""

VALUE_CHARS: Final = 60
"""Characters of a hit in the table: a URL or a sentence's beginning."""

_VERBS: Final = {
    TermKind.VISIT: "visited",
    TermKind.TITLE: "title",
    TermKind.PAGE: "page",
    TermKind.PRESS: "clicked",
    TermKind.RAGE: "raged at",
    TermKind.ERROR: "error",
    TermKind.REQUEST: "request",
    TermKind.GOAL: "goal",
    TermKind.REPORT: "report",
    TermKind.GAP: "missing",
}


def sessions(
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many, newest first.")] = 50,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List recorded sessions, newest first, with the second at which what was asked for happened.

    Example: heatwright sessions --where 'device = phone and clicked = "#buy" and errors > 0'
    """
    expression = parsed(where)
    with open_store(store) as opened:
        with indexing() as told:
            answer = search(opened, expression, limit, told)
        ids = [found.session.id for found in answer.found]
        views = {id: opened.page_views(session_id=id) for id in ids}
        refused = opened.refused(ids)
    if json:
        print_json(
            [
                _json(found, views[found.session.id], refused.get(found.session.id, {}))
                for found in answer.found
            ]
        )
        if answer.total > len(answer.found):
            note(f"{len(answer.found):,} of {answer.total:,} sessions; --limit shows more")
        return
    rows = [_row(found, views[found.session.id]) for found in answer.found]
    shown = f"{len(rows):,} of {answer.total:,}" if answer.total > len(rows) else f"{len(rows):,}"
    print_table(f"Sessions: {shown}", *_columns(rows))


def when(time: int) -> str:
    """Epoch milliseconds as UTC."""
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _json(found: Found, views: list[PageView], refused: dict[str, int]) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("clicks", "errors", "rage", "gaps")}
    return {
        **asdict(found.session),
        "device": found.device or None,
        **counts,
        "page_views": [asdict(view) for view in views],
        "hits": [asdict(hit) for hit in found.hits],
        "refused": refused,
    }


def _row(found: Found, views: list[PageView]) -> dict[str, object]:
    session = found.session
    counts = {name: getattr(found, name) or "-" for name in ("clicks", "errors", "rage", "gaps")}
    return {
        "session": session.id,
        "started (UTC)": when(session.started_at),
        "length": f"{(session.ended_at - session.started_at) / 1000:.1f} s",
        "device": found.device or "-",
        "by": session.source,
        **counts,
        "traits": " ".join(f"{name}={value}" for name, value in _about(session).items()),
        "pages": " → ".join(view.path for view in views),
        "where": _places(found.hits),
    }


def _columns(rows: list[dict[str, object]]) -> tuple[list[str], list[list[object]]]:
    """Names and cells of what fits a terminal: columns that say anything.

    Where in a session it happened takes the place of the way through its pages.
    """
    if not rows:
        return ["session", "started (UTC)", "length", "device", "by"], []
    told = [name for name in rows[0] if any(row[name] not in ("", "-") for row in rows)]
    names = [name for name in told if not (name == "pages" and "where" in told)]
    return names, [[row[name] for name in names] for row in rows]


def _places(hits: list[Hit]) -> str:
    """`12.4 s clicked "Add to cart"`, the first few."""
    told = list(dict.fromkeys(map(_place, hits)))
    more = len(told) - SHOWN_HITS
    return "; ".join(told[:SHOWN_HITS] + ([f"{more} more"] if more > 0 else []))


def _place(hit: Hit) -> str:
    value = hit.value if len(hit.value) <= VALUE_CHARS else hit.value[: VALUE_CHARS - 1] + "…"
    quoted = f'"{value}"' if hit.kind in (TermKind.PRESS, TermKind.RAGE) else value
    return f"{hit.at_ms / 1000:.1f} s {_VERBS[hit.kind]} {quoted}"


def _about(session: SessionRow) -> dict[str, str]:
    about = dict(session.traits)
    if session.variant:
        about["variant"] = session.variant
    if session.release:
        about["release"] = session.release
    return about
