"""What a site has masked, for the server's wall; sites that are there get the tag's defaults."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("mask", sa.Text, "inputs"),
    ("keep_query", sa.JSON, "[]"),
    ("keep_fragment", sa.Text, "none"),
)


def upgrade() -> None:
    """Add the columns."""
    for name, kind, default in _COLUMNS:
        op.add_column("sites", sa.Column(name, kind(), nullable=False, server_default=default))


def downgrade() -> None:
    """Drop the columns."""
    for name, _, _ in reversed(_COLUMNS):
        op.drop_column("sites", name)
