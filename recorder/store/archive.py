"""The half of a store that is no recording: archived assets, and what was derived."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import sqlalchemy as sa

from recorder.errors import MissingObject, StoreUnavailable
from recorder.store import keeping
from recorder.store.asset_uses import are_noted, note_uses, urls_of
from recorder.store.engine import Database
from recorder.store.facts import compress
from recorder.store.outside.vault import Vault
from recorder.store.rows import Asset, AssetOutcome, Outcome
from recorder.store.tombstones import digest_of

__all__ = ["Archive"]

_RACES: Final = 5
"""Times a write is repeated that another process of a PostgreSQL store got ahead of."""

_Result = TypeVar("_Result")


class Archive:
    """What `Store` is besides recordings; all methods raise StoreUnavailable, as its do."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    @property
    def name(self) -> str:
        """What messages call the store: its file, or its URL without the password."""
        return self._database.name

    def keep_asset(
        self,
        site_id: str,
        url: str,
        *,
        outcome: Outcome,
        status: int,
        media_type: str,
        body: bytes | None,
        captured_at: int | None = None,
        reason: str = "",
        release: str | None = None,
        visitor: str | None = None,
    ) -> None:
        """Archives what became of `url`; `captured_at` None is now (epoch ms).

        `release` is that of the build which the file was pushed with, `visitor` whose
        recording named the URL: if he has been erased, nothing is kept.
        """
        at = int(time.time() * 1000) if captured_at is None else captured_at
        kept = Asset(
            site_id, url, at, Outcome(outcome), status, media_type, body, None, reason, release
        )
        person = None if visitor is None else digest_of("visitor", site_id, visitor)

        with self._database.reading() as connection:
            outside = keeping.may_lie_outside(connection, kept)
        put = self._vault.keep(compress(body)) if outside and body is not None else None

        def write(connection: sa.Connection) -> bool:
            if person is None or note_uses(connection, site_id, [url], person):
                return keeping.write_asset(connection, kept, put)
            return False

        used = False
        try:
            used = self.write(write)
        finally:
            if put is not None and not used:
                self._vault.let_go([put])

    def note_uses(self, site_id: str, urls: Iterable[str], visitor: str) -> bool:
        """Takes note of whose recordings name asset URLs; False if he has been erased."""
        person = digest_of("visitor", site_id, visitor)
        wanted = list(urls)
        with self._database.reading() as connection:
            if are_noted(connection, site_id, wanted, person):
                return True
        return self.write(lambda connection: note_uses(connection, site_id, wanted, person))

    def asset(
        self, site_id: str, url: str, at: int | None = None, release: str | None = None
    ) -> Asset | None:
        """The version that was pushed with `release`; else the latest captured at or before `at`
        (epoch ms), else the first after it.

        A failed attempt is given back only if no version was ever kept.
        """
        return self._read(
            lambda connection: keeping.read_asset(
                connection, self._vault, site_id, url, at, release
            )
        )

    def asset_volume(self, site_id: str) -> int:
        """Bytes of all that is archived for a site, each body once."""
        with self._database.reading() as connection:
            return keeping.read_volume(connection, site_id)

    def asset_outcomes(self, site_id: str) -> list[AssetOutcome]:
        """What became of each asset URL of a site."""
        with self._database.reading() as connection:
            return keeping.read_outcomes(connection, site_id)

    def derived(self, kind: str, key: str, version: int, input_hash: str) -> bytes | None:
        """Derived data, if it was made by this `version` from this input."""
        with self._database.reading() as connection:
            return keeping.read_derived(connection, kind, key, version, input_hash)

    def keep_derived(self, kind: str, key: str, version: int, input_hash: str, body: bytes) -> None:
        """Keeps derived data of document `key`, in place of what was made from another input.

        Of a document that has been erased meanwhile nothing is kept.
        """
        self.write(
            lambda connection: keeping.write_derived(
                connection, kind, key, version, input_hash, body
            )
        )

    def assets_of(self, site_id: str, visitor: str) -> list[str]:
        """URLs of archived assets that recordings of `visitor` named, and of one other at most."""
        with self._database.reading() as connection:
            return urls_of(connection, site_id, digest_of("visitor", site_id, visitor))

    def write(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Runs `work` in a transaction, again if another process wrote the same rows first."""
        for attempt in range(_RACES):
            try:
                with self._database.writing() as connection:
                    return work(connection)
            except sa.exc.IntegrityError as error:
                if attempt == _RACES - 1:
                    raise StoreUnavailable(
                        f"The store {self.name} refuses a write: {error.orig}.",
                        "Try again; if it stays so, run: heatwright doctor",
                    ) from error
        raise AssertionError("the last attempt returns or raises")

    def _read(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Runs `work` on one consistent state, and once more on the next if a body has gone.

        Who packs a document anew removes the bodies that were before, also from under readers.
        """
        try:
            with self._database.reading() as connection:
                return work(connection)
        except MissingObject:
            with self._database.reading() as connection:
                return work(connection)
