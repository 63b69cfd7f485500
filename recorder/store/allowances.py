"""What may still be added: to a document, to a session, and to a site's day.

Only what tags send is judged. Whoever drives a browser or imports files does it
on a machine of their own.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.refusals import Refusal, RefusedBatch
from recorder.store.sql import in_parts, listed, one_of
from recorder.store.tables import usage

__all__ = ["DaysUsage", "outgrown"]

DAY_SECONDS: Final = 86_400

_USED: Final = sa.select(usage.c.site_id, usage.c.bytes).where(
    one_of(usage.c.site_id), usage.c.day == sa.bindparam("day")
)

_MORE: Final = (
    usage.update()
    .where(
        usage.c.site_id == sa.bindparam("new_site_id"),
        usage.c.day == sa.bindparam("new_day"),
    )
    .values(
        bytes=usage.c.bytes + sa.bindparam("new_bytes"),
        batches=usage.c.batches + sa.bindparam("new_batches"),
    )
)


def outgrown(session: dict[str, Any], document: dict[str, Any]) -> RefusedBatch | None:
    """Which limit these rows, with a batch taken in, go beyond; None if none."""
    if document["size"] > limits.DOCUMENT_BYTES:
        return RefusedBatch(
            Refusal.DOCUMENT_TOO_LARGE,
            f"The batches of one document hold at most {limits.DOCUMENT_BYTES} bytes.",
        )
    if session["size"] > limits.SESSION_BYTES:
        return RefusedBatch(
            Refusal.SESSION_TOO_LARGE,
            f"The batches of one session hold at most {limits.SESSION_BYTES} bytes.",
        )
    if session["document_count"] > limits.DOCUMENTS_PER_SESSION:
        return RefusedBatch(
            Refusal.TOO_MANY_DOCUMENTS,
            f"A session has at most {limits.DOCUMENTS_PER_SESSION} documents.",
        )
    if session["ended_at"] - session["started_at"] > limits.SESSION_MS:
        return RefusedBatch(
            Refusal.SESSION_TOO_LONG,
            f"From a session's first event to its last are at most {limits.SESSION_MS} ms.",
        )
    return None


class DaysUsage:
    """What tags of some sites have sent today (UTC), and what a group adds to it.

    What is there is read without a lock, and what comes on top is added by the
    database: several collectors may together go beyond a quota by a group each,
    and never wait for each other.
    """

    def __init__(self, connection: sa.Connection, quotas: dict[str, int | None]) -> None:
        self._now = time.time()
        self._quotas = quotas
        self._bytes: Counter[str] = Counter()
        self._batches: Counter[str] = Counter()
        self._before = {
            row.site_id: row.bytes
            for part in in_parts(quotas)
            for row in connection.execute(_USED, listed(part) | {"day": self._day})
        }

    def refuses(self, site_id: str, size: int) -> RefusedBatch | None:
        """The refusal, if `size` bytes more are beyond the site's quota."""
        quota = self._quotas[site_id]
        quota = limits.SITE_BYTES_PER_DAY if quota is None else quota
        if self._before.get(site_id, 0) + self._bytes[site_id] + size <= quota:
            return None
        until_midnight = DAY_SECONDS - self._now % DAY_SECONDS
        return RefusedBatch(
            Refusal.QUOTA,
            f"The site has used up its quota of {quota} bytes for today (UTC).",
            int(until_midnight) + 1,
        )

    def add(self, site_id: str, size: int) -> None:
        """Takes note of one accepted batch."""
        self._bytes[site_id] += size
        self._batches[site_id] += 1

    def write(self, connection: sa.Connection) -> None:
        """Adds what was noted. Raises IntegrityError if another process began the day first."""
        for site_id in sorted(self._batches):  # one order everywhere: no deadlock
            size, batches = self._bytes[site_id], self._batches[site_id]
            row = {"site_id": site_id, "day": self._day, "bytes": size, "batches": batches}
            if site_id in self._before:
                connection.execute(_MORE, {f"new_{name}": value for name, value in row.items()})
            else:
                connection.execute(usage.insert(), row)

    @property
    def _day(self) -> int:
        return int(self._now // DAY_SECONDS)
