"""Tombstones, retention of sites, and by whom assets came into the archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RETENTION_MS = 395 * 86_400_000
"""What a site has unless it says otherwise, when this was written."""


def upgrade() -> None:
    """Create the tables; sites of before keep sessions as long as new ones do."""
    op.create_table(
        "tombstones",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "asset_uses",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("url_digest", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_asset_uses_site_id")),
        sa.PrimaryKeyConstraint("site_id", "url_digest", "person", name=op.f("pk_asset_uses")),
    )
    op.create_index("ix_asset_uses_person", "asset_uses", ["person"])
    op.create_index("ix_audit_object", "audit", ["object"])
    op.create_index("ix_derived_key", "derived", ["key"])
    op.add_column("sites", sa.Column("retention_ms", sa.BigInteger(), nullable=True))
    sites = sa.table("sites", sa.column("retention_ms", sa.BigInteger))
    op.execute(sites.update().values(retention_ms=RETENTION_MS))
    # When batches of before came was not kept for sessions; their end is near enough.
    with op.batch_alter_table("sessions") as sessions:
        sessions.add_column(
            sa.Column("received_at", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute("UPDATE sessions SET received_at = ended_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("received_at", server_default=None)
    op.create_index("ix_sessions_site_id_received_at", "sessions", ["site_id", "received_at"])


def downgrade() -> None:
    """Refused: without tombstones late batches would bring back what was erased."""
    raise NotImplementedError("tombstones cannot be given up by a migration")
