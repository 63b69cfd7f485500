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
from recorder.store.tables import blocks, dictionaries

__all__ = [
    "Dictionary",
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

_LEVEL: Final = 19

_NEW_MS: Final = 600_000
"""Milliseconds in which a new dictionary has been used, or will not be."""


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """One dictionary, ready for use."""

    id: int
    body: bytes
    content: zstandard.ZstdCompressionDict

    @classmethod
    def of(cls, id: int, body: bytes) -> Dictionary:
        """The dictionary with this `body`."""
        kind = zstandard.DICT_TYPE_RAWCONTENT
        return cls(id, body, zstandard.ZstdCompressionDict(body, dict_type=kind))


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
        query = sa.select(dictionaries.c.body).where(dictionaries.c.id == id)
        packed = connection.scalars(query).one_or_none()
        if packed is None:
            raise ValueError(f"its dictionary {id} is missing")
        try:
            found = Dictionary.of(id, zstandard.ZstdDecompressor().decompress(packed))
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
    connection: sa.Connection, site_id: str, page: str, body: bytes, *, ratio: float, at: int
) -> int:
    """Keeps a new dictionary; its id."""
    packed = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(body)
    row = {
        "site_id": site_id,
        "page": page,
        "version": VERSION,
        "created_at": at,
        "ratio": ratio,
        "awaited": True,
        "body": packed,
    }
    key = connection.execute(dictionaries.insert(), row).inserted_primary_key
    return int(key[0]) if key else 0


def awaited(connection: sa.Connection) -> list[tuple[str, Known]]:
    """Dictionaries for which blocks may wait that were packed before, with their sites."""
    query = sa.select(dictionaries.c.site_id).distinct().where(dictionaries.c.awaited)
    sites = list(connection.scalars(query))
    return [(site, row) for site in sites for row in known(connection, site) if row.awaited]


def settle(connection: sa.Connection, id: int) -> None:
    """Notes that no block waits for a dictionary any more."""
    connection.execute(dictionaries.update().where(dictionaries.c.id == id).values(awaited=False))


def crowded(connection: sa.Connection) -> list[tuple[str, str]]:
    """Sites and pages with more dictionaries than are to be in use."""
    table = dictionaries
    query = (
        sa.select(table.c.site_id, table.c.page)
        .where(table.c.version == VERSION)
        .group_by(table.c.site_id, table.c.page)
        .having(sa.func.count() > limits.DICTIONARIES_PER_PAGE)
    )
    return [(row.site_id, row.page) for row in connection.execute(query)]


def remove_unused(connection: sa.Connection, now: int) -> int:
    """Removes dictionaries that no block refers to; how many.

    Those that have only just been made are left: another process may be about to use them.
    """
    used = sa.exists().where(blocks.c.dictionary_id == dictionaries.c.id)
    unused = ~used & (dictionaries.c.created_at < now - _NEW_MS)
    return connection.execute(dictionaries.delete().where(unused)).rowcount
