"""Bringing a database to this version's schema, by Alembic, from the first table on."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from recorder.errors import StoreTooNew, StoreUnavailable
from recorder.store.engine import Database
from recorder.store.faults import foreign_database

__all__ = ["upgrade"]

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, *, migrate: bool) -> None:
    """Upgrades the schema if it is older and `migrate` allows it.

    Raises StoreTooNew for a revision this version does not know,
    StoreUnavailable for a foreign database, or an old one that must not be
    upgraded.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    with database.reading() as connection:
        if _judge(connection, scripts, database.name):
            return
    if not migrate:
        raise StoreUnavailable(
            f"The store {database.name} was written by an older Heatwright.",
            "Every command upgrades it when it opens it, for example: heatwright sessions",
        )
    with database.migrating() as connection:
        # Another process may have been quicker.
        if not _judge(connection, scripts, database.name):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _judge(connection: sa.Connection, scripts: ScriptDirectory, name: str) -> bool:
    """Whether the schema is current; raises for one that must not be touched."""
    present = set(MigrationContext.configure(connection).get_current_heads())
    if present == set(scripts.get_heads()):
        return True
    known = {script.revision for script in scripts.walk_revisions()}
    if present - known:
        raise StoreTooNew(
            f"The store {name} was written by a newer Heatwright.",
            "Upgrade with `pip install -U heatwright`, or name another store with --store.",
        )
    if not present and sa.inspect(connection).get_table_names():
        raise foreign_database(name)
    return False
