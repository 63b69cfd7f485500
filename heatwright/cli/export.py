"""`heatwright export`: a session in a form that others read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json
from recorder.errors import WrongUse
from recorder.exporting import Tab, rrweb_json, tabs_of

__all__ = ["export"]


def export(
    session: Annotated[str, typer.Argument(help="An id, the start of one, or `latest`.")],
    rrweb: Annotated[
        Path, typer.Option("--rrweb", metavar="FILE", help="Write rrweb's events, as JSON.")
    ],
    tab: Annotated[
        int, typer.Option(min=1, help="Which tab, where the visit had several; 1 is the first.")
    ] = 1,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a session as a file that rrweb-player plays as it is.

    Example: heatwright export latest --rrweb visit.json
    """
    with open_store(store) as opened:
        found = opened.session(session)
        tabs = tabs_of(opened, found.id)
        chosen = _chosen(tabs, tab)
        with rrweb.open("wb") as file:
            for piece in rrweb_json(opened, chosen):
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
