"""`heatwright compact`: recordings of closed documents in a thirtieth of their JSON."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from heatwright.cli.options import BlobsOption, JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, progress, warn
from recorder.store import Compaction, Scope

__all__ = ["compact"]


def compact(
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also what is being recorded now, and all that waits."),
    ] = False,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Pack the recordings of closed documents. `serve` does so by itself.

    Example: heatwright compact
    """
    scope = Scope(now=int(time.time() * 1000), asked=True, everything=everything)
    with open_store(store, blobs) as opened, progress(stages=True) as bars:
        task = bars.add_task("compacting documents", total=None)
        done = opened.compactor().run(
            scope, progress=lambda count, total: bars.update(task, completed=count, total=total)
        )
        bars.update(task, total=done.documents, completed=done.documents)
        opened.shrink()
    if json:
        print_json(_plain(done))
        return
    for document, reason in done.left.items():
        warn(f"document {document} stays as it was: {reason}")
    if done.changed:
        note(f"{done.changed:,} documents got a batch meanwhile; they come next time")
    if not done.documents:
        note("there was nothing to pack")
        return
    typer.echo(
        f"{done.documents:,} documents ({done.repacked:,} of them anew), "
        f"{_size(done.json_bytes)} of JSON: stored in {_size(done.before)} before, "
        f"in {_size(done.after)} now, {done.ratio:.1f} times smaller than the JSON"
    )
    if done.made or done.removed:
        typer.echo(f"dictionaries: {done.made:,} made, {done.removed:,} removed")


def _plain(done: Compaction) -> dict[str, object]:
    return {
        "documents": done.documents,
        "repacked": done.repacked,
        "changed": done.changed,
        "left": done.left,
        "bytes_json": done.json_bytes,
        "bytes_before": done.before,
        "bytes_after": done.after,
        "dictionaries_made": done.made,
        "dictionaries_removed": done.removed,
    }


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"
