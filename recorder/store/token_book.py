"""`store.tokens`: making, finding and revoking read tokens."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

import sqlalchemy as sa

from recorder import limits
from recorder.errors import UnknownSite, WrongUse
from recorder.store.audit_book import write_entry
from recorder.store.engine import Database
from recorder.store.tables import sites, tokens
from recorder.tokens import Scope, Token, digest_of, new_secret

__all__ = ["TokenBook"]

_ID_BYTES: Final = 4  # names a token in lists and in the audit trail; opens nothing
_USED_MS: Final = 60_000  # a use within a minute of the last is not written again
_LIST = "List them with: heatwright tokens list"


class TokenBook:
    """The read tokens of a store. Every change is in the audit trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, name: str, scope: Scope, site_id: str | None = None, expires_at: int | None = None
    ) -> tuple[Token, str]:
        """A new token, and its secret, which is given back only here.

        `expires_at` is epoch ms. Raises WrongUse for a bad name, UnknownSite.
        """
        if not 0 < len(name) <= limits.LABEL_CHARS or not name.isprintable():
            raise WrongUse(
                f"A token's name has 1 to {limits.LABEL_CHARS} characters, none of them invisible.",
                "Say who will use it, for example: heatwright tokens add dashboard --scope heat",
            )
        secret = new_secret()
        token = Token(
            f"t-{secrets.token_hex(_ID_BYTES)}",
            name,
            scope,
            site_id,
            int(time.time() * 1000),
            expires_at,
        )
        with self._database.writing() as connection:
            known = sa.select(sites.c.id).where(sites.c.id == site_id)
            if site_id is not None and connection.execute(known).first() is None:
                raise UnknownSite(
                    f"There is no site {site_id[:80]!r}.",
                    "List the sites with: heatwright sites list",
                )
            connection.execute(
                tokens.insert(),
                {
                    "id": token.id,
                    "digest": digest_of(secret),
                    "name": name,
                    "scope": scope.value,
                    "site_id": site_id,
                    "created_at": token.created_at,
                    "expires_at": expires_at,
                },
            )
            detail = f"{scope.value} of {site_id or 'all sites'}"
            write_entry(connection, "cli", "token.add", token.id, detail)
        return token, secret

    def list(self) -> list[Token]:
        """All tokens, revoked ones too, in the order in which they were made."""
        query = tokens.select().order_by(tokens.c.created_at, tokens.c.id)
        with self._database.reading() as connection:
            return [_token(row) for row in connection.execute(query)]

    def by_secret(self, secret: str) -> Token | None:
        """The token with this secret, if it is good now. Takes note of the use."""
        now = int(time.time() * 1000)
        same = tokens.c.digest == digest_of(secret)
        with self._database.reading() as connection:
            row = connection.execute(tokens.select().where(same)).first()
        if row is None or not (token := _token(row)).is_good(now):
            return None
        if now - (token.used_at or 0) >= _USED_MS:
            with self._database.writing() as connection:
                connection.execute(tokens.update().where(same).values(used_at=now))
        return token

    def revoke(self, id: str) -> Token:
        """From now on the token opens nothing. Can be repeated. Raises WrongUse for no id."""
        one = tokens.c.id == id
        with self._database.writing() as connection:
            row = connection.execute(tokens.select().where(one)).first()
            if row is None:
                raise WrongUse(f"There is no token {id[:80]!r}.", _LIST)
            if row.revoked_at is None:
                now = int(time.time() * 1000)
                connection.execute(tokens.update().where(one).values(revoked_at=now))
                write_entry(connection, "cli", "token.revoke", id)
            return _token(connection.execute(tokens.select().where(one)).one())


def _token(row: sa.Row[Any]) -> Token:
    return Token(
        row.id,
        row.name,
        Scope(row.scope),
        row.site_id,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )
