"""`heatwright sites keys`: what tags send to be let in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from heatwright.cli.sessions import when
from recorder import limits

__all__ = ["app"]

app = typer.Typer(
    help="Write keys of a site: several at a time, so that one can follow another.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(help="The site.")]


@app.command("list")
def list_keys(name: NameArgument, store: StoreOption = None, json: JsonOption = False) -> None:
    """List a site's write keys, revoked ones too.

    Example: heatwright sites keys list shop
    """
    with open_store(store) as opened:
        keys = opened.sites.get(name).keys
    if json:
        print_json([asdict(key) for key in keys])
        return
    rows: list[list[object]] = [
        [key.key, key.label, when(key.created_at), when(key.revoked_at) if key.revoked_at else "-"]
        for key in keys
    ]
    print_table(f"Write keys of {name}", ["key", "label", "made (UTC)", "revoked (UTC)"], rows)


@app.command("add")
def add(
    name: NameArgument,
    label: Annotated[str, typer.Option(help="What it is for, such as 'new shop'.")] = "",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Make one more write key for a site; those it has stay good.

    Example: heatwright sites keys add shop --label 'after the relaunch'
    """
    with open_store(store) as opened:
        key = opened.sites.add_key(name, label)
    if json:
        print_json(asdict(key))
        return
    note("Put this into the tag's data-key; revoke the old key once no page has it any more:")
    typer.echo(key.key)


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The whole key, as the tag has it.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Take nothing any more that comes with this key. What was recorded stays.

    Example: heatwright sites keys revoke KEY
    """
    with open_store(store) as opened:
        revoked = opened.sites.revoke_key(key)
        left = sum(one.revoked_at is None for one in opened.sites.get(revoked.site_id).keys)
    if json:
        print_json(asdict(revoked))
        return
    note(
        f"Revoked; site {revoked.site_id} has {left} good key{'' if left == 1 else 's'} left. "
        f"Running collectors refuse it within {limits.SITES_REFRESH_SECONDS:.0f} seconds."
    )
