"""Asking before something is done that cannot be undone."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from heatwright.cli.output import clean
from recorder.errors import WrongUse

__all__ = ["YesOption", "confirm"]

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask; needed without a terminal.")]


def confirm(question: str, yes: bool) -> None:
    """Returns if `yes`, or if whoever sits there says so.

    Raises WrongUse where nobody can be asked, and for a no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongUse(
            "This cannot be undone, and there is no terminal to ask at.",
            "Add --yes if it is what you want.",
        )
    if not typer.confirm(clean(question), err=True):
        raise WrongUse("Nothing was removed.")
