"""What was erased, by digest, so that nothing that comes late brings it back.

A tombstone is the SHA-256 of kind, site and id. Ids of ours are 96 random bits, which nobody
finds by trying; names that people gave (`--visitor ann` of an import) can be guessed by who has
the store, and tell no more than that somebody of this name was erased.

A batch names its visitor and its session, and belongs to no other session's documents. So two
kinds are enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, Literal

import sqlalchemy as sa

from recorder.store.sql import in_parts, listed, one_of
from recorder.store.tables import sites, tombstones

__all__ = ["Kind", "buried", "bury", "digest_of", "forget_expired", "hold_sites", "shown"]

Kind = Literal["visitor", "session", "document"]
"""What a digest may be of. Documents have one for the audit trail, and no tombstone."""

_BURIED: Final = sa.select(tombstones.c.digest).where(one_of(tombstones.c.digest))


def digest_of(kind: Kind, site_id: str, id: str) -> bytes:
    """What stands for `id` of a site once its name must not stand anywhere."""
    return hashlib.sha256("\0".join((kind, site_id, id)).encode("utf-8", "replace")).digest()


def shown(digest: bytes) -> str:
    """A digest as the audit trail has it."""
    return f"sha256:{digest.hex()}"


def hold_sites(connection: sa.Connection, site_ids: Iterable[str], *, alone: bool = False) -> None:
    """Until the transaction ends nobody buries anything of these sites (PostgreSQL).

    Whoever is about to write what a tombstone forbids calls it before he looks for one. Who
    buries is `alone`, and so waits until all those have ended. SQLite has one writer anyway.
    """
    query = sa.select(sites.c.id).where(sites.c.id.in_(sorted(site_ids))).order_by(sites.c.id)
    # Rows that refer to a site lock it as who shares does: it is no further lock for them.
    connection.execute(query.with_for_update(read=not alone, key_share=not alone)).all()


def bury(
    connection: sa.Connection, kind: Kind, digests: Iterable[bytes], at: int, until: int | None
) -> None:
    """Sets tombstones that stand `until` then (epoch ms; None: for ever)."""
    for part in in_parts(digests):
        connection.execute(tombstones.delete().where(tombstones.c.digest.in_(part)))
        connection.execute(
            tombstones.insert(),
            [{"digest": one, "kind": kind, "at": at, "expires_at": until} for one in part],
        )


def buried(connection: sa.Connection, digests: Iterable[bytes]) -> set[bytes]:
    """Those of `digests` that have a tombstone."""
    found: set[bytes] = set()
    for part in in_parts(digests):
        found.update(connection.scalars(_BURIED, listed(part)))
    return found


def forget_expired(connection: sa.Connection, now: int) -> None:
    """Removes tombstones of what cannot come any more."""
    connection.execute(tombstones.delete().where(tombstones.c.expires_at <= now))
