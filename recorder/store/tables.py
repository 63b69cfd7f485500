"""The tables. All times are epoch milliseconds; text never holds NUL.

The migrations in `migrations/` build exactly these; a test compares them.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = [
    "assets",
    "blobs",
    "chunks",
    "derived",
    "documents",
    "indexed_documents",
    "indexed_sessions",
    "metadata",
    "occurrences",
    "page_views",
    "sessions",
    "sites",
    "terms",
]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sites = sa.Table(
    "sites",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("origins", sa.JSON, nullable=False),
    sa.Column("write_key", sa.Text, nullable=False, unique=True),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("allow_private", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), nullable=False),
    sa.Column("visitor_id", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Column("device", sa.Text),
    sa.Column("traits", sa.JSON, nullable=False),
    sa.Column("variant", sa.Text),
    sa.Column("release", sa.Text),
    sa.Column("user_agent", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    # Time of the last event of the batch whose traits, variant, … these are:
    # the latest wins, in whatever order batches arrive.
    sa.Column("described_at", sa.BigInteger, nullable=False),
    sa.Index("ix_sessions_site_id_started_at", "site_id", "started_at"),
    sa.Index("ix_sessions_visitor_id", "visitor_id"),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("tab_id", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("environment", sa.JSON, nullable=False),
    # Where tab and url, viewport (which brings the url, too) and environment
    # came from: the earliest wins, in whatever order batches arrive.
    sa.Column("url_sequence", sa.Integer, nullable=False),
    sa.Column("viewport_at", sa.BigInteger),
    sa.Column("environment_at", sa.BigInteger),
    # Our clock minus the visitor's, estimated: the least of received minus sent.
    sa.Column("clock_offset_ms", sa.BigInteger),
    # Batches accepted that the index does not know yet.
    sa.Column("pending", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Index("ix_documents_session_id_started_at", "session_id", "started_at"),
    sa.Index("ix_documents_pending", "pending"),
)

page_views = sa.Table(
    "page_views",
    metadata,
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), primary_key=True),
    # Place of the Meta or route event: batch, and number in it. One millisecond
    # can hold two of them, so the time alone is no key.
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Index("ix_page_views_path", "path"),
)

chunks = sa.Table(
    "chunks",
    metadata,
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("event_count", sa.Integer, nullable=False),
    sa.Column("first_at", sa.BigInteger),
    sa.Column("last_at", sa.BigInteger),
    # By the visitor's clock, and by ours; none for a batch that came over no wire.
    sa.Column("sent_at", sa.BigInteger, nullable=False),
    sa.Column("received_at", sa.BigInteger),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)

assets = sa.Table(
    "assets",
    metadata,
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), primary_key=True),
    # SHA-256 of the URL: URLs are longer than what an index row may hold.
    sa.Column("url_digest", sa.LargeBinary, primary_key=True),
    sa.Column("captured_at", sa.BigInteger, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, sa.ForeignKey("blobs.digest")),
    sa.Column("reason", sa.Text, nullable=False),
)

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
)

derived = sa.Table(
    "derived",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("input_hash", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# The index, see `recorder.index`: derived from the tables above, and made again when its version
# rises. Sessions have numbers in it, for what happened in them is millions of rows.

_Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # which alone counts up by itself

indexed_sessions = sa.Table(
    "indexed_sessions",
    metadata,
    sa.Column("number", _Number, primary_key=True),
    sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.id"), nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("site_id", sa.Text, nullable=False),
    sa.Column("visitor_id", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    # Seconds.
    sa.Column("duration", sa.Double, nullable=False),
    # The device's name, else its class, else empty.
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("clicks", sa.Integer, nullable=False),
    sa.Column("errors", sa.Integer, nullable=False),
    sa.Column("rage", sa.Integer, nullable=False),
    sa.Column("gaps", sa.Integer, nullable=False),
    sa.Index("ix_indexed_sessions_version", "version"),
)

indexed_documents = sa.Table(
    "indexed_documents",
    metadata,
    sa.Column(
        "session_number", _Number, sa.ForeignKey("indexed_sessions.number"), primary_key=True
    ),
    # By start, from 0.
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), nullable=False),
)

# What can happen: a URL, a text on an element, a message. Each once a site, however often.
terms = sa.Table(
    "terms",
    metadata,
    sa.Column("id", _Number, primary_key=True),
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), nullable=False),
    # One of `recorder.index.kinds.TermKind`, which says what the other columns are.
    sa.Column("kind", sa.Text, nullable=False),
    # Of the kind, of all that follows, and of the parent's digest.
    sa.Column("digest", sa.LargeBinary, nullable=False),
    # The element that was pressed; of an element, the one around it.
    sa.Column("parent_id", _Number, sa.ForeignKey("terms.id")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("number", sa.Double),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.UniqueConstraint("site_id", "digest"),
    sa.Index("ix_terms_kind", "kind"),
    sa.Index("ix_terms_parent_id", "parent_id"),
)

# What happened, and when. Sorted by term, so that one answer lies together.
occurrences = sa.Table(
    "occurrences",
    metadata,
    sa.Column("term_id", _Number, sa.ForeignKey("terms.id"), primary_key=True),
    sa.Column(
        "session_number", _Number, sa.ForeignKey("indexed_sessions.number"), primary_key=True
    ),
    # Counts through the session.
    sa.Column("place", sa.Integer, primary_key=True),
    # Of `indexed_documents`.
    sa.Column("document_place", sa.Integer, nullable=False),
    # By the visitor's clock, as sessions are.
    sa.Column("at", sa.BigInteger, nullable=False),
    # How many times: errors that repeat are told once more, with their number.
    sa.Column("amount", sa.Integer, nullable=False),
    sa.Index("ix_occurrences_session_number", "session_number"),
    sqlite_with_rowid=False,
)
