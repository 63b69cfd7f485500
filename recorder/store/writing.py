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
from recorder.store.group_rows import read_keys, read_rows, write_rows
from recorder.store.merging import merge_document, merge_session
from recorder.store.packing.ledger import Entry
from recorder.store.recordings import read_entries
from recorder.store.rows import Accepted, Source
from recorder.store.tombstones import Kind, buried, digest_of

__all__ = ["Verdict", "write_group"]

Verdict = Accepted | RefusedBatch | UnknownSite


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
        self._keys = read_keys(connection, {batch.key for batch in batches})
        self._now = int(time.time() * 1000)
        self._usage = DaysUsage(
            connection, {row["site_id"]: row["quota"] for row in self._keys.values()}
        )
        self._known_sessions = read_rows(
            connection, tables.sessions, {batch.session for batch in batches}
        )
        self._known_documents = read_rows(
            connection, tables.documents, {batch.document for batch in batches}
        )
        self._sessions = dict(self._known_sessions)
        self._documents = dict(self._known_documents)
        # Nothing is stored of a document that is not known.
        self._stored = read_entries(
            connection,
            {(b.document, b.sequence) for b in batches if b.document in self._documents},
        )
        # After the sessions are locked: who prunes them holds the same lock until he has buried
        # them, and who erases a visitor the one of his site.
        self._digests: dict[tuple[Kind, str, str], bytes] = {}
        named = {name for batch in batches for name in self._names(batch)}
        self._buried = buried(connection, named)
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
        if gone := self._gone(key, facts):
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
        sessions = [self._sessions[id] for id in self._changed_sessions]
        write_rows(connection, tables.sessions, sessions, self._known_sessions)
        documents = [self._documents[id] for id in self._changed_documents]
        write_rows(connection, tables.documents, documents, self._known_documents)
        if self._chunks:
            connection.execute(tables.chunks.insert(), self._chunks)
        if self._views:
            connection.execute(tables.page_views.insert(), self._views)
        if self._quarantine:
            connection.execute(tables.quarantine.insert(), self._quarantine)
        self._usage.write(connection)

    def _names(self, batch: Batch) -> set[bytes]:
        """What tombstones of the batch's visitor and session would be called."""
        if batch.key not in self._keys:
            return set()
        site_id = self._keys[batch.key]["site_id"]
        kinds: tuple[tuple[Kind, str], ...] = (
            ("visitor", batch.visitor),
            ("session", batch.session),
        )
        names = {(kind, site_id, id) for kind, id in kinds}
        self._digests |= {name: digest_of(*name) for name in names - self._digests.keys()}
        return {self._digests[name] for name in names}

    def _gone(self, key: dict[str, Any], facts: Facts) -> RefusedBatch | None:
        """The refusal, if the batch is of what was erased, or was to be erased by now."""
        batch = facts.batch
        if not self._buried.isdisjoint(self._names(batch)):
            return RefusedBatch(
                Refusal.ERASED, "What this belongs to was erased; nothing more of it is taken."
            )
        kept_ms = key["retention_ms"]
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
