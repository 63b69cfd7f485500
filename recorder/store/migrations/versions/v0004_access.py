"""Several write keys for a site, tokens, the audit trail, quotas and quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; a site's one write key becomes the first of several."""
    op.create_table(
        "write_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_write_keys_site_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_write_keys")),
    )
    op.create_index("ix_write_keys_site_id", "write_keys", ["site_id"])
    op.execute(
        "INSERT INTO write_keys (key, site_id, label, created_at) "
        "SELECT write_key, id, 'first', created_at FROM sites"
    )
    with op.batch_alter_table("sites") as sites:
        sites.drop_constraint(op.f("uq_sites_write_key"), type_="unique")
        sites.drop_column("write_key")
        sites.add_column(sa.Column("quota", sa.BigInteger(), nullable=True))
    op.create_table(
        "usage",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_usage_site_id")),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_usage")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tokens_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "quarantine",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_quarantine_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "sequence", "reason", name=op.f("pk_quarantine")),
    )
    _count_what_is_there()


def _count_what_is_there() -> None:
    """Sizes were not kept so far: what older batches took counts as nothing."""
    for table, name, kind in (
        ("documents", "size", sa.BigInteger()),
        ("sessions", "size", sa.BigInteger()),
        ("sessions", "document_count", sa.Integer()),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default="0"))
    op.execute(
        "UPDATE sessions SET document_count = "
        "(SELECT count(*) FROM documents WHERE documents.session_id = sessions.id)"
    )


def downgrade() -> None:
    """Drop the tables; of a site's write keys one is kept."""
    op.drop_column("sessions", "document_count")
    op.drop_column("sessions", "size")
    op.drop_column("documents", "size")
    op.drop_table("quarantine")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("tokens")
    op.drop_table("usage")
    with op.batch_alter_table("sites") as sites:
        sites.drop_column("quota")
        sites.add_column(sa.Column("write_key", sa.Text(), nullable=True))
    op.execute(
        "UPDATE sites SET write_key = (SELECT min(key) FROM write_keys "
        "WHERE write_keys.site_id = sites.id)"
    )
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("write_key", nullable=False)
        sites.create_unique_constraint(op.f("uq_sites_write_key"), ["write_key"])
    op.drop_index("ix_write_keys_site_id", table_name="write_keys")
    op.drop_table("write_keys")
