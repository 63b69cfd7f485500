"""What commands print: data on stdout, everything else on stderr, errors as one sentence."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from recorder.errors import HeatwrightError

__all__ = ["clean", "fail", "note", "print_json", "print_table", "progress", "warn"]

PIPED_COLUMNS = 400
"""Width of tables (characters) that go into a file or a pipe: `grep` wants whole lines."""

_OUT = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_COLUMNS)
_ERR = Console(stderr=True, highlight=False)

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, as shells have it."""


def clean(text: object) -> str:
    """`text` fit for a terminal: titles and URLs come from strangers.

    Control characters (ANSI escapes among them) are shown as `�`; rich's markup is
    taken as text.
    """
    shown = "".join(char if char.isprintable() else "�" for char in str(text))
    return escape(shown)


def print_json(data: Any) -> None:
    """One JSON document on stdout."""
    body = msgspec.json.format(msgspec.json.encode(data), indent=2)
    sys.stdout.write(body.decode() + "\n")


def print_table(title: str, columns: list[str], rows: list[list[object]]) -> None:
    """A table for people on stdout."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        # What is copied into the next command stays in one piece.
        table.add_column(name, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(clean(cell) for cell in row))
    _OUT.print(table)


def note(text: str) -> None:
    """A line about progress or results, on stderr."""
    _ERR.print(clean(text), soft_wrap=True)


def warn(text: str) -> None:
    """Something the user should know, on stderr."""
    _ERR.print(f"[yellow]note:[/yellow] {clean(text)}", soft_wrap=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress bars on stderr; off where nobody looks."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_ERR,
        disable=not sys.stderr.isatty(),
    ) as bars:
        yield bars


def fail(error: BaseException) -> NoReturn:
    """Says what went wrong in one sentence and a next step, and exits with its code."""
    if isinstance(error, KeyboardInterrupt):
        _ERR.print("stopped")
        sys.exit(INTERRUPTED)
    known = _known(error)
    if known is None:
        raise error
    _ERR.print(f"[red]error:[/red] {clean(known.message)}", soft_wrap=True)
    if known.next_step:
        for line in known.next_step.splitlines():
            _ERR.print(f"  {clean(line)}", soft_wrap=True)
    sys.exit(known.exit_code)


def _known(error: BaseException) -> HeatwrightError | None:
    """The error as one of ours: trouble with files is the environment's."""
    if isinstance(error, HeatwrightError):
        return error
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        trouble = HeatwrightError(
            f"{'The disk is full' if full else error.strerror or str(error)}{place}.",
            "Free some space and run the command again; what is in the store is safe."
            if full
            else "",
        )
        trouble.exit_code = 3
        return trouble
    return None
