"""`heatwright assets`: what replays draw pages with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from heatwright.cli.filters import WhereOption, session_filter
from heatwright.cli.options import BlobsOption, JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table, progress, warn
from recorder import limits
from recorder.assets.archive import complete
from recorder.assets.fetch import GuardedFetcher
from recorder.assets.push import Pushed, build_files, push_file
from recorder.errors import WrongUse
from recorder.sites import Site, normalise_origin
from recorder.store import Outcome, Store

__all__ = ["app"]

app = typer.Typer(
    help="The archive of pictures, fonts and style sheets that replays are drawn with.",
    no_args_is_help=True,
)

_SHOWN = 50  # URLs that the table shows; --json has all

SiteOption = Annotated[str | None, typer.Option("--site", help="Of which site.")]


@app.command("push")
def push(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What the build has written.")],
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Where that folder is served.")
    ],
    release: Annotated[str, typer.Option(metavar="R", help="The release, as the tag is told it.")],
    site: SiteOption = None,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Archive a build's files, for sites behind a login and for old releases.

    Example: heatwright assets push dist --base-url https://shop.example/static/ --release 2.4.1
    """
    if not 0 < len(release) <= limits.LABEL_CHARS:
        raise WrongUse(f"A release has 1 to {limits.LABEL_CHARS} characters.")
    pushed = Pushed()
    with open_store(store, blobs) as opened, progress() as bars:
        files = list(build_files(folder, base_url))
        owner = opened.sites.get(site) if site else _site_at(opened, base_url)
        for file, url in bars.track(files, description="archiving"):
            push_file(opened, owner, file, url, release, pushed)
    told = dict(pushed.counts)
    if json:
        print_json({"site": owner.id, "release": release, "bytes": pushed.bytes, "files": told})
        return
    kept = told.pop("kept", 0)
    note(f"archived {kept} files ({pushed.bytes:,} bytes) of release {release} for {owner.id}")
    if told:
        note(f"left out: {_said(told)}")
    if not kept:
        warn(f"there is no picture, font or style sheet in {folder}")


@app.command("list")
def list_assets(
    site: SiteOption = None,
    outcome: Annotated[
        list[Outcome] | None, typer.Option(help="Only those that ended so; may be repeated.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What became of each asset that recorded pages refer to.

    Example: heatwright assets list --outcome missing --outcome blocked
    """
    with open_store(store) as opened:
        sites = [opened.sites.get(site)] if site else opened.sites.list()
        found = [(one.id, row) for one in sites for row in opened.asset_outcomes(one.id)]
        volumes = {one.id: opened.asset_volume(one.id) for one in sites}
    shown = [(id, row) for id, row in found if not outcome or row.outcome in outcome]
    if json:
        print_json(
            {
                "bytes": volumes,
                "assets": [
                    {"site": id, "url": row.url, "outcome": row.outcome, "reason": row.reason}
                    for id, row in shown
                ],
            }
        )
        return
    rows: list[list[object]] = [[row.outcome, row.url, row.reason] for _, row in shown[:_SHOWN]]
    print_table(f"Assets: {len(shown)}", ["outcome", "URL", "reason"], rows)
    if len(shown) > _SHOWN:
        note(f"the first {_SHOWN}; --json has all of them")
    note(
        f"{_said(Counter(row.outcome.value for _, row in found))}; {sum(volumes.values()):,} bytes"
    )


@app.command("fetch")
def fetch(
    where: WhereOption = None,
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Fetch what recorded pages refer to and the archive lacks, as `serve` does by itself.

    Only from the sites' own origins and listed CDNs. For imported recordings, and for what could
    not be reached at the time.

    Example: heatwright assets fetch --where 'source = import'
    """
    counts: Counter[str] = Counter()
    with open_store(store, blobs) as opened, progress() as bars:
        keep = session_filter(opened, where)
        chosen: dict[str, list[str]] = {}
        for session in opened.sessions():
            if keep(session):
                ids = [document.id for document in opened.documents(session.id)]
                chosen.setdefault(session.site_id, []).extend(ids)
        task = bars.add_task("fetching", total=len(chosen))
        for site_id, documents in chosen.items():
            counts.update(asyncio.run(_complete(opened, opened.sites.get(site_id), documents)))
            bars.advance(task)
    if json:
        print_json(dict(counts))
        return
    note(f"assets: {_said(counts)}" if counts else "nothing is missing")


async def _complete(store: Store, site: Site, documents: Sequence[str]) -> dict[str, int]:
    async with GuardedFetcher(site) as fetcher:
        return await complete(store, site, documents, fetcher)


def _site_at(store: Store, url: str) -> Site:
    """The site that files at `url` belong to; raises WrongUse if that is not clear."""
    origin = normalise_origin("/".join(url.split("/")[:3]))
    site = store.sites.by_origin(origin)
    if site is None:
        raise WrongUse(
            f"No site has the origin {origin}.",
            "Name one with --site; `heatwright sites list` shows them. A CDN's files belong to "
            "the site that uses them.",
        )
    return site


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
