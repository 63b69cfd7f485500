"""What commands print: data on stdout, everything else on stderr, errors as one sentence."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import msgspec
from playwright.async_api import Error as PlaywrightError
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from recorder.errors import HeatwrightError, RenderFailed, WrongUse

__all__ = [
    "clean",
    "fail",
    "note",
    "print_json",
    "print_table",
    "progress",
    "show_warnings",
    "warn",
]

PACKAGES = ("heatwright", "heatmap", "replay", "recorder")
"""Loggers whose warnings are for the user; other people's go where Python puts them."""

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
    sys.stdout.flush()  # Whoever reads `serve --json` through a pipe waits for it.


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


class _Notes(logging.Handler):
    """Shows what our packages log as notes, with the traceback if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        warn(record.getMessage())
        if record.exc_info:
            for line in logging.Formatter().formatException(record.exc_info).splitlines():
                note(line)


def show_warnings() -> None:
    """From now on, warnings that our packages log are shown on stderr."""
    handler = _Notes(logging.WARNING)
    for name in PACKAGES:
        logging.getLogger(name).addHandler(handler)


class _Stages(Progress):
    """Bars; where nobody sees them, the beginning of each as a line."""

    def start_task(self, task_id: TaskID) -> None:
        task = next(one for one in self.tasks if one.id == task_id)
        if self.disable and task.start_time is None:
            note(f"{task.description}: {task.total:,.0f}" if task.total else task.description)
        super().start_task(task_id)


@contextmanager
def progress(*, stages: bool = False) -> Iterator[Progress]:
    """Progress bars on stderr; off where nobody looks.

    With `stages` each task is a line there, when it begins: for what takes minutes.
    """
    with (_Stages if stages else Progress)(
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
    """The error as one of ours: trouble with files and browsers is the environment's."""
    if isinstance(error, HeatwrightError):
        return error
    if isinstance(error, PlaywrightError):
        return RenderFailed(
            f"The browser did not do what it was asked to: {_first_line(error)}",
            "Run the command again; `heatwright doctor` looks closer.",
        )
    if isinstance(error, msgspec.MsgspecError):
        return WrongUse(f"What was read has not the form it should have: {_first_line(error)}")
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


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
