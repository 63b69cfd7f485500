"""`store.sites`: registering and finding sites."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.errors import UnknownSite, WrongUse
from recorder.masking import Policy
from recorder.sites import (
    Consent,
    Site,
    WriteKey,
    is_private_origin,
    normalise_origin,
    site_id,
)
from recorder.store.audit_book import write_entry
from recorder.store.engine import Database
from recorder.store.tables import sites, write_keys

__all__ = ["UNCHANGED", "SiteBook", "Unchanged"]

_KEY_BYTES = 24  # of randomness in a write key: public, but not to be guessed

_RETENTION_MAX_MS: Final = 100 * 366 * 86_400_000  # whoever wants more wants them for ever


class Unchanged(Enum):
    """Said where None means something."""

    UNCHANGED = 0


UNCHANGED: Final = Unchanged.UNCHANGED


class SiteBook:
    """The sites of a store. Every change is in the audit trail, as done by the command line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        id: str,
        origins: Iterable[str],
        consent: Consent = "required",
        allow_private: bool | None = None,
        policy: Policy | None = None,
    ) -> Site:
        """Registers a site and makes its write key.

        `allow_private` None: allowed if one of the origins itself is localhost
        or a private address. `policy` None: the tag's defaults. Raises WrongUse
        for a bad id or origin, or an id that is taken.
        """
        normal = _origins(origins)
        if allow_private is None:
            allow_private = any(is_private_origin(origin) for origin in normal)
        now = int(time.time() * 1000)
        chosen = policy or Policy()
        row = {
            "id": site_id(id),
            "origins": list(normal),
            "consent": consent,
            "allow_private": allow_private,
            "created_at": now,
            "quota": None,
            "retention_ms": limits.RETENTION_MS,
            **_policy_columns(chosen),
        }
        key = _new_key(id, "first", now)
        try:
            with self._database.writing() as connection:
                connection.execute(sites.insert(), row)
                connection.execute(write_keys.insert(), asdict(key))
                write_entry(connection, "cli", "site.add", id, " ".join(normal))
        except sa.exc.IntegrityError as error:
            raise WrongUse(
                f"There already is a site {id!r}.", "List the sites with: heatwright sites list"
            ) from error
        return Site(id, normal, (key,), consent, allow_private, now, None, chosen)

    def change(
        self,
        id: str,
        *,
        origins: Iterable[str] | None = None,
        quota: int | None = None,
        policy: Policy | None = None,
        retention_ms: int | Unchanged | None = UNCHANGED,
    ) -> Site:
        """Replaces a site's origins, its quota (bytes a day) or its policy; None leaves it.

        `retention_ms` None keeps sessions for ever. Raises UnknownSite, or WrongUse for a bad
        origin or a retention below `limits.RETENTION_MIN_MS`.
        """
        self.get(id)
        changes: dict[str, Any] = {}
        if origins is not None:
            changes["origins"] = list(_origins(origins))
        if quota is not None:
            changes["quota"] = quota
        if policy is not None:
            changes |= _policy_columns(policy)
        if not isinstance(retention_ms, Unchanged):
            changes["retention_ms"] = _retention(retention_ms)
        if changes:
            with self._database.writing() as connection:
                connection.execute(sites.update().where(sites.c.id == id).values(changes))
                detail = " ".join(f"{name}={value}" for name, value in changes.items())
                write_entry(connection, "cli", "site.set", id, detail)
        return self.get(id)

    def add_key(self, id: str, label: str = "") -> WriteKey:
        """One more write key for a site. Raises UnknownSite, or WrongUse for a bad label."""
        if len(label) > limits.LABEL_CHARS or not label.isprintable():
            raise WrongUse(
                f"A label has at most {limits.LABEL_CHARS} characters, none of them invisible.",
                "Give a short one, such as --label 'new shop'.",
            )
        self.get(id)
        key = _new_key(id, label, int(time.time() * 1000))
        with self._database.writing() as connection:
            connection.execute(write_keys.insert(), asdict(key))
            write_entry(connection, "cli", "key.add", id, key.key)
        return key

    def revoke_key(self, key: str) -> WriteKey:
        """From now on nothing is taken that comes with `key`. Can be repeated.

        Raises WrongUse if no site has it.
        """
        one = write_keys.c.key == key
        with self._database.writing() as connection:
            found = connection.execute(write_keys.select().where(one)).first()
            if found is None:
                raise WrongUse(
                    f"{key[:80]!r} is no write key.",
                    "List a site's keys with: heatwright sites keys list NAME",
                )
            if found.revoked_at is None:
                now = int(time.time() * 1000)
                connection.execute(write_keys.update().where(one).values(revoked_at=now))
                write_entry(connection, "cli", "key.revoke", found.site_id, key)
            return _key(connection.execute(write_keys.select().where(one)).one())

    def get(self, id: str) -> Site:
        """The site called `id`. Raises UnknownSite."""
        site = self._one(sites.c.id == id)
        if site is None:
            raise UnknownSite(
                f"There is no site {id[:80]!r}.", "List the sites with: heatwright sites list"
            )
        return site

    def by_origin(self, origin: str) -> Site | None:
        """The site with this origin, the first registered of several. Raises WrongUse."""
        wanted = normalise_origin(origin)
        return next((site for site in self.list() if wanted in site.origins), None)

    def list(self) -> list[Site]:
        """All sites in the order in which they were registered."""
        return _read(self._database, sa.true())

    def _one(self, condition: sa.ColumnElement[bool]) -> Site | None:
        return next(iter(_read(self._database, condition)), None)


def _read(database: Database, condition: sa.ColumnElement[bool]) -> list[Site]:
    query = sites.select().where(condition).order_by(sites.c.created_at, sites.c.id)
    order = write_keys.c.created_at, write_keys.c.key
    keys: defaultdict[str, list[WriteKey]] = defaultdict(list)
    with database.reading() as connection:
        for row in connection.execute(write_keys.select().order_by(*order)):
            keys[row.site_id].append(_key(row))
        return [_site(row, keys[row.id]) for row in connection.execute(query)]


def _new_key(site: str, label: str, now: int) -> WriteKey:
    return WriteKey(secrets.token_urlsafe(_KEY_BYTES), site, label, now)


def _origins(origins: Iterable[str]) -> tuple[str, ...]:
    normal = tuple(dict.fromkeys(normalise_origin(origin) for origin in origins))
    if not normal:
        raise WrongUse(
            "A site needs at least one origin.", "Add for example: --origin https://shop.example"
        )
    return normal


def _site(row: sa.Row[Any], keys: Iterable[WriteKey]) -> Site:
    return Site(
        row.id,
        tuple(row.origins),
        tuple(keys),
        row.consent,
        row.allow_private,
        row.created_at,
        row.quota,
        Policy(row.mask, tuple(row.keep_query), row.keep_fragment),
        row.retention_ms,
    )


def _retention(length: int | None) -> int | None:
    if length is not None and not limits.RETENTION_MIN_MS <= length <= _RETENTION_MAX_MS:
        raise WrongUse(
            "Sessions are kept for a day at least, and for a hundred years at most.",
            "Say for example --retention 90d, or --retention forever.",
        )
    return length


def _policy_columns(policy: Policy) -> dict[str, Any]:
    return {
        "mask": policy.mask,
        "keep_query": list(policy.keep_query),
        "keep_fragment": policy.keep_fragment,
    }


def _key(row: sa.Row[Any]) -> WriteKey:
    return WriteKey(row.key, row.site_id, row.label, row.created_at, row.revoked_at)
