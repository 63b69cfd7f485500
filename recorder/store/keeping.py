"""Assets by content hash, and derived data that can be rebuilt."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
import zstandard

from recorder.store.facts import compress
from recorder.store.rows import Asset, AssetOutcome, Outcome
from recorder.store.tables import assets, blobs, derived, documents

__all__ = [
    "read_asset",
    "read_derived",
    "read_outcomes",
    "read_volume",
    "url_digest",
    "write_asset",
    "write_derived",
    "write_probe",
]


def write_asset(connection: sa.Connection, asset: Asset) -> None:
    """Keeps `asset`; a version equal to its release's just before it in time adds nothing."""
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
        return
    # A moment holds one version: the same release's is replaced, another's stays beside it.
    others = {row.captured_at for row in known if row.release != asset.release}
    while at in others:
        at += 1
    connection.execute(assets.delete().where(same_url & (assets.c.captured_at == at)))
    if digest is not None and asset.body is not None:
        _write_blob(connection, digest, asset.body)
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


def read_asset(
    connection: sa.Connection, site_id: str, url: str, at: int | None, release: str | None
) -> Asset | None:
    """The version of `release`; else that at `at`: the latest by then, else the first one after.

    `at` None: the latest. A failed attempt is given back only if no version
    was ever kept; before that a pushed file is, whose URL has no query.
    """
    found = _version(connection, site_id, url, at, release, sa.true())
    path, query, _ = url.partition("?")
    if query and (found is None or found.body is None):
        pushed = _version(connection, site_id, path, at, release, assets.c.release.is_not(None))
        return pushed or found
    return found


def _version(
    connection: sa.Connection,
    site_id: str,
    url: str,
    at: int | None,
    release: str | None,
    among: sa.ColumnElement[bool],
) -> Asset | None:
    same_url = (assets.c.site_id == site_id) & (assets.c.url_digest == url_digest(url))
    by_then = assets.c.captured_at <= at if at is not None else sa.true()
    query = (
        sa.select(assets, blobs.c.body)
        .outerjoin(blobs, blobs.c.digest == assets.c.digest)
        .where(same_url & among)
        .order_by(
            sa.case((assets.c.outcome == Outcome.KEPT.value, 0), else_=1),
            sa.case((assets.c.release == release, 0), else_=1),
            sa.case((by_then, 0), else_=1),
            sa.case((by_then, -assets.c.captured_at), else_=assets.c.captured_at),
        )
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _asset(row)


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


def _write_blob(connection: sa.Connection, digest: bytes, body: bytes) -> None:
    known = connection.scalar(sa.select(blobs.c.size).where(blobs.c.digest == digest))
    if known is None:
        connection.execute(
            blobs.insert(), {"digest": digest, "body": compress(body), "size": len(body)}
        )


def url_digest(url: str) -> bytes:
    """What a URL is found by: it may be longer than an index takes."""
    return hashlib.sha256(url.encode("utf-8", "replace")).digest()


def _asset(row: sa.Row[Any]) -> Asset:
    return Asset(
        row.site_id,
        row.url,
        row.captured_at,
        Outcome(row.outcome),
        row.status,
        row.media_type,
        None if row.body is None else zstandard.ZstdDecompressor().decompress(row.body),
        None if row.digest is None else row.digest.hex(),
        row.reason,
        row.release,
    )
