"""`heatwright demo`: the whole chain on the fixture shop, ending with a report."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption
from heatwright.cli.output import note, print_json, progress
from heatwright.demo.run import run_demo
from recorder.errors import WrongUse
from recorder.store import Store

__all__ = ["demo"]

STORE_FOLDER = "store"
REPORT_ENTRIES = ("index.html", "pictures")
"""What an earlier demo left besides its store."""


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for report and store.")
    ] = Path("demo-report"),
    visitors: Annotated[
        int, typer.Option(min=1, max=1000, help="Simulated visitors, evenly over four devices.")
    ] = 24,
    json: JsonOption = False,
) -> None:
    """Record simulated visitors in the fixture shop, replay them, paint heatmaps, write a report.

    Example: heatwright demo --out demo-report
    """
    _clear(out)
    with (
        Store.open(f"sqlite:///{out / STORE_FOLDER / 'heatwright.db'}") as store,
        progress(stages=True) as bars,
    ):
        result = asyncio.run(run_demo(store, out, visitors, bars))
    if json:
        print_json(
            {
                "report": str(result.report),
                "sessions": result.sessions,
                "seconds": round(result.seconds, 1),
                "store": f"sqlite:///{out / STORE_FOLDER / 'heatwright.db'}",
            }
        )
        return
    note(f"{result.sessions} sessions recorded, replayed and mapped in {result.seconds:.0f} s")
    note("Look further, for example:")
    note(f"  heatwright sessions --store sqlite:///{out / STORE_FOLDER / 'heatwright.db'}")
    typer.echo(result.report)


def _clear(out: Path) -> None:
    """An earlier demo makes way; anything else in the folder is not ours to delete."""
    if not out.exists():
        return
    others = [] if out.is_dir() else [out]
    others += [one for one in out.glob("*") if one.name not in (STORE_FOLDER, *REPORT_ENTRIES)]
    if others or (any(out.iterdir()) and not (out / STORE_FOLDER / "heatwright.db").is_file()):
        raise WrongUse(f"{out} holds something else.", "Give another folder with --out.")
    shutil.rmtree(out)
