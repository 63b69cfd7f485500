"""The store: sessions, documents, events, page views, assets, derived data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa

from recorder.batches import Batch
from recorder.events import Event
from recorder.store import keeping, quarantine, reading, recordings
from recorder.store.archive import Archive
from recorder.store.audit_book import AuditBook
from recorder.store.engine import LOCK_SECONDS, Database
from recorder.store.erasing import Eraser
from recorder.store.facts import facts_of
from recorder.store.opening import open_database
from recorder.store.outside.remembered import open_vault
from recorder.store.outside.vault import Vault
from recorder.store.packing.compactor import Compactor
from recorder.store.packing.dictionaries import Shelf
from recorder.store.packing.pointers import Points
from recorder.store.rows import (
    Accepted,
    DocumentRow,
    PageSummary,
    PageView,
    QuarantineRow,
    SessionRow,
    Source,
)
from recorder.store.site_book import SiteBook
from recorder.store.token_book import TokenBook
from recorder.store.upgrading import upgrade
from recorder.store.writing import Verdict, write_group

__all__ = ["DEFAULT_URL", "Store"]

DEFAULT_URL: Final = "sqlite:///.heatwright/heatwright.db"
"""Where a store is unless `--store` says otherwise: under the current folder."""


class Store(Archive):
    """An open store: synchronous and thread-safe. `Store.open(url)`, then use it in `with`.

    Whatever returns from `accept`, `accept_many`, `keep_asset` and
    `keep_derived` is durable. Every method raises StoreUnavailable when the
    database cannot be reached, read or written; what was stored stays.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault)
        self._shelf = Shelf()
        self.sites = SiteBook(database)
        self.tokens = TokenBook(database)
        self.audit = AuditBook(database)

    @classmethod
    def open(
        cls,
        url: str = DEFAULT_URL,
        *,
        blobs: str | None = None,
        migrate: bool = True,
        lock_seconds: float = LOCK_SECONDS,
    ) -> Self:
        """Opens the store at `url`; an SQLite file and its folder are made when missing.

        `blobs` is where large bodies go, `file:///FOLDER` or `s3://BUCKET/PREFIX`: said once,
        the store remembers it; never said, they are in the database. `migrate` False refuses
        an older schema instead of upgrading it. A write waits at most `lock_seconds` for other
        writers. Raises StoreUnavailable, StoreTooNew, or WrongUse for what is no URL of a store
        or of blobs, and for other blobs than the store's.
        """
        database = open_database(url, lock_seconds)
        try:
            upgrade(database, migrate=migrate)
            vault = open_vault(database, blobs)
        except BaseException:
            database.abandon()
            raise
        return cls(database, vault)

    @property
    def blobs(self) -> str | None:
        """Where large bodies are, without credentials; None: in the database."""
        return self._vault.url

    def close(self) -> None:
        """Closes the store; it cannot be used afterwards. Can be repeated."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def accept(self, batch: Batch, *, source: Source) -> Accepted:
        """Stores `batch`, durably. Raises RefusedBatch or UnknownSite; then nothing changed."""
        verdict = self.accept_many([batch], source=source)[0]
        if isinstance(verdict, Accepted):
            return verdict
        raise verdict

    def accept_many(self, batches: Sequence[Batch], *, source: Source) -> list[Verdict]:
        """Stores several batches in one transaction; a verdict for each, in order.

        A refused batch (its verdict is the exception) does not keep the others out.
        """
        group = [facts_of(batch) for batch in batches]
        return self.write(lambda connection: write_group(connection, group, source))

    def sessions(
        self,
        site_id: str | None = None,
        *,
        limit: int | None = None,
        before: tuple[int, str] | None = None,
        visitor: str | None = None,
    ) -> list[SessionRow]:
        """Sessions (of one site, of one visitor), the latest first.

        `before`: those after this start and id.
        """
        with self._database.reading() as connection:
            return reading.read_sessions(connection, site_id, limit, before, visitor)

    def session(self, reference: str) -> SessionRow:
        """By full id, unique prefix, or `latest`. Raises UnknownSession."""
        with self._database.reading() as connection:
            return reading.read_session(connection, reference)

    def documents(self, session_id: str) -> list[DocumentRow]:
        """Documents of a session by start."""
        with self._database.reading() as connection:
            return reading.read_documents(connection, session_id)

    def documents_showing(
        self,
        site_id: str,
        path: str,
        widths: tuple[int, int],
        *,
        near: tuple[str | None, int],
        limit: int,
    ) -> list[tuple[SessionRow, DocumentRow]]:
        """Documents of a site that showed the page `path` (a `page_key`) in a viewport of these
        widths, ends included; those of the release and nearest to the time (epoch ms) in `near`
        first.
        """
        with self._database.reading() as connection:
            return reading.read_documents_showing(connection, site_id, path, widths, near, limit)

    def events(self, document_id: str) -> list[Event]:
        """Events of a document by time, stable. Raises BrokenRecording for damaged ones."""
        return self._read(
            lambda connection: recordings.read_events(
                connection, self._shelf, self._vault, document_id
            )
        )

    def pointers(self, document_id: str) -> Points:
        """Pointer samples of a document by time: a numpy array of `packing.pointers.POINT`.

        Of a compacted document they are read as columns, without its events. Raises
        BrokenRecording for damaged ones.
        """
        with self._database.reading() as connection:
            return recordings.read_points(connection, document_id)

    def gaps(self, document_id: str) -> list[int]:
        """Sequence numbers of batches that never came, below the highest that did."""
        with self._database.reading() as connection:
            return recordings.read_gaps(connection, document_id)

    def refused(self, session_ids: Iterable[str]) -> dict[str, dict[str, int]]:
        """Events that were left out of accepted batches, by session and reason."""
        with self._database.reading() as connection:
            return quarantine.count_refused(connection, session_ids)

    def quarantine(self, document_id: str) -> list[QuarantineRow]:
        """What was left out of a document's batches, by their sequence; never what was in it."""
        with self._database.reading() as connection:
            return quarantine.read_quarantine(connection, document_id)

    def probe(self) -> None:
        """Writes a row, durably, for no other purpose. Raises StoreUnavailable if it cannot."""
        self.write(keeping.write_probe)

    def batch_ends(self, document_id: str) -> dict[int, int]:
        """Time of the last event of each batch, by sequence number, as far as it is known."""
        with self._database.reading() as connection:
            return reading.read_batch_ends(connection, document_id)

    def page_views(
        self, site_id: str | None = None, session_id: str | None = None
    ) -> list[PageView]:
        """Page views (of one site or session), by session and start."""
        with self._database.reading() as connection:
            return reading.read_page_views(connection, site_id, session_id)

    def pages(self) -> list[PageSummary]:
        """Recorded paths of each site, the most viewed first."""
        with self._database.reading() as connection:
            site_of = {row.id: row.site_id for row in reading.read_sessions(connection, None, None)}
            return reading.summarise(site_of, reading.read_page_views(connection, None, None))

    def probe_blobs(self) -> bool:
        """Puts a body where blobs are and removes it; True if what is deleted stays as a version.

        Raises StoreUnavailable.
        """
        return self._vault.probe()

    def shrink(self) -> None:
        """Gives room that is free in an SQLite file back to the disk."""
        self._database.shrink()

    def compactor(self) -> Compactor:
        """What packs the recordings of closed documents into blocks, see `packing.compactor`."""
        return Compactor(self._database, self._shelf, self._vault)

    def eraser(self) -> Eraser:
        """What erases visitors and sessions, and prunes old ones, see `store.erasing`."""
        return Eraser(self._database, self._vault)

    def visitor(self, document_id: str) -> str | None:
        """Whose a document is; None if there is none of this id."""
        with self._database.reading() as connection:
            return reading.read_visitor(connection, document_id)

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A connection that sees one consistent state: for what has tables of its own."""
        return self._database.reading()
