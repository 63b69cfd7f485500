"""Dictionaries of a store: which serve a page, and how they are kept and let go."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import zstandard

from recorder import limits
from recorder.pages import page_key
from recorder.store.packing.frames import Dictionary, inflate, smallest
from recorder.store.tables import blocks, dictionaries

__all__ = [
    "Known",
    "Shelf",
    "add_dictionary",
    "awaited",
    "crowded",
    "family",
    "known",
    "remove_unused",
    "settle",
]

VERSION: Final = 1
"""Of the rule in `shared`, and of the folded texts it was applied to."""

_BASES: Final = 3
"""Dictionaries of a site against which a new one is tried."""

_NEW_MS: Final = 600_000
"""Milliseconds in which a new dictionary has been used, or will not be."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a row of `dictionaries` says, but for its body."""

    id: int
    page: str
    created_at: int
    ratio: float
    awaited: bool


class Shelf:
    """Dictionaries that were used lately. Thread-safe."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Dictionary] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, connection: sa.Connection, id: int | None) -> Dictionary | None:
        """The dictionary `id`, None for None. Raises ValueError if it is damaged or missing."""
        if id is None:
            return None
        with self._lock:
            held = self._held.get(id)
            if held is not None:
                self._held.move_to_end(id)
                return held
        query = sa.select(dictionaries.c.body, dictionaries.c.base_id)
        row = connection.execute(query.where(dictionaries.c.id == id)).one_or_none()
        if row is None:
            raise ValueError(f"its dictionary {id} is missing")
        try:
            found = Dictionary.of(id, inflate(row.body, self.take(connection, row.base_id)))
        except zstandard.ZstdError as error:
            raise ValueError(f"its dictionary {id} is damaged: {error}") from error
        with self._lock:
            self._held[id] = found
            room = limits.DICTIONARY_SHELF_BYTES
            while len(self._held) > 1 and sum(len(d.body) for d in self._held.values()) > room:
                self._held.popitem(last=False)
        return found


def family(url: str) -> str:
    """The page, or the family of pages, that a dictionary is for.

    `/products/tent` and `/products/boot` are one family, `/products/*`: pages of one
    template, each perhaps with fewer than three visitors.
    """
    parts = page_key(url).split("/")
    return "/".join([*parts[:-1], "*"]) if len(parts) > 2 else "/".join(parts)


def known(connection: sa.Connection, site_id: str) -> list[Known]:
    """The dictionaries of a site, the newest first."""
    table = dictionaries
    query = (
        sa.select(table.c.id, table.c.page, table.c.created_at, table.c.ratio, table.c.awaited)
        .where(table.c.site_id == site_id, table.c.version == VERSION)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
    )
    return [Known(*row) for row in connection.execute(query)]


def add_dictionary(
    connection: sa.Connection,
    shelf: Shelf,
    site_id: str,
    page: str,
    body: bytes,
    *,
    ratio: float,
    at: int,
) -> None:
    """Keeps a new dictionary, packed against another of the site: pages have much in common."""
    table = dictionaries
    alone = (
        sa.select(table.c.id)
        .where(table.c.site_id == site_id, table.c.version == VERSION, table.c.base_id.is_(None))
        .order_by(table.c.id.desc())
        .limit(_BASES)
    )
    found = [_usable(connection, shelf, one) for one in connection.scalars(alone).all()]
    packed, base = smallest(body, [one for one in found if one])
    row = {
        "site_id": site_id,
        "page": page,
        "version": VERSION,
        "created_at": at,
        "base_id": base.id if base else None,
        "ratio": ratio,
        "awaited": True,
        "body": packed,
    }
    connection.execute(table.insert(), row)


def _usable(connection: sa.Connection, shelf: Shelf, id: int) -> Dictionary | None:
    try:
        return shelf.take(connection, id)
    except ValueError:
        return None  # whoever reads a block that needs it is told


def awaited(connection: sa.Connection) -> list[tuple[str, Known]]:
    """Dictionaries for which blocks may wait that were packed before, with their sites."""
    query = sa.select(dictionaries.c.site_id).distinct().where(dictionaries.c.awaited)
    sites = list(connection.scalars(query))
    return [(site, row) for site in sites for row in known(connection, site) if row.awaited]


def settle(connection: sa.Connection, id: int) -> None:
    """Notes that no block waits for a dictionary any more."""
    connection.execute(dictionaries.update().where(dictionaries.c.id == id).values(awaited=False))


def crowded(connection: sa.Connection) -> list[int]:
    """Of each page with more dictionaries in use than are to be, the oldest."""
    table = dictionaries
    used = sa.exists().where(blocks.c.dictionary_id == table.c.id)
    query = sa.select(table.c.id, table.c.site_id, table.c.page).where(used).order_by(table.c.id)
    pages: dict[tuple[str, str], list[int]] = {}
    for id, site_id, page in connection.execute(query):
        pages.setdefault((site_id, page), []).append(id)
    return [ids[0] for ids in pages.values() if len(ids) > limits.DICTIONARIES_PER_PAGE]


def remove_unused(connection: sa.Connection, now: int) -> int:
    """Removes dictionaries that no block and no other dictionary refers to; how many.

    Those that have only just been made are left: another process may be about to use them.
    """
    other = dictionaries.alias()
    used = sa.exists().where(blocks.c.dictionary_id == dictionaries.c.id)
    base = sa.exists().where(other.c.base_id == dictionaries.c.id)
    unused = ~used & ~base & (dictionaries.c.created_at < now - _NEW_MS)
    # Twice: one that was the base of others goes after them.
    return sum(connection.execute(dictionaries.delete().where(unused)).rowcount for _ in range(2))
