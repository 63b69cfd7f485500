"""Accepting batches: one transaction for a group, a verdict for each of its batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from recorder.batches import Batch
from recorder.errors import UnknownSite
from recorder.pages import page_key
from recorder.refusals import BatchConflict, Refusal, RefusedBatch
from recorder.store import tables
from recorder.store.allowances import DaysUsage, outgrown
from recorder.store.facts import Facts
from recorder.store.merging import merge_document, merge_session
from recorder.store.packing.ledger import Entry
from recorder.store.recordings import read_entries
from recorder.store.rows import Accepted, Source
from recorder.store.tombstones import buried, digest_of, hold_sites

__all__ = ["Verdict", "write_group"]

Verdict = Accepted | RefusedBatch | UnknownSite

_PARAMETERS = 500  # values in one IN list; SQLite takes 32,766, PostgreSQL 65,535


def write_group(connection: sa.Connection, group: Sequence[Facts], source: Source) -> list[Verdict]:
    """Writes `group` within the caller's transaction; verdicts in the same order.

    A batch that is refused changes nothing. Raises IntegrityError only when
    another process wrote the same rows meanwhile (PostgreSQL): then the
    transaction is rolled back and the group tried again.
    """
    work = _Work(connection, group, source)
    verdicts = [work.take(facts) for facts in group]
    work.write(connection)
    return verdicts


class _Work:
    """What is stored of the group's sessions and documents, and what is to be written."""

    def __init__(self, connection: sa.Connection, group: Sequence[Facts], source: Source) -> None:
        self._source: Source = source
        batches = [facts.batch for facts in group]
        keys = _rows(connection, tables.write_keys, "key", {b.key for b in batches})
        self._keys = {row["key"]: row for row in keys}
        hold_sites(connection, {row["site_id"] for row in keys})
        sites = _rows(connection, tables.sites, "id", {row["site_id"] for row in keys})
        self._now = int(time.time() * 1000)
        self._retention = {row["id"]: row["retention_ms"] for row in sites}
        self._usage = DaysUsage(connection, {row["id"]: row["quota"] for row in sites})
        self._sessions = {
            row["id"]: row
            for row in _rows(connection, tables.sessions, "id", {b.session for b in batches})
        }
        self._documents = {
            row["id"]: row
            for row in _rows(connection, tables.documents, "id", {b.document for b in batches})
        }
        self._stored = read_entries(connection, {(b.document, b.sequence) for b in batches})
        # After the sessions are locked: who prunes them holds the same lock until he has buried
        # them, and who erases a visitor the one of his site.
        self._buried = buried(
            connection,
            {
                name
                for batch in batches
                if batch.key in self._keys
                for name in _names(self._keys[batch.key]["site_id"], batch)
            },
        )
        self._known_sessions = set(self._sessions)
        self._known_documents = set(self._documents)
        self._changed_sessions: set[str] = set()
        self._changed_documents: set[str] = set()
        self._chunks: list[dict[str, Any]] = []
        self._views: list[dict[str, Any]] = []
        self._quarantine: list[dict[str, Any]] = []

    def take(self, facts: Facts) -> Verdict:
        """The verdict on one batch; what it changes is kept until `write`."""
        batch = facts.batch
        key = self._keys.get(batch.key)
        if key is None:
            return UnknownSite(
                "The write key belongs to no site.", "List the sites with: heatwright sites list"
            )
        if key["revoked_at"] is not None and self._source == "tag":
            return RefusedBatch(Refusal.REVOKED_KEY, "The write key was revoked.")
        site_id = key["site_id"]
        if gone := self._gone(site_id, facts):
            return gone
        session = self._sessions.get(batch.session)
        if session and session["site_id"] != site_id:
            return BatchConflict("This session belongs to another site.")
        document = self._documents.get(batch.document)
        if document and document["session_id"] != batch.session:
            return BatchConflict("This document belongs to another session.")
        name = (batch.document, batch.sequence)
        stored = self._stored.get(name)
        if stored is not None:
            if stored.has(facts.digest):
                return Accepted.DUPLICATE
            return BatchConflict("Another batch is stored under this document and sequence.")
        merged_document = merge_document(document, facts)
        merged_session = merge_session(
            session,
            facts,
            site_id,
            self._source,
            new_document=document is None,
            received_at=self._received_at(batch),
        )
        if self._source == "tag":
            refusal = outgrown(merged_session, merged_document) or self._usage.refuses(
                site_id, len(facts.body)
            )
            if refusal is not None:
                return refusal
            self._usage.add(site_id, len(facts.body))
        self._stored[name] = Entry(batch.sequence, len(batch.events), facts.digest)
        self._sessions[batch.session] = merged_session
        self._documents[batch.document] = merged_document
        self._changed_sessions.add(batch.session)
        self._changed_documents.add(batch.document)
        self._add_rows(facts)
        return Accepted.STORED

    def write(self, connection: sa.Connection) -> None:
        """Sends all changes, referred-to rows first."""
        for table, rows, changed, known in (
            (tables.sessions, self._sessions, self._changed_sessions, self._known_sessions),
            (tables.documents, self._documents, self._changed_documents, self._known_documents),
        ):
            new = [rows[key] for key in sorted(changed - known)]
            if new:
                connection.execute(table.insert(), new)
            for key in sorted(changed & known):
                connection.execute(table.update().where(table.c.id == key), rows[key])
        if self._chunks:
            connection.execute(tables.chunks.insert(), self._chunks)
        if self._views:
            connection.execute(tables.page_views.insert(), self._views)
        if self._quarantine:
            connection.execute(tables.quarantine.insert(), self._quarantine)
        self._usage.write(connection)

    def _gone(self, site_id: str, facts: Facts) -> RefusedBatch | None:
        """The refusal, if the batch is of what was erased, or was to be erased by now."""
        batch = facts.batch
        if not self._buried.isdisjoint(_names(site_id, batch)):
            return RefusedBatch(
                Refusal.ERASED, "What this belongs to was erased; nothing more of it is taken."
            )
        kept_ms = self._retention[site_id]
        if self._source != "tag" or kept_ms is None:
            return None
        last_at = batch.started_at if facts.last_at is None else facts.last_at
        if last_at >= self._received_at(batch) - kept_ms:
            return None
        return RefusedBatch(
            Refusal.TOO_OLD, f"The site keeps recordings for {kept_ms} ms; this is older."
        )

    def _received_at(self, batch: Batch) -> int:
        return self._now if batch.received_at is None else batch.received_at

    def _add_rows(self, facts: Facts) -> None:
        batch = facts.batch
        self._chunks.append(
            {
                "document_id": batch.document,
                "sequence": batch.sequence,
                "body": facts.body,
                "event_count": len(batch.events),
                "first_at": facts.first_at,
                "last_at": facts.last_at,
                "sent_at": batch.sent_at,
                "received_at": batch.received_at,
                "digest": facts.digest,
            }
        )
        self._views.extend(
            {
                "document_id": batch.document,
                "sequence": batch.sequence,
                "position": mark.position,
                "started_at": mark.at,
                "url": mark.url,
                "path": page_key(mark.url),
                "title": mark.title,
            }
            for mark in facts.marks
        )
        self._quarantine.extend(
            {
                "document_id": batch.document,
                "sequence": batch.sequence,
                "reason": one.reason.value,
                "events": one.events,
                "bytes": one.bytes,
                "first_position": one.first_position,
            }
            for one in batch.quarantine
        )


def _names(site_id: str, batch: Batch) -> tuple[bytes, bytes]:
    """What a tombstone of the batch's visitor or session would be called."""
    return (
        digest_of("visitor", site_id, batch.visitor),
        digest_of("session", site_id, batch.session),
    )


def _rows(
    connection: sa.Connection, table: sa.Table, column: str, keys: set[str]
) -> list[dict[str, Any]]:
    """Rows whose `column` is among `keys`, locked until the end where the database can."""
    found: list[dict[str, Any]] = []
    ordered = sorted(keys)  # one order everywhere: two processes cannot deadlock
    for start in range(0, len(ordered), _PARAMETERS):
        query = (
            table.select()
            .where(table.c[column].in_(ordered[start : start + _PARAMETERS]))
            .order_by(table.c[column])
        )
        if table not in (tables.sites, tables.write_keys):
            query = query.with_for_update()
        found.extend(dict(row) for row in connection.execute(query).mappings())
    return found
