"""`heatwright export`: a session as others read it, or all of a visitor for himself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json
from recorder.dossier import write_dossier
from recorder.errors import WrongUse
from recorder.exporting import Tab, rrweb_json, tabs_of
from recorder.store import Store
from recorder.whole_file import whole_file

__all__ = ["export"]


def export(
    session: Annotated[
        str | None, typer.Argument(help="An id, the start of one, or `latest`; with --rrweb.")
    ] = None,
    rrweb: Annotated[
        Path | None,
        typer.Option("--rrweb", metavar="FILE", help="Write the session's events, as JSON."),
    ] = None,
    tab: Annotated[
        int | None,
        typer.Option(min=1, help="Which tab, where the visit had several; 1 is the first."),
    ] = None,
    visitor: Annotated[
        str | None, typer.Option(metavar="ID", help="All that is stored of him; with --out.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="With --visitor: only of this site.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The ZIP file for --visitor.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a session as a file that rrweb-player plays, or all of a visitor as a ZIP file.

    The second is for visitors who ask what is stored of them; the audit trail tells of it.

    Example: heatwright export latest --rrweb visit.json

    Example: heatwright export --visitor 3f9c2a71d0e84b5566aa01c9 --out theirs.zip
    """
    one = session is not None and rrweb is not None
    all_of = visitor is not None and out is not None
    mixed = (session, rrweb, tab) != (None,) * 3 and (visitor, site, out) != (None,) * 3
    if mixed or not (one or all_of):
        raise WrongUse(
            "A session goes with --rrweb, a visitor with --out, and not both at a time.",
            "heatwright export SESSION --rrweb FILE, or heatwright export --visitor ID --out FILE",
        )
    with open_store(store) as opened:
        if visitor is not None and out is not None:
            _write_visitor(opened, visitor, site, out, json)
        elif session is not None and rrweb is not None:
            _write_session(opened, session, rrweb, tab or 1, json)


def _write_visitor(store: Store, visitor: str, site: str | None, out: Path, json: bool) -> None:
    if site is not None:
        store.sites.get(site)
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    count = write_dossier(store, visitor, out, at, site)
    if json:
        print_json({"visitor": visitor, "file": str(out), "sessions": count})
        return
    note(f"wrote {count} sessions of visitor {visitor} to {out}")


def _write_session(store: Store, session: str, rrweb: Path, tab: int, json: bool) -> None:
    found = store.session(session)
    tabs = tabs_of(store, found.id)
    chosen = _chosen(tabs, tab)
    with whole_file(rrweb) as file:
        for piece in rrweb_json(store, chosen):
            file.write(piece)
    if json:
        documents = [document.id for document in chosen.documents]
        print_json(
            {"session": found.id, "file": str(rrweb), "documents": documents, "tabs": len(tabs)}
        )
        return
    note(f"wrote {len(chosen.documents)} documents of session {found.id} to {rrweb}")
    if len(tabs) > 1:
        others = ", ".join(str(number) for number in range(1, len(tabs) + 1) if number != tab)
        note(f"the visit had {len(tabs)} tabs, and a player shows one: see --tab {others}")


def _chosen(tabs: list[Tab], number: int) -> Tab:
    if number > len(tabs):
        raise WrongUse(
            f"The session has {len(tabs)} tabs.", "Ask for one of them, such as --tab 1."
        )
    return tabs[number - 1]
