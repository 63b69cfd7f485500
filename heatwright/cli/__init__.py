"""The command line: `heatwright COMMAND`. Each command lives in a module of its name."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from heatwright import __version__
from heatwright.cli.commands import CommandGroup
from heatwright.cli.output import fail, show_warnings

__all__ = ["app", "main"]

app = typer.Typer(
    name="heatwright",
    cls=CommandGroup,
    help="Record what people do on a web page, replay it at any device width, "
    "and see heat that stays on the element it belongs to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"heatwright {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """Runs the command line; every error a user can meet ends in one sentence."""
    show_warnings()
    try:
        app()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - `fail` re-raises what it does not know
        fail(error)
    sys.exit(0)
