"""A few real visits, recorded with Chromium: what the others are derived from."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from rich.progress import Progress

from heatwright.demo.run import record_visits
from recorder.store import SessionRow, Store

__all__ = ["Document", "Visit", "recorded_visits"]


@dataclass(frozen=True, slots=True)
class Document:
    """One load: its URL, and the events of each batch, decoded."""

    url: str
    batches: list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Visit:
    """One session."""

    session: SessionRow
    documents: list[Document]


def recorded_visits(folder: Path, count: int) -> list[Visit]:
    """`count` simulated people in the fixture shop, driven and tagged; about six seconds each."""
    url = f"sqlite:///{folder}/recorded.db"
    with Store.open(url) as store, Progress(disable=True) as bars:
        asyncio.run(record_visits(store, count, bars))
        return [_visit(store, session) for session in store.sessions()]


def _visit(store: Store, session: SessionRow) -> Visit:
    rows = store.documents(session.id)
    return Visit(session, [_document(store, row.id, row.url) for row in rows])


def _document(store: Store, document_id: str, url: str) -> Document:
    """Batches as they came, which the store itself puts together to one row of events."""
    with sqlite3.connect(store.name) as connection:
        bodies = connection.execute(
            "SELECT body FROM chunks WHERE document_id = ? ORDER BY sequence", (document_id,)
        ).fetchall()
    connection.close()
    inflate = zstandard.ZstdDecompressor().decompress
    return Document(url, [msgspec.json.decode(inflate(body)) for (body,) in bodies])
