"""By whose recordings assets came into the archive, and removing what only erased people had.

A picture at `/avatars/ann.png` is of a person although it is no recording of one. An asset that
recordings of three people named is the site's; one that fewer did is theirs, and goes with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import sqlalchemy as sa
import zstandard

from recorder.assets.css import css_references
from recorder.store.keeping import url_digest
from recorder.store.packing.shared import PEOPLE
from recorder.store.rows import Outcome
from recorder.store.sql import in_parts
from recorder.store.tables import asset_uses, assets, blobs
from recorder.store.tombstones import buried, hold_sites

__all__ = ["are_noted", "note_uses", "release", "sole_urls", "urls_of"]

SITES_OWN: Final = b""
"""Stands for nobody: the URL is the site's."""


def are_noted(connection: sa.Connection, site_id: str, urls: Iterable[str], person: bytes) -> bool:
    """Whether `note_uses` would have nothing to write."""
    digests = sorted(map(url_digest, set(urls)))
    return all(
        not _fresh(known, part, person) for part, known in _known_uses(connection, site_id, digests)
    )


def note_uses(connection: sa.Connection, site_id: str, urls: Iterable[str], person: bytes) -> bool:
    """Takes note that recordings of `person` name `urls`; False if he has been erased."""
    hold_sites(connection, [site_id])
    if buried(connection, [person]):
        return False
    for part, known in _known_uses(connection, site_id, sorted(map(url_digest, set(urls)))):
        fresh = _fresh(known, part, person)
        full = [one for one in fresh if len(known.get(one, ())) >= PEOPLE - 1]
        of_full = (asset_uses.c.site_id == site_id) & asset_uses.c.url_digest.in_(full)
        connection.execute(asset_uses.delete().where(of_full))
        rows = [
            {
                "site_id": site_id,
                "url_digest": one,
                "person": SITES_OWN if one in full else person,
            }
            for one in fresh
        ]
        if rows:
            connection.execute(asset_uses.insert(), rows)
    return True


def urls_of(connection: sa.Connection, site_id: str, person: bytes) -> list[str]:
    """URLs of assets that `person` is noted for."""
    theirs = sa.select(asset_uses.c.url_digest).where(
        asset_uses.c.site_id == site_id, asset_uses.c.person == person
    )
    query = sa.select(assets.c.url).distinct().order_by(assets.c.url)
    found = query.where(assets.c.site_id == site_id, assets.c.url_digest.in_(theirs))
    return list(connection.scalars(found))


def sole_urls(connection: sa.Connection, site_id: str, people: Iterable[bytes]) -> set[bytes]:
    """Digests of the URLs that nobody but `people` had.

    Not those that a style sheet loads which stays: whoever uses the sheet uses them, too.
    """
    gone = set(people)
    of_site = asset_uses.c.site_id == site_id
    theirs = sa.select(asset_uses.c.url_digest).where(of_site, asset_uses.c.person.in_(gone))
    users: dict[bytes, set[bytes]] = {}
    query = asset_uses.select().where(of_site, asset_uses.c.url_digest.in_(theirs))
    for row in connection.execute(query):
        users.setdefault(row.url_digest, set()).add(row.person)
    sole = {digest for digest, whose in users.items() if whose <= gone}
    return sole - _loaded_by_others(connection, site_id, sole) if sole else sole


def release(
    connection: sa.Connection, site_id: str, people: Iterable[bytes], sole: Iterable[bytes]
) -> int:
    """Removes the assets at `sole` and all that was noted of `people`; how many assets.

    What a build was pushed with stays: it came from the site itself.
    """
    removed = 0
    for part in in_parts(sole):
        theirs = (
            (assets.c.site_id == site_id)
            & assets.c.url_digest.in_(part)
            & assets.c.release.is_(None)
        )
        digests = list(connection.scalars(sa.select(assets.c.digest).where(theirs).distinct()))
        removed += connection.execute(assets.delete().where(theirs)).rowcount
        used = sa.exists().where(assets.c.digest == blobs.c.digest)
        bodies = [digest for digest in digests if digest is not None]
        connection.execute(blobs.delete().where(blobs.c.digest.in_(bodies), ~used))
    noted = (asset_uses.c.site_id == site_id) & asset_uses.c.person.in_(sorted(set(people)))
    connection.execute(asset_uses.delete().where(noted))
    return removed


def _known_uses(
    connection: sa.Connection, site_id: str, digests: list[bytes]
) -> Iterator[tuple[list[bytes], dict[bytes, set[bytes]]]]:
    """Parts of `digests`, and who is known to have had each."""
    for part in in_parts(digests):
        known: dict[bytes, set[bytes]] = {}
        of_part = (asset_uses.c.site_id == site_id) & asset_uses.c.url_digest.in_(part)
        for row in connection.execute(asset_uses.select().where(of_part)):
            known.setdefault(row.url_digest, set()).add(row.person)
        yield part, known


def _fresh(known: dict[bytes, set[bytes]], part: list[bytes], person: bytes) -> list[bytes]:
    """Those that neither are the site's nor known to be this person's."""
    return [one for one in part if not known.get(one, set()) & {SITES_OWN, person}]


def _loaded_by_others(connection: sa.Connection, site_id: str, sole: set[bytes]) -> set[bytes]:
    """Those of `sole` that style sheets load which are not among them, or which these load."""
    query = (
        sa.select(assets.c.url, assets.c.url_digest, blobs.c.body)
        .join(blobs, blobs.c.digest == assets.c.digest)
        .where(
            assets.c.site_id == site_id,
            assets.c.outcome == Outcome.KEPT.value,
            sa.func.lower(assets.c.media_type).startswith("text/css"),
        )
    )
    loads: dict[bytes, set[bytes]] = {}
    for url, digest, body in connection.execute(query):
        css = zstandard.ZstdDecompressor().decompress(body).decode("utf-8", "replace")
        loads.setdefault(digest, set()).update(map(url_digest, css_references(css, url)))
    spared: set[bytes] = set()
    staying = [digest for digest in loads if digest not in sole]
    while staying:
        found = loads.get(staying.pop(), set()) & sole - spared
        spared |= found
        staying += found
    return spared
