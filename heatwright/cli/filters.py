"""`--where EXPR`: which sessions a command works on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from recorder.expressions import SessionFacts, parse
from recorder.store import SessionRow, Store

__all__ = ["WhereOption", "session_filter"]

WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="EXPR",
        help="Only sessions that fit, such as 'device = phone and since = 2026-11-01'.",
    ),
]


def session_filter(store: Store, where: str | None) -> Callable[[SessionRow], bool]:
    """Whether a session fits `where`; None lets all pass.

    `where` is parsed at once: raises WrongUse before anything is read. The
    filter reads from `store`, which must still be open, and may raise
    StoreUnavailable.
    """
    if where is None:
        return lambda _: True
    expression = parse(where)
    return lambda session: expression.matches(SessionFacts.of(store, session))
