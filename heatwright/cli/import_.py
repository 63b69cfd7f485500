"""`heatwright import`: recordings from elsewhere."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from heatwright.cli.filters import keep_indexed
from heatwright.cli.options import BlobsOption, JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, progress, warn
from heatwright.cli.record import parse_traits
from recorder.errors import WrongUse
from recorder.importing import About, RefusedFile, Taken, recording_files, take_file
from recorder.store import Store

__all__ = ["import_"]


class Mask(StrEnum):
    """What is masked of the recordings."""

    INPUTS = "inputs"
    TEXT = "text"
    STRICT = "strict"
    NONE = "none"


Refused = list[tuple[Path, str]]


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recordings, or folders of them.")
    ],
    site: Annotated[
        str | None, typer.Option(help="Of which site; else the one with the page's origin.")
    ] = None,
    visitor: Annotated[
        str | None, typer.Option(help="A pseudonym for the visitor of all of them.")
    ] = None,
    trait: Annotated[
        list[str] | None, typer.Option("--trait", metavar="K=V", help="A trait of the visitors.")
    ] = None,
    variant: Annotated[str | None, typer.Option(help="The A/B variant that was shown.")] = None,
    release: Annotated[str | None, typer.Option(help="The release that was recorded.")] = None,
    mask: Annotated[
        Mask | None,
        typer.Option(
            help="As the tag's levels; `none` keeps what was typed. Else as the site has it."
        ),
    ] = None,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Import rrweb recordings: arrays, JSON lines, packed events, PostHog's files; also as gzip.

    Example: heatwright import recordings/ --trait plan=free
    """
    found = recording_files(files)
    if not found:
        raise WrongUse(
            "There are no recordings in the folders given.",
            "They are looked for by name: *.json, *.jsonl, *.ndjson, also with .gz.",
        )
    with open_store(store, blobs) as opened, progress() as bars:
        about = About(
            site=opened.sites.get(site) if site else None,
            visitor=visitor,
            traits=parse_traits(trait or []),
            variant=variant,
            release=release,
            mask=mask.value if mask else None,
        )
        task = bars.add_task("importing", total=len(found))
        taken: list[Taken] = []
        refused: Refused = []
        for file in found:
            _take(opened, file, about, taken, refused)
            bars.advance(task)
        keep_indexed(opened)
    _report(taken, refused, json)
    if refused:
        raise WrongUse(
            f"{len(refused)} of {len(found)} files could not be imported.",
            "The others are in the store; what is wrong with each is said above.",
        )


def _take(store: Store, file: Path, about: About, taken: list[Taken], refused: Refused) -> None:
    try:
        taken.append(take_file(store, file, about))
    except RefusedFile as why:
        refused.append((file, str(why)))
    except OSError as error:
        refused.append((file, f"it cannot be read: {error.strerror or error}."))


def _report(taken: list[Taken], refused: Refused, json: bool) -> None:
    if json:
        print_json(
            {
                "taken": [
                    {
                        "file": str(one.file),
                        "session": one.session,
                        "new": not one.known,
                        "documents": one.documents,
                        "events": one.events,
                        "masked": one.masked,
                        "refused": dict(one.refused),
                        "remarks": one.remarks,
                    }
                    for one in taken
                ],
                "refused": [{"file": str(file), "why": why} for file, why in refused],
            }
        )
        return
    for one in taken:
        typer.echo(one.session)
        for remark in one.remarks:
            warn(f"{one.file}: {remark}")
        if one.refused:
            warn(f"{one.file}: events left out: {_counts(one.refused)}")
    for file, why in refused:
        warn(f"{file} was refused: {why}")
    note(_summary(taken))


def _summary(taken: list[Taken]) -> str:
    new = [one for one in taken if not one.known]
    known = len(taken) - len(new)
    said = (
        f"imported {len(new)} sessions, {sum(one.documents for one in new)} documents, "
        f"{sum(one.events for one in new)} events"
    )
    masked = sum(one.masked for one in new)
    said += f"; {masked} values in them were masked" if masked else ""
    return said + (f"; {known} were there already" if known else "")


def _counts(refused: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))
