"""`--where EXPR`: which sessions a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
from rich.progress import Progress as Bars

from heatwright.cli.output import progress
from recorder.expressions import Expression, parse
from recorder.index.refreshing import Progress, refresh
from recorder.index.searching import matching
from recorder.store import SessionRow, Store

__all__ = ["WhereOption", "indexing", "keep_indexed", "parsed", "session_filter"]

WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="EXPR",
        help="Only sessions that fit, such as 'device = phone and since = 2026-11-01'.",
    ),
]


def parsed(where: str | None) -> Expression | None:
    """The expression, None if there is none. Raises WrongUse for what is no expression."""
    return None if where is None else parse(where)


def session_filter(store: Store, where: str | None) -> Callable[[SessionRow], bool]:
    """Whether a session fits `where`, as of now; None lets all pass.

    Raises WrongUse before anything is read, and StoreUnavailable.
    """
    expression = parsed(where)
    if expression is None:
        return lambda _: True
    with indexing() as told:
        ids = matching(store, expression, told)
    return lambda session: session.id in ids


def keep_indexed(store: Store) -> None:
    """Indexes what was just recorded, so that the next question need not wait for it."""
    with indexing() as told:
        refresh(store, told)


@contextmanager
def indexing() -> Iterator[Progress]:
    """Shows how far the index is, on stderr, as soon as there is anything to be indexed."""
    with ExitStack() as stack:
        bars: list[Bars] = []

        def tell(done: int, total: int) -> None:
            if not bars:
                bars.append(stack.enter_context(progress()))
                bars[0].add_task("indexing", total=total)
            bars[0].update(bars[0].task_ids[0], completed=done)

        yield tell
