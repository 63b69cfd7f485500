"""The place that a store is used with: said once, remembered for good."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from recorder.store.engine import Database
from recorder.store.outside.faults import another_place
from recorder.store.outside.places import Place, normal_url, open_place
from recorder.store.outside.vault import Vault
from recorder.store.tables import object_place

__all__ = ["open_vault"]


def open_vault(database: Database, asked: str | None) -> Vault:
    """The vault of a store; `asked` (None or empty: not at all) is where its blobs are to be.

    A store that has none yet is given that place, once a body could be put there. Raises
    WrongUse for what is no place, or another than it has, and StoreUnavailable.
    """
    url = normal_url(asked) if asked else None
    known = _known(database)
    if known is None and url is not None:
        known = _begin(database, url)
    if known is None:
        return Vault(database, None)
    if url is not None and url != known.url:
        raise another_place(database.name, known.url, url)
    return Vault(database, known)


def _known(database: Database) -> Place | None:
    with database.reading() as connection:
        row = connection.execute(object_place.select()).first()
    return None if row is None else open_place(row.url, row.folder)


def _begin(database: Database, url: str) -> Place | None:
    """Tries the place, then remembers it, unless another process was quicker."""
    folder = secrets.token_hex(8)
    place = open_place(url, folder)
    place.begin()
    Vault(database, place).probe()
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            # Nothing else would keep two from writing a row each.
            connection.execute(sa.text("LOCK TABLE object_place IN EXCLUSIVE MODE"))
        if connection.execute(object_place.select()).first() is None:
            connection.execute(object_place.insert(), {"folder": folder, "url": url})
    return _known(database)
