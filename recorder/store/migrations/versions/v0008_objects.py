"""Bodies may lie outside of the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the columns that refer to them; no row is written anew."""
    op.create_table(
        "objects",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_objects")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "object_place",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("folder", name=op.f("pk_object_place")),
        sqlite_with_rowid=False,
    )
    for table in ("blobs", "blocks"):
        # Alembic would copy the whole table for the reference in SQLite, which can do without.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN object TEXT "
            f"CONSTRAINT fk_{table}_object REFERENCES objects (name)"
        )
        outside = sa.text("object IS NOT NULL")
        op.create_index(
            f"ix_{table}_object",
            table,
            ["object"],
            sqlite_where=outside,
            postgresql_where=outside,
        )


def downgrade() -> None:
    """Refused: bodies that lie outside would be lost."""
    raise NotImplementedError("what lies outside of the database cannot be given up by a migration")
