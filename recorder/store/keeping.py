"""Assets by content hash, and derived data that can be rebuilt."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
import zstandard

from recorder.store.facts import compress
from recorder.store.outside.vault import Kept, Vault, write_objects
from recorder.store.rows import Asset, AssetOutcome, Outcome
from recorder.store.tables import assets, blobs, derived, documents, objects

__all__ = [
    "may_lie_outside",
    "read_asset",
    "read_derived",
    "read_outcomes",
    "read_volume",
    "url_digest",
    "write_asset",
    "write_derived",
    "write_probe",
]


def may_lie_outside(connection: sa.Connection, asset: Asset) -> bool:
    """Whether an asset's body is new, and need not be in the database.

    Style sheets are there: whoever erases reads them within a transaction.
    """
    if asset.body is None or _is_sheet(asset):
        return False
    same = blobs.c.digest == hashlib.sha256(asset.body).digest()
    return connection.scalar(sa.select(blobs.c.size).where(same)) is None


def write_asset(connection: sa.Connection, asset: Asset, put: Kept | None = None) -> bool:
    """Keeps `asset`; a version equal to its release's just before it in time adds nothing.

    `put`: its body, compressed, outside of the database. True if a row refers to that now.
    """
    digest = None if asset.body is None else hashlib.sha256(asset.body).digest()
    key = url_digest(asset.url)
    same_url = (assets.c.site_id == asset.site_id) & (assets.c.url_digest == key)
    known = connection.execute(
        assets.select().where(same_url).order_by(assets.c.captured_at.desc())
    ).all()
    at = asset.captured_at
    earlier = (row for row in known if row.release == asset.release and row.captured_at <= at)
    before = next(earlier, None)
    if before is not None and (before.outcome, before.digest) == (asset.outcome, digest):
        return False
    # A moment holds one version: the same release's is replaced, another's stays beside it.
    others = {row.captured_at for row in known if row.release != asset.release}
    while at in others:
        at += 1
    connection.execute(assets.delete().where(same_url & (assets.c.captured_at == at)))
    used = digest is not None and _write_blob(connection, digest, asset, put)
    connection.execute(
        assets.insert(),
        {
            "site_id": asset.site_id,
            "url_digest": key,
            "captured_at": at,
            "url": asset.url,
            "outcome": asset.outcome.value,
            "status": asset.status,
            "media_type": asset.media_type,
            "digest": digest,
            "reason": asset.reason,
            "release": asset.release,
        },
    )
    return used


def read_asset(
    connection: sa.Connection,
    vault: Vault,
    site_id: str,
    url: str,
    at: int | None,
    release: str | None,
) -> Asset | None:
    """The version of `release`; else that at `at`: the latest by then, else the first one after.

    `at` None: the latest. A failed attempt is given back only if no version
    was ever kept; before that a pushed file is, whose URL has no query. Raises
    MissingObject, and StoreUnavailable.
    """
    found = _version(connection, site_id, url, at, release, sa.true())
    path, query, _ = url.partition("?")
    if query and (found is None or found.digest is None):
        pushed = _version(connection, site_id, path, at, release, assets.c.release.is_not(None))
        found = pushed or found
    return None if found is None else _asset(found, vault)


def _version(
    connection: sa.Connection,
    site_id: str,
    url: str,
    at: int | None,
    release: str | None,
    among: sa.ColumnElement[bool],
) -> sa.Row[Any] | None:
    same_url = (assets.c.site_id == site_id) & (assets.c.url_digest == url_digest(url))
    by_then = assets.c.captured_at <= at if at is not None else sa.true()
    query = (
        sa.select(assets, blobs.c.body, blobs.c.object, objects.c.digest.label("object_digest"))
        .outerjoin(blobs, blobs.c.digest == assets.c.digest)
        .outerjoin(objects, objects.c.name == blobs.c.object)
        .where(same_url & among)
        .order_by(
            sa.case((assets.c.outcome == Outcome.KEPT.value, 0), else_=1),
            sa.case((assets.c.release == release, 0), else_=1),
            sa.case((by_then, 0), else_=1),
            sa.case((by_then, -assets.c.captured_at), else_=assets.c.captured_at),
        )
        .limit(1)
    )
    return connection.execute(query).first()


def read_outcomes(connection: sa.Connection, site_id: str) -> list[AssetOutcome]:
    """One line for each URL, by URL."""
    query = (
        sa.select(assets.c.url, assets.c.outcome, assets.c.reason)
        .where(assets.c.site_id == site_id)
        .order_by(assets.c.captured_at)
    )
    outcomes: dict[str, AssetOutcome] = {}
    for url, outcome, reason in connection.execute(query):
        known = outcomes.get(url)
        if known is None or known.outcome is not Outcome.KEPT or outcome == Outcome.KEPT:
            outcomes[url] = AssetOutcome(url, Outcome(outcome), reason)
    return [outcomes[url] for url in sorted(outcomes)]


def read_volume(connection: sa.Connection, site_id: str) -> int:
    """Bytes of all kept versions of a site, as they came; those that share a body count once."""
    digests = sa.select(assets.c.digest).where(assets.c.site_id == site_id).distinct()
    total = sa.select(sa.func.sum(blobs.c.size)).where(blobs.c.digest.in_(digests))
    return int(connection.scalar(total) or 0)


def read_derived(
    connection: sa.Connection, kind: str, key: str, version: int, input_hash: str
) -> bytes | None:
    """Derived data, None unless it was made by this version from this input."""
    query = sa.select(derived.c.body).where(
        *_derived_name(kind, key, version), derived.c.input_hash == input_hash
    )
    body = connection.scalar(query)
    return None if body is None else zstandard.ZstdDecompressor().decompress(body)


def write_derived(
    connection: sa.Connection, kind: str, key: str, version: int, input_hash: str, body: bytes
) -> None:
    """Keeps derived data of document `key`, in place of what was made from another input.

    Of a document that has been removed nothing is kept.
    """
    # The row that removing locks, too (PostgreSQL).
    lock = sa.select(documents.c.id).where(documents.c.id == key)
    if connection.execute(lock.with_for_update(read=True, key_share=True)).first() is not None:
        _put_derived(connection, kind, key, version, input_hash, body)


def write_probe(connection: sa.Connection) -> None:
    """Writes a row that nobody reads."""
    _put_derived(connection, "probe", "", 1, "", b"")


def _put_derived(
    connection: sa.Connection, kind: str, key: str, version: int, input_hash: str, body: bytes
) -> None:
    connection.execute(derived.delete().where(*_derived_name(kind, key, version)))
    connection.execute(
        derived.insert(),
        {
            "kind": kind,
            "key": key,
            "version": version,
            "input_hash": input_hash,
            "body": compress(body),
        },
    )


def _derived_name(kind: str, key: str, version: int) -> tuple[sa.ColumnElement[bool], ...]:
    return derived.c.kind == kind, derived.c.key == key, derived.c.version == version


def _write_blob(connection: sa.Connection, digest: bytes, asset: Asset, put: Kept | None) -> bool:
    """Keeps a body once; whether a row refers to `put` now."""
    body = asset.body or b""
    same = blobs.c.digest == digest
    known = connection.execute(sa.select(blobs.c.object).where(same)).first()
    if known is not None:
        if known.object is not None and _is_sheet(asset):  # came before as something else
            here = {"body": compress(body), "object": None}
            connection.execute(blobs.update().where(same).values(here))
        return False
    row = {"digest": digest, "body": b"" if put else compress(body), "size": len(body)}
    write_objects(connection, [put] if put else [])
    connection.execute(blobs.insert(), row | {"object": put.name if put else None})
    return put is not None


def _is_sheet(asset: Asset) -> bool:
    return asset.media_type.lower().startswith("text/css")


def url_digest(url: str) -> bytes:
    """What a URL is found by: it may be longer than an index takes."""
    return hashlib.sha256(url.encode("utf-8", "replace")).digest()


def _asset(row: sa.Row[Any], vault: Vault) -> Asset:
    return Asset(
        row.site_id,
        row.url,
        row.captured_at,
        Outcome(row.outcome),
        row.status,
        row.media_type,
        None if row.body is None else zstandard.ZstdDecompressor().decompress(vault.body(row)),
        None if row.digest is None else row.digest.hex(),
        row.reason,
        row.release,
    )
