"""`heatwright sites`: who may write."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from recorder.sites import Site

__all__ = ["app"]

app = typer.Typer(help="Registered sites and their write keys.", no_args_is_help=True)

# The last two keep cookies and the page's address from the collector's log.
SNIPPET = (
    '<script async src="{collector}/heatwright.js" crossorigin referrerpolicy="no-referrer"\n'
    '        data-key="{key}" data-consent="{consent}"></script>'
)


class Consent(StrEnum):
    """Whether visitors are asked first."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="A short name, such as shop.")],
    origin: Annotated[
        list[str], typer.Option("--origin", metavar="URL", help="Scheme, host and port.")
    ],
    consent: Annotated[
        Consent, typer.Option(help="Whether the tag waits for heatwright.consent(true).")
    ] = Consent.REQUIRED,
    collector: Annotated[
        str, typer.Option(metavar="URL", help="Where `heatwright serve` will be reached.")
    ] = "http://127.0.0.1:8700",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Register a site; prints the tag to paste into its pages.

    Example: heatwright sites add shop --origin http://localhost:8000
    """
    with open_store(store) as opened:
        site = opened.sites.add(name, origin, consent=consent.value)
    if json:
        print_json(_plain(site))
        return
    note("Paste this into the <head> of every page:")
    typer.echo(SNIPPET.format(collector=collector.rstrip("/"), key=site.write_key, consent=consent))
    if consent is Consent.REQUIRED:
        note(
            "Nothing is recorded until the page calls heatwright.consent(true); "
            "where no consent is needed, add the site with --consent not-required."
        )


@app.command("list")
def list_sites(store: StoreOption = None, json: JsonOption = False) -> None:
    """List registered sites.

    Example: heatwright sites list --json
    """
    with open_store(store) as opened:
        found = opened.sites.list()
    if json:
        print_json([_plain(site) for site in found])
        return
    rows: list[list[object]] = [
        [site.id, ", ".join(site.origins), site.consent, site.write_key] for site in found
    ]
    print_table("Sites", ["site", "origins", "consent", "write key"], rows)


def _plain(site: Site) -> dict[str, object]:
    return {
        "id": site.id,
        "origins": list(site.origins),
        "consent": site.consent,
        "write_key": site.write_key,
        "allow_private": site.allow_private,
        "created_at": site.created_at,
    }
