"""Retention: sessions that were kept as long as their site wants are removed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from recorder import limits
from recorder.background import Stopped, repeatedly
from recorder.store import Removed, Store

__all__ = ["enforce", "retaining"]


def enforce(
    store: Store, now: int | None = None, stopped: Stopped = lambda: False
) -> dict[str, Removed]:
    """Removes what the retention of each site has ended for, at `now` (epoch ms).

    And bodies outside of the database that were put there for nothing, see `Eraser.sweep`, and
    what the audit trail has of longer than AUDIT_MS ago.
    Gives what was removed, by site. Counted from a session's last batch, by our clock: a
    visitor's, which may be wrong, neither shortens nor lengthens it. Raises StoreUnavailable.
    """
    at = int(time.time() * 1000) if now is None else now
    eraser = store.eraser()
    removed = {
        site.id: eraser.prune(
            site.id, at - site.retention_ms, actor="retention", now=at, stopped=stopped
        )
        for site in store.sites.list()
        if site.retention_ms is not None and not stopped()
    }
    eraser.sweep()
    store.audit.forget(at - limits.AUDIT_MS)
    if any(one.sessions for one in removed.values()):
        store.shrink()  # which also empties the log: what is gone from the file is else still there
    return removed


def retaining(
    store: Store, pause: Callable[[], float] | None = None
) -> AbstractContextManager[None]:
    """Enforces the sites' retention while the block runs: soon after its beginning, then every
    RETENTION_PAUSE_SECONDS, unless `pause` says otherwise.
    """
    pauses = iter([_FIRST_SECONDS])
    return repeatedly(
        "retention",
        pause or (lambda: next(pauses, limits.RETENTION_PAUSE_SECONDS)),
        lambda stopped: enforce(store, stopped=stopped),
    )


_FIRST_SECONDS = 10.0
"""The collector has begun by then. One that is started anew every hour enforces it, too."""
