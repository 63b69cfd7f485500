"""`heatwright sites`: who may write, and what is masked."""

from __future__ import annotations

import re
from dataclasses import asdict
from enum import StrEnum
from html import escape
from typing import Annotated
from urllib.parse import urlsplit

import typer

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table
from recorder import limits
from recorder.errors import WrongUse
from recorder.masking import Policy
from recorder.sites import Site

__all__ = [
    "FRAGMENT_HELP",
    "MASK_HELP",
    "QUERY_HELP",
    "Consent",
    "KeepFragment",
    "Mask",
    "app",
    "parse_parameters",
    "pasted_tag",
    "plain_site",
]

app = typer.Typer(help="Registered sites and their write keys.", no_args_is_help=True)


class Consent(StrEnum):
    """Whether visitors are asked first."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


class Mask(StrEnum):
    """How much is masked: `data-mask`."""

    INPUTS = "inputs"
    TEXT = "text"
    STRICT = "strict"


class KeepFragment(StrEnum):
    """Which fragments stay in URLs: `data-keep-fragment`."""

    NONE = "none"
    ROUTES = "routes"
    ALL = "all"


MASK_HELP = "What is masked: see docs/masking.md."
QUERY_HELP = "Query parameters that stay in URLs, separated by commas; * keeps all, '' none."
FRAGMENT_HELP = "Fragments that stay in URLs."


def pasted_tag(
    collector: str,
    key: str,
    consent: Consent,
    policy: Policy = Policy(),  # noqa: B008 - frozen
) -> str:
    """The script element for a site's pages; `collector` has no slash at its end.

    Where `policy` is not the default, its settings are told to the tag as well.
    """
    settings = {
        "key": key,
        "consent": consent,
        "mask": policy.mask if policy.mask != Policy().mask else "",
        "keep-query": " ".join(policy.keep_query),
        "keep-fragment": policy.keep_fragment if policy.keep_fragment != "none" else "",
    }
    told = [f'data-{name}="{escape(value)}"' for name, value in settings.items() if value]
    lines = [" ".join(told[:2]), *told[2:]]
    # The second line keeps the site's cookies and the page's address from the collector.
    return (
        f'<script async src="{collector}/heatwright.js"\n'
        f'        crossorigin referrerpolicy="no-referrer"\n        '
        + "\n        ".join(lines)
        + "></script>"
    )


def parse_parameters(text: str) -> tuple[str, ...]:
    """Names of parameters as the tag reads its attribute: separated by white space or commas."""
    return tuple(name for name in re.split(r"[\s,]+", text) if name)


def _base_url(text: str) -> str:
    """A collector's address without a slash at its end. Raises WrongUse for what is none."""
    parts = urlsplit(text)
    odd = parts.query or parts.fragment or set(text) & set(" \t\"'<>;,")
    if parts.scheme not in ("http", "https") or not parts.hostname or odd:
        raise WrongUse(
            f"{text[:200]!r} cannot be a collector's address.",
            "Give scheme and host, such as https://heat.example.com.",
        )
    return text.rstrip("/")


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
    mask: Annotated[Mask, typer.Option(help=MASK_HELP)] = Mask.INPUTS,
    keep_query: Annotated[str, typer.Option(metavar="NAMES", help=QUERY_HELP)] = "",
    keep_fragment: Annotated[KeepFragment, typer.Option(help=FRAGMENT_HELP)] = KeepFragment.NONE,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Register a site; prints the tag to paste into its pages.

    The tag masks in the browser, and the collector once more by the same settings.

    Example: heatwright sites add shop --origin http://localhost:8000
    """
    base = _base_url(collector)
    policy = Policy(mask.value, parse_parameters(keep_query), keep_fragment.value)
    with open_store(store) as opened:
        site = opened.sites.add(name, origin, consent=consent.value, policy=policy)
    if json:
        print_json(plain_site(site))
        return
    note("Paste this into the <head> of every page:")
    typer.echo(pasted_tag(base, site.write_key, consent, policy))
    _explain(base, consent)


def _explain(base: str, consent: Consent) -> None:
    """What the pasted tag needs besides."""
    if consent is Consent.REQUIRED:
        note(
            "Nothing is recorded until the page calls heatwright.consent(true); "
            "where no consent is needed, add the site with --consent not-required."
        )
    parts = urlsplit(base)
    source = f"{parts.scheme}://{parts.netloc}"
    note(
        "If the site has a Content-Security-Policy, add the collector to two of its directives: "
        f"script-src {source}; connect-src {source}"
    )
    note("All settings and calls are in docs/tag.md.")


@app.command("list")
def list_sites(store: StoreOption = None, json: JsonOption = False) -> None:
    """List registered sites.

    Example: heatwright sites list --json
    """
    with open_store(store) as opened:
        found = opened.sites.list()
    if json:
        print_json([plain_site(site) for site in found])
        return
    rows: list[list[object]] = [
        [site.id, ", ".join(site.origins), site.consent, site.policy.mask, site.write_key]
        for site in found
    ]
    print_table("Sites", ["site", "origins", "consent", "mask", "write key"], rows)


def plain_site(site: Site) -> dict[str, object]:
    """A site as JSON shows it; `write_key` is the one to paste."""
    return {
        "id": site.id,
        "origins": list(site.origins),
        "consent": site.consent,
        "write_key": site.write_key,
        "keys": [asdict(key) for key in site.keys],
        "quota": limits.SITE_BYTES_PER_DAY if site.quota is None else site.quota,
        "retention_ms": site.retention_ms,
        "allow_private": site.allow_private,
        "created_at": site.created_at,
        "mask": site.policy.mask,
        "keep_query": list(site.policy.keep_query),
        "keep_fragment": site.policy.keep_fragment,
    }
