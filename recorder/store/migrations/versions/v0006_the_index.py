"""The index: what happened in which session, and what waits to be indexed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; every document that is there waits to be indexed."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column(
        "documents",
        sa.Column("pending", sa.Integer(), nullable=False, server_default=sa.text("1")),
    )
    op.create_index("ix_documents_pending", "documents", ["pending"])
    op.create_table(
        "indexed_sessions",
        sa.Column("number", number, nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("rage", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_indexed_sessions_session_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_indexed_sessions")),
        sa.UniqueConstraint("session_id", name=op.f("uq_indexed_sessions_session_id")),
    )
    op.create_index("ix_indexed_sessions_version", "indexed_sessions", ["version"])
    op.create_table(
        "indexed_documents",
        sa.Column("session_number", number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_number"],
            ["indexed_sessions.number"],
            name=op.f("fk_indexed_documents_session_number"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_indexed_documents_document_id")
        ),
        sa.PrimaryKeyConstraint("session_number", "place", name=op.f("pk_indexed_documents")),
    )
    op.create_table(
        "terms",
        sa.Column("id", number, nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("parent_id", number, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_terms_site_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["terms.id"], name=op.f("fk_terms_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("site_id", "digest", name=op.f("uq_terms_site_id_digest")),
    )
    op.create_index("ix_terms_kind", "terms", ["kind"])
    op.create_index("ix_terms_parent_id", "terms", ["parent_id"])
    op.create_table(
        "occurrences",
        sa.Column("term_id", number, nullable=False),
        sa.Column("session_number", number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document_place", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_occurrences_term_id")),
        sa.ForeignKeyConstraint(
            ["session_number"],
            ["indexed_sessions.number"],
            name=op.f("fk_occurrences_session_number"),
        ),
        sa.PrimaryKeyConstraint("term_id", "session_number", "place", name=op.f("pk_occurrences")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_occurrences_session_number", "occurrences", ["session_number"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("occurrences", "terms", "indexed_documents", "indexed_sessions"):
        op.drop_table(table)
    op.drop_index("ix_documents_pending", table_name="documents")
    op.drop_column("documents", "pending")
