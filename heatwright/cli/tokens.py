"""`heatwright tokens`: who may read over HTTP."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from heatwright.cli.sessions import when
from heatwright.cli.times import parse_length
from recorder.tokens import Scope, Token

__all__ = ["app"]

app = typer.Typer(help="Tokens with which programs read over HTTP.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Who will use it, such as dashboard.")],
    scope: Annotated[
        Scope, typer.Option(help="Each scope may do what the one before it may: heat first.")
    ],
    site: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this site; otherwise all.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="In how long, such as 12h, 90d or 4w.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token; its secret is shown this once and kept nowhere.

    Example: heatwright tokens add dashboard --scope sessions --site shop --expires 90d
    """
    length = parse_length(expires).total_seconds() if expires else None
    expires_at = None if length is None else int((time.time() + length) * 1000)
    with open_store(store) as opened:
        token, secret = opened.tokens.add(name, scope, site, expires_at)
    if json:
        print_json(asdict(token) | {"secret": secret})
        return
    note(f"Token {token.id}; send it as `Authorization: Bearer …`. It is not shown again:")
    typer.echo(secret)


@app.command("list")
def list_tokens(store: StoreOption = None, json: JsonOption = False) -> None:
    """List tokens, without their secrets.

    Example: heatwright tokens list --json
    """
    with open_store(store) as opened:
        found = opened.tokens.list()
    if json:
        print_json([asdict(token) for token in found])
        return
    rows: list[list[object]] = [
        [
            token.id,
            token.name,
            token.scope.value,
            token.site_id or "all",
            when(token.used_at) if token.used_at else "never",
            _state(token),
        ]
        for token in found
    ]
    print_table("Tokens", ["token", "name", "scope", "site", "used (UTC)", "state"], rows)


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Its id, from `heatwright tokens list`.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Let a token open nothing any more, at once.

    Example: heatwright tokens revoke t-1a2b3c4d
    """
    with open_store(store) as opened:
        revoked = opened.tokens.revoke(token)
    if json:
        print_json(asdict(revoked))
        return
    note(f"Revoked {revoked.id} ({revoked.name}).")


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked {when(token.revoked_at)}"
    if token.expires_at is None:
        return "good"
    past = token.expires_at <= time.time() * 1000
    return f"{'expired' if past else 'good until'} {when(token.expires_at)}"
