"""Alembic's entry: runs the migrations on the connection that `upgrading` handed over."""

from __future__ import annotations

from alembic import context

from recorder.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table in place; batch mode copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
