"""The vault: bodies outside of the database, and the account of them in it.

First the body is put, durably, then its row of `objects` is written together with the row that
refers to it. A process that is killed in between leaves an orphan, which `sweep` finds. Who
removes a row lets go of the body with it: what nothing refers to any longer, `clear` removes.
So a row never names what was not there when it was written.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.errors import StoreUnavailable
from recorder.store.engine import Database
from recorder.store.outside.faults import changed, missing
from recorder.store.outside.places import Place
from recorder.store.tables import blobs, blocks, objects

__all__ = ["Kept", "TooLate", "Vault", "write_objects"]

_AT_ONCE: Final = 500  # names in one statement, and removed in one transaction

_log = logging.getLogger(__name__)


class TooLate(StoreUnavailable):
    """So much time has passed since a body was put that it may have been swept away."""

    def __init__(self) -> None:
        super().__init__("The machine stood still while a body was being stored.", "Try again.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A body that has been put; `since` is of `time.monotonic`."""

    name: str
    digest: bytes
    size: int
    since: float


def write_objects(connection: sa.Connection, kept: Iterable[Kept]) -> None:
    """Enters bodies into the account, with the rows that refer to them. Raises TooLate."""
    rows = [{"name": one.name, "digest": one.digest, "size": one.size} for one in kept]
    if any(time.monotonic() - one.since > limits.OBJECT_ORPHAN_SECONDS / 2 for one in kept):
        raise TooLate
    if rows:
        connection.execute(objects.insert(), rows)


class Vault:
    """What a store has outside of its database; with no `place`, nothing. Thread-safe."""

    def __init__(self, database: Database, place: Place | None) -> None:
        self._database = database
        self._place = place

    @property
    def url(self) -> str | None:
        """Where bodies are, without credentials; None: in the database."""
        return None if self._place is None else self._place.url

    def keep(self, body: bytes) -> Kept | None:
        """Puts `body`, if there is a place and it is large enough; None: it is to be in its row.

        Raises StoreUnavailable.
        """
        if self._place is None or len(body) < limits.OBJECT_BYTES_MIN:
            return None
        name, since = secrets.token_hex(16), time.monotonic()
        self._place.put(name, body)
        return Kept(name, hashlib.sha256(body).digest(), len(body), since)

    def body(self, row: Any) -> bytes:
        """The body of a row with `body`, `object` and `object_digest`.

        Raises MissingObject if what is there is not what was put, and StoreUnavailable.
        """
        if row.object is None:
            return bytes(row.body)
        if self._place is None:
            raise missing("another place", row.object)
        found = self._place.get(row.object)
        if hashlib.sha256(found).digest() != row.object_digest:
            raise changed(self._place.url, row.object)
        return found

    def let_go(self, kept: Iterable[Kept]) -> None:
        """Removes bodies for which no row was written; what cannot be, `sweep` will."""
        names = [one.name for one in kept]
        if self._place is None or not names:
            return
        try:
            self._place.delete(names)
        except StoreUnavailable as error:
            _log.warning("%s What was put there is removed later.", error.message)

    def clear(self) -> int:
        """Removes what no row refers to any longer; how many. Raises StoreUnavailable.

        Then the rest waits in the account for the next call.
        """
        if self._place is None:
            return 0
        with self._database.reading() as connection:
            names = list(connection.scalars(sa.select(objects.c.name).where(*_UNUSED)))
        for part in _parts(names):
            self._place.delete(part)
            with self._database.writing() as connection:
                connection.execute(objects.delete().where(objects.c.name.in_(part)))
        return len(names)

    def sweep(self, now: float | None = None) -> int:
        """Removes orphans: what lies there and is not in the account; how many.

        Not what was put within OBJECT_ORPHAN_SECONDS before `now` (epoch seconds): its row may
        be about to be written. Raises StoreUnavailable.
        """
        if self._place is None:
            return 0
        before = (time.time() if now is None else now) - limits.OBJECT_ORPHAN_SECONDS
        removed = 0
        # The names first and the account after them: else a row that is written in between
        # would be missing in it.
        old = (name for name, at in self._place.found() if at < before)
        for part in _parts(old):
            orphans = self._strangers(part)
            self._place.delete(orphans)
            removed += len(orphans)
        return removed

    def probe(self) -> bool:
        """Puts a body and removes it; True if the place keeps versions of what is deleted.

        Raises StoreUnavailable.
        """
        if self._place is None:
            return False
        name = secrets.token_hex(16)
        keeps_versions = self._place.put(name, b"")
        self._place.delete([name])
        return keeps_versions

    def _strangers(self, names: Sequence[str]) -> list[str]:
        query = sa.select(objects.c.name).where(objects.c.name.in_(names))
        with self._database.reading() as connection:
            known = set(connection.scalars(query))
        return [name for name in names if name not in known]


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, _AT_ONCE)):
        yield part


_UNUSED: Final = [~sa.exists().where(table.c.object == objects.c.name) for table in (blocks, blobs)]
