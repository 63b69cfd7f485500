"""Session and document rows from batches: pure, and independent of their order.

Every column is a minimum, a maximum (with a total order, so that ties fall the
same way), a sum or a number over batches, never "the last one that came".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from recorder.batches import Batch
from recorder.store.facts import Facts
from recorder.store.rows import Source

__all__ = ["merge_document", "merge_session"]

Row = dict[str, Any]


def merge_session(
    row: Mapping[str, Any] | None,
    facts: Facts,
    site_id: str,
    source: Source,
    *,
    new_document: bool,
    received_at: int,
) -> Row:
    """The session's row with `facts` taken in; `row` is None for its first batch.

    Visitor, traits, variant, release, device and user agent are those of the
    batch with the latest event: traits may be set while a visit goes on.
    `received_at` is when the batch came, by our clock (epoch ms).
    """
    batch = facts.batch
    starts = [batch.started_at, facts.first_at]
    told_at = batch.started_at if facts.last_at is None else facts.last_at
    description = _description(batch)
    if row is None:
        base: Row = {"id": batch.session, "site_id": site_id, "source": source}
        base |= {"document_count": 0, "size": 0, "received_at": received_at}
        known_start, known_end = told_at, told_at
    else:
        base = dict(row)
        known_start, known_end = row["started_at"], row["ended_at"]
        kept = {name: row[name] for name in description}
        if (row["described_at"], _order(kept)) > (told_at, _order(description)):
            told_at, description = row["described_at"], kept
    return (
        base
        | description
        | {
            "started_at": _earliest(known_start, *starts),
            "ended_at": max(known_end, batch.started_at, facts.last_at or 0),
            "described_at": told_at,
            "document_count": base["document_count"] + new_document,
            "size": base["size"] + batch.size,
            "received_at": max(base["received_at"], received_at),
        }
    )


def merge_document(row: Mapping[str, Any] | None, facts: Facts) -> Row:
    """The document's row with `facts` taken in; `row` is None for its first batch.

    URL and viewport are those of the earliest Meta event (a batch itself only
    knows where the page had got to when it was sealed), and the environment is
    that of the earliest event that tells it. Until a Meta event comes, the URL
    is that of the lowest sequence number.
    """
    batch = facts.batch
    if row is None:
        merged: Row = {
            "id": batch.document,
            "session_id": batch.session,
            "tab_id": batch.tab,
            "url": batch.url,
            "url_sequence": batch.sequence,
            "started_at": _earliest(batch.started_at, facts.first_at),
            "ended_at": max(batch.started_at, facts.last_at or 0),
            "width": None,
            "height": None,
            "viewport_at": None,
            "environment": {},
            "environment_at": None,
            "clock_offset_ms": None,
            "size": batch.size,
            "pending": 1,
        }
    else:
        merged = dict(row)
        merged["size"] += batch.size
        merged["started_at"] = _earliest(row["started_at"], batch.started_at, facts.first_at)
        merged["ended_at"] = max(row["ended_at"], batch.started_at, facts.last_at or 0)
        merged["pending"] = row["pending"] + 1
        if batch.sequence < row["url_sequence"]:
            merged |= {"url_sequence": batch.sequence, "tab_id": batch.tab}
            if merged["viewport_at"] is None:
                merged["url"] = batch.url
    _merge_viewport(merged, facts)
    _merge_environment(merged, facts)
    _merge_clock(merged, batch)
    return merged


def _merge_viewport(merged: Row, facts: Facts) -> None:
    if facts.viewport is None:
        return
    known = (merged["viewport_at"], merged["width"], merged["height"], merged["url"])
    if known[0] is None or facts.viewport < known:
        at, width, height, url = facts.viewport
        merged |= {"viewport_at": at, "width": width, "height": height, "url": url}


def _merge_environment(merged: Row, facts: Facts) -> None:
    if facts.environment is None:
        return
    at, environment = facts.environment
    known = (merged["environment_at"], _order(merged["environment"]))
    if known[0] is None or (at, _order(environment)) < known:
        merged["environment_at"], merged["environment"] = at, environment


def _merge_clock(merged: Row, batch: Batch) -> None:
    """The least of received minus sent: the rest of it is the way, or waiting for a retry."""
    if batch.received_at is None:
        return
    offset, known = batch.received_at - batch.sent_at, merged["clock_offset_ms"]
    merged["clock_offset_ms"] = offset if known is None else min(known, offset)


def _description(batch: Batch) -> Row:
    return {
        "visitor_id": batch.visitor,
        "device": batch.device,
        "traits": batch.traits,
        "variant": batch.variant,
        "release": batch.release,
        "user_agent": batch.user_agent,
    }


def _order(value: Any) -> bytes:
    """A total order over plain data, for ties."""
    return msgspec.json.encode(value, order="deterministic")


def _earliest(*times: int | None) -> int:
    return min(at for at in times if at is not None)
