"""`heatwright sites set`: changing a registered site."""

from __future__ import annotations

import re
from html import escape
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json
from heatwright.cli.sites import (
    FRAGMENT_HELP,
    MASK_HELP,
    QUERY_HELP,
    KeepFragment,
    Mask,
    parse_parameters,
    plain_site,
)
from heatwright.cli.times import parse_length
from recorder import limits
from recorder.errors import WrongUse
from recorder.masking import Policy
from recorder.sites import normalise_origin
from recorder.store.site_book import UNCHANGED

__all__ = ["parse_bytes", "parse_retention", "set_site"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def parse_bytes(text: str) -> int:
    """`500MB`, `20 GB`, `1000000`: bytes, by powers of ten. Raises WrongUse."""
    found = re.fullmatch(r"([0-9]{1,15})\s*([kmgt]?)b?", text.strip().lower())
    if found is None:
        raise WrongUse(f"{text[:40]!r} is no number of bytes.", "Write for example 20GB or 500MB.")
    return int(found[1]) * _UNITS[found[2]]


def parse_retention(text: str) -> int | None:
    """`90d`, `52w` as milliseconds; None for `forever`. Raises WrongUse for anything else."""
    if text == "forever":
        return None
    return int(parse_length(text).total_seconds() * 1000)


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
    retention: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long sessions are kept after their last batch: 90d, 52w, or `forever`.",
        ),
    ] = None,
    mask: Annotated[Mask | None, typer.Option(help=MASK_HELP)] = None,
    keep_query: Annotated[str | None, typer.Option(metavar="NAMES", help=QUERY_HELP)] = None,
    keep_fragment: Annotated[KeepFragment | None, typer.Option(help=FRAGMENT_HELP)] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Change a site: its origins, what it may send a day and how long that is kept, what is masked.

    The rest stays. The tag on its pages has to say the same of masking: what it needs is printed.
    What is stored stays as it is, but for sessions that were kept long enough.

    Example: heatwright sites set shop --add-origin https://www.shop.example --mask text
    """
    size = None if quota is None else parse_bytes(quota)
    with open_store(store) as opened:
        origins = list(origin or opened.sites.get(name).origins)
        origins += add_origin or []
        gone = {normalise_origin(one) for one in remove_origin or []}
        kept = [one for one in origins if normalise_origin(one) not in gone]
        changed = bool(origin or add_origin or remove_origin)
        policy = _policy(opened.sites.get(name).policy, mask, keep_query, keep_fragment)
        kept_ms = UNCHANGED if retention is None else parse_retention(retention)
        if not changed and size is None and policy is None and retention is None:
            raise WrongUse(
                "Nothing was said to be changed.",
                "See what can be with: heatwright sites set --help",
            )
        site = opened.sites.change(
            name,
            origins=kept if changed else None,
            quota=size,
            policy=policy,
            retention_ms=kept_ms,
        )
    if json:
        print_json(plain_site(site))
        return
    note(
        f"Site {site.id}: {', '.join(site.origins)}. Running collectors follow within "
        f"{limits.SITES_REFRESH_SECONDS:.0f} seconds."
    )
    if policy:
        note("The tag on the site's pages must say the same:")
        kept_names = escape(" ".join(policy.keep_query))
        typer.echo(
            f'data-mask="{policy.mask}" data-keep-query="{kept_names}" '
            f'data-keep-fragment="{policy.keep_fragment}"'
        )


def _policy(
    before: Policy, mask: Mask | None, keep_query: str | None, keep_fragment: KeepFragment | None
) -> Policy | None:
    """`before` with what is given; None if nothing is. Raises WrongUse for what no tag takes."""
    if mask is None and keep_query is None and keep_fragment is None:
        return None
    return Policy(
        before.mask if mask is None else mask.value,
        before.keep_query if keep_query is None else parse_parameters(keep_query),
        before.keep_fragment if keep_fragment is None else keep_fragment.value,
    )
