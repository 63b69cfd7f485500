"""`store.sites`: registering and finding sites."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from recorder.errors import UnknownSite, WrongUse
from recorder.masking import Policy
from recorder.sites import Consent, Site, is_private_origin, normalise_origin, site_id
from recorder.store.engine import Database
from recorder.store.tables import sites

__all__ = ["SiteBook"]

_KEY_BYTES = 24  # of randomness in a write key: public, but not to be guessed


class SiteBook:
    """The sites of a store."""

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
        site = Site(
            site_id(id),
            normal,
            secrets.token_urlsafe(_KEY_BYTES),
            consent,
            allow_private,
            int(time.time() * 1000),
            policy or Policy(),
        )
        try:
            with self._database.writing() as connection:
                connection.execute(
                    sites.insert(),
                    {
                        "id": site.id,
                        "origins": list(site.origins),
                        "write_key": site.write_key,
                        "consent": site.consent,
                        "allow_private": site.allow_private,
                        "created_at": site.created_at,
                        **_policy_columns(site.policy),
                    },
                )
        except sa.exc.IntegrityError as error:
            raise WrongUse(
                f"There already is a site {id!r}.", "List the sites with: heatwright sites list"
            ) from error
        return site

    def set(self, id: str, policy: Policy) -> Site:
        """Gives a registered site another policy, from now on. Raises UnknownSite."""
        with self._database.writing() as connection:
            connection.execute(
                sites.update().where(sites.c.id == id).values(**_policy_columns(policy))
            )
        return self.get(id)

    def get(self, id: str) -> Site:
        """The site called `id`. Raises UnknownSite."""
        site = self._one(sites.c.id == id)
        if site is None:
            raise UnknownSite(
                f"There is no site {id[:80]!r}.", "List the sites with: heatwright sites list"
            )
        return site

    def by_key(self, write_key: str) -> Site | None:
        """The site that `write_key` writes to, if there is one."""
        return self._one(sites.c.write_key == write_key)

    def by_origin(self, origin: str) -> Site | None:
        """The site with this origin, the first registered of several. Raises WrongUse."""
        wanted = normalise_origin(origin)
        return next((site for site in self.list() if wanted in site.origins), None)

    def list(self) -> list[Site]:
        """All sites in the order in which they were registered."""
        query = sites.select().order_by(sites.c.created_at, sites.c.id)
        with self._database.reading() as connection:
            return [_site(row) for row in connection.execute(query)]

    def _one(self, condition: sa.ColumnElement[bool]) -> Site | None:
        with self._database.reading() as connection:
            row = connection.execute(sites.select().where(condition)).first()
        return None if row is None else _site(row)


def _origins(origins: Iterable[str]) -> tuple[str, ...]:
    normal = tuple(dict.fromkeys(normalise_origin(origin) for origin in origins))
    if not normal:
        raise WrongUse(
            "A site needs at least one origin.", "Add for example: --origin https://shop.example"
        )
    return normal


def _site(row: sa.Row[Any]) -> Site:
    return Site(
        row.id,
        tuple(row.origins),
        row.write_key,
        row.consent,
        row.allow_private,
        row.created_at,
        Policy(row.mask, tuple(row.keep_query), row.keep_fragment),
    )


def _policy_columns(policy: Policy) -> dict[str, Any]:
    return {
        "mask": policy.mask,
        "keep_query": list(policy.keep_query),
        "keep_fragment": policy.keep_fragment,
    }
