"""`heatwright errors`: what went wrong on the pages, and for how many."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from heatwright.cli.filters import WhereOption, indexing, parsed
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from heatwright.cli.sessions import when
from recorder.index.grouping import ErrorGroup, group_errors

__all__ = ["errors"]

MESSAGE_CHARS: Final = 120
"""Characters of a message in the table; `--json` has all of it, its first frame, and more."""


def errors(
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many groups.")] = 50,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List errors in groups, those that affect most sessions first, each with one to replay.

    Example: heatwright errors --where 'release = 1.4 and device = phone'
    """
    expression = parsed(where)
    with open_store(store) as opened, indexing() as told:
        found = group_errors(opened, expression, limit, told)
    if json:
        print_json([asdict(group) for group in found.groups])
        if found.total > len(found.groups):
            note(f"{len(found.groups):,} of {found.total:,} groups; --limit shows more")
        return
    columns = ["error", "sessions", "visitors", "times", "message", "last seen (UTC)"]
    columns += ["releases", "replay"]
    shown = len(found.groups)
    total = f"{shown:,} of {found.total:,}" if found.total > shown else f"{shown:,}"
    print_table(f"Errors: {total}", columns, [_row(group) for group in found.groups])


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_CHARS else message[: MESSAGE_CHARS - 1] + "…"


def _row(group: ErrorGroup) -> list[object]:
    return [
        group.fingerprint,
        group.sessions,
        group.visitors,
        group.count,
        _cut(group.message),
        when(group.last_at),
        " ".join(group.releases),
        f"{group.session} --at {group.at_ms / 1000:.3f}s",
    ]
