"""The store: what was recorded, on SQLite by default, on PostgreSQL by URL."""

from __future__ import annotations

from recorder.batches import BatchConflict
from recorder.store.audit_book import AuditEntry
from recorder.store.erasing import Eraser, Found, Who
from recorder.store.packing.closed import Scope
from recorder.store.packing.compactor import Compaction, Compactor
from recorder.store.removing import Removed
from recorder.store.rows import (
    Accepted,
    Asset,
    AssetOutcome,
    DocumentRow,
    Outcome,
    PageSummary,
    PageView,
    QuarantineRow,
    SessionRow,
    Site,
    Source,
)
from recorder.store.store import DEFAULT_URL, Store
from recorder.store.writing import Verdict

__all__ = [
    "DEFAULT_URL",
    "Accepted",
    "Asset",
    "AssetOutcome",
    "AuditEntry",
    "BatchConflict",
    "Compaction",
    "Compactor",
    "DocumentRow",
    "Eraser",
    "Found",
    "Outcome",
    "PageSummary",
    "PageView",
    "QuarantineRow",
    "Removed",
    "Scope",
    "SessionRow",
    "Site",
    "Source",
    "Store",
    "Verdict",
    "Who",
]
