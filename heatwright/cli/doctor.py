"""`heatwright doctor`: what this machine has, and what to do about what it has not."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from heatwright.cli.options import BlobsOption, JsonOption, StoreOption
from heatwright.cli.output import note, print_json
from heatwright.doctor import examine, render
from heatwright.settings import Settings
from recorder.chromium import find_chromium, install_chromium
from recorder.errors import NoChromium, Unready

__all__ = ["doctor"]


def doctor(
    install: Annotated[
        bool, typer.Option("--install", help="Install a Chromium if there is none.")
    ] = False,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what was found on this machine, and what to do about what was not.

    Example: heatwright doctor --install
    """
    if install:
        try:
            find_chromium()
        except NoChromium:
            install_chromium(note)
    settings = Settings()
    findings = examine(store or settings.store, blobs or settings.blobs)
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        Console(file=sys.stdout).print(render(findings))
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(Unready.exit_code)
