"""`heatwright erase`: a visitor's right to be forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from heatwright.cli.confirming import YesOption, confirm
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, progress, warn
from recorder.errors import WrongUse
from recorder.identified import visitors_identified
from recorder.store import Found, Removed, Store, Who

__all__ = ["erase", "said"]


def erase(
    visitor: Annotated[
        str | None, typer.Option(metavar="ID", help="All of this visitor: `heatwright.visitor`.")
    ] = None,
    identified: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="All visitors who identified so; reads every recording for it."
        ),
    ] = None,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="This one session, by its whole id.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Only in this site.")] = None,
    rewrite: Annotated[
        bool,
        typer.Option(
            "--rewrite/--no-rewrite",
            help="Write an SQLite file anew at the end: a second for 100 MB, in which tags wait.",
        ),
    ] = True,
    yes: YesOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Erase what is stored of a visitor, for good, and refuse what still comes of him.

    Recordings, what was derived of them, and pictures or styles that nobody else had. What the
    audit trail says of him is by digest from then on. Backups are yours to erase; what is left in
    copies of a file that is not written anew, see docs/privacy.md.

    Example: heatwright erase --visitor 3f9c2a71d0e84b5566aa01c9
    """
    if sum(one is not None for one in (visitor, identified, session)) != 1:
        raise WrongUse(
            "Say whose data to erase, in one way.", "Give --visitor, --identified or --session."
        )
    with open_store(store) as opened:
        if site is not None:
            opened.sites.get(site)
        if identified is not None:
            who = _identified(opened, identified, site)
        elif session is not None:
            who = [Who("session", session, site)]
        else:
            who = [Who("visitor", visitor or "", site)]
        found = [one for person in who for one in opened.eraser().find(person)]
        confirm(f"Erase for good: {_planned(found)}?", yes)
        removed = Removed()
        for person in who:
            removed.add(opened.eraser().erase(person))
        eraser = opened.eraser()
        eraser.sweep()
        clean = eraser.rewrite() if rewrite else eraser.fold()
    _report(removed, len(who), clean, json)


def _identified(store: Store, identified: str, site: str | None) -> list[Who]:
    with progress(stages=True) as bars:
        task = bars.add_task("reading all recordings, sessions", total=len(store.sessions(site)))
        found = visitors_identified(
            store, identified, site, lambda done, total: bars.update(task, completed=done)
        )
    for document in found.unread:
        warn(f"document {document} is damaged and could not be searched")
    if not found.visitors:
        raise WrongUse(
            f"No recording says that somebody is {identified[:80]!r}.",
            "The id is what the page gave to heatwright.identify(id).",
        )
    return [Who("visitor", one, of_site) for of_site, one in found.visitors]


def _planned(found: list[Found]) -> str:
    if not found:
        return "nothing is stored, only what still comes would be refused"
    by_site: Counter[str] = Counter()
    for one in found:
        by_site[one.site_id] += one.sessions
    sessions = ", ".join(f"{count} sessions of {site}" for site, count in sorted(by_site.items()))
    return f"{sessions}, {sum(one.documents for one in found)} documents"


def _report(removed: Removed, people: int, clean: bool, json: bool) -> None:
    if not clean:
        warn(
            "another process is still reading: what was erased leaves the file's log (-wal) "
            "when it has ended; run the command again to be sure"
        )
    if json:
        print_json(asdict(removed) | {"erased": people, "log_empty": clean})
        return
    typer.echo(f"erased: {said(removed)}")
    note(
        "What still comes is refused. Backups of the store are not known here: see docs/privacy.md."
    )


def said(removed: Removed) -> str:
    """What was removed, for people."""
    return (
        f"{removed.sessions:,} sessions, {removed.documents:,} documents, "
        f"{removed.size / 1e6:,.2f} MB of events, {removed.derived:,} things derived of them, "
        f"{removed.assets:,} assets"
    )
