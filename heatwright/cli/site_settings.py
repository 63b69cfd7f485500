"""`heatwright sites set`: changing a registered site."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json
from heatwright.cli.sites import plain_site
from recorder import limits
from recorder.errors import WrongUse
from recorder.sites import normalise_origin

__all__ = ["parse_bytes", "set_site"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def parse_bytes(text: str) -> int:
    """`500MB`, `20 GB`, `1000000`: bytes, by powers of ten. Raises WrongUse."""
    found = re.fullmatch(r"([0-9]{1,15})\s*([kmgt]?)b?", text.strip().lower())
    if found is None:
        raise WrongUse(f"{text[:40]!r} is no number of bytes.", "Write for example 20GB or 500MB.")
    return int(found[1]) * _UNITS[found[2]]


def set_site(
    name: Annotated[str, typer.Argument(help="The site.")],
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="URL", help="From now on these origins, no others."),
    ] = None,
    add_origin: Annotated[
        list[str] | None, typer.Option("--add-origin", metavar="URL", help="This one, too.")
    ] = None,
    remove_origin: Annotated[
        list[str] | None, typer.Option("--remove-origin", metavar="URL", help="No longer this.")
    ] = None,
    quota: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="What its tags may send a day (UTC), such as 20GB."),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Change a site's origins, or what it may send a day.

    Example: heatwright sites set shop --add-origin https://www.shop.example
    """
    size = None if quota is None else parse_bytes(quota)
    with open_store(store) as opened:
        origins = list(origin or opened.sites.get(name).origins)
        origins += add_origin or []
        gone = {normalise_origin(one) for one in remove_origin or []}
        kept = [one for one in origins if normalise_origin(one) not in gone]
        changed = bool(origin or add_origin or remove_origin)
        if not changed and size is None:
            raise WrongUse(
                "Nothing was said to be changed.",
                "See what can be with: heatwright sites set --help",
            )
        site = opened.sites.change(name, origins=kept if changed else None, quota=size)
    if json:
        print_json(plain_site(site))
        return
    note(
        f"Site {site.id}: {', '.join(site.origins)}. Running collectors follow within "
        f"{limits.SITES_REFRESH_SECONDS:.0f} seconds."
    )
