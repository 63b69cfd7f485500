"""The tables. All times are epoch milliseconds; text never holds NUL.

The migrations in `migrations/` build exactly these; a test compares them.
"""

from __future__ import annotations

import sqlalchemy as sa

from recorder.store.packed_json import PackedJson

__all__ = [
    "asset_uses",
    "assets",
    "audit",
    "blobs",
    "blocks",
    "chunks",
    "derived",
    "dictionaries",
    "documents",
    "indexed_documents",
    "indexed_sessions",
    "metadata",
    "object_place",
    "objects",
    "occurrences",
    "page_views",
    "quarantine",
    "sessions",
    "sites",
    "terms",
    "tokens",
    "tombstones",
    "usage",
    "write_keys",
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
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("allow_private", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    # Bytes a day; none: `limits.SITE_BYTES_PER_DAY`.
    sa.Column("quota", sa.BigInteger),
    # Milliseconds for which a session is kept; none: for ever.
    sa.Column("retention_ms", sa.BigInteger),
    # The wall's policy, as `recorder.masking.Policy`; defaults are the tag's.
    sa.Column("mask", sa.Text, nullable=False, server_default="inputs"),
    sa.Column("keep_query", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("keep_fragment", sa.Text, nullable=False, server_default="none"),
)

write_keys = sa.Table(
    "write_keys",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Index("ix_write_keys_site_id", "site_id"),
)

# What tags sent, of which site, on which day (UTC, days since 1970): what quotas are about.
usage = sa.Table(
    "usage",
    metadata,
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("batches", sa.BigInteger, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    # SHA-256 of the secret, which is kept nowhere.
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    # None: of all sites.
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id")),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
)

audit = sa.Table(
    "audit",
    metadata,
    # SQLite counts by itself only in an INTEGER.
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("ix_audit_at", "at"),
    sa.Index("ix_audit_object", "object"),
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
    # Of all its documents: how many, and the bytes of their batches (inflated).
    sa.Column("document_count", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    # When its last batch came, by our clock: what retention is counted from.
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Index("ix_sessions_site_id_started_at", "site_id", "started_at"),
    sa.Index("ix_sessions_site_id_received_at", "site_id", "received_at"),
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
    sa.Column("environment", PackedJson, nullable=False),
    # Where tab and url, viewport (which brings the url, too) and environment
    # came from: the earliest wins, in whatever order batches arrive.
    sa.Column("url_sequence", sa.Integer, nullable=False),
    sa.Column("viewport_at", sa.BigInteger),
    sa.Column("environment_at", sa.BigInteger),
    # Our clock minus the visitor's, estimated: the least of received minus sent.
    sa.Column("clock_offset_ms", sa.BigInteger),
    sa.Column("size", sa.BigInteger, nullable=False),
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

# Events that were left out of an accepted batch: how many and why, never what was in them.
quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("first_position", sa.Integer, nullable=False),
)

# What the recordings of at least three visitors have in common, see `packing.shared`. Blocks are
# packed against it; one that none needs any longer is removed.
dictionaries = sa.Table(
    "dictionaries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), nullable=False),
    # Page, or family of pages, that it was made for: see `packing.dictionaries.family`.
    sa.Column("page", sa.Text, nullable=False),
    # Version of the rule by which it was made, and of the form of the texts it was made of.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    # The dictionary of the site that `body` itself is packed against.
    sa.Column("base_id", sa.Integer, sa.ForeignKey("dictionaries.id")),
    # How many times smaller the recordings became that it was made of.
    sa.Column("ratio", sa.Float, nullable=False),
    # Whether blocks packed before it came may still wait to be packed anew.
    sa.Column("awaited", sa.Boolean, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_dictionaries_site_id_page", "site_id", "page"),
    # An id never comes again: what was read by it is kept in memory.
    sqlite_autoincrement=True,
)

_OUTSIDE = sa.text("object IS NOT NULL")

# Consecutive batches of a closed document, in place of its chunks. Small columns first: who
# reads them does not have to pass the large ones.
blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), primary_key=True),
    # Of the first batch in it.
    sa.Column("sequence", sa.Integer, primary_key=True),
    # Version of the form of `body`, see `packing.folding`.
    sa.Column("format", sa.Integer, nullable=False),
    sa.Column("dictionary_id", sa.Integer, sa.ForeignKey("dictionaries.id")),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("packed_at", sa.BigInteger, nullable=False),
    sa.Column("event_count", sa.Integer, nullable=False),
    # Bytes of the JSON that was accepted.
    sa.Column("size", sa.Integer, nullable=False),
    # Time of its earliest event: who seeks begins with the last block before.
    sa.Column("first_at", sa.BigInteger),
    # Names and digests of the batches, see `packing.ledger`.
    sa.Column("ledger", sa.LargeBinary, nullable=False),
    # Pointer samples, see `packing.pointers`.
    sa.Column("pointers", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    # Where the body is instead, if it is not here: then that is empty.
    sa.Column("object", sa.Text, sa.ForeignKey("objects.name")),
    sa.Index("ix_blocks_dictionary_id", "dictionary_id"),
    sa.Index("ix_blocks_object", "object", sqlite_where=_OUTSIDE, postgresql_where=_OUTSIDE),
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
    # Of a file that a build was pushed with; none for what was fetched.
    sa.Column("release", sa.Text),
)

# By whose recordings a URL came into the archive: at most two people. With the third it is the
# site's, whoever is erased, and one row without a person says so. What nobody's recording
# brought (pushed files) has no row.
asset_uses = sa.Table(
    "asset_uses",
    metadata,
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id"), primary_key=True),
    sa.Column("url_digest", sa.LargeBinary, primary_key=True),
    # The visitor, as `tombstones.digest_of` names him; empty: the site's.
    sa.Column("person", sa.LargeBinary, primary_key=True),
    sa.Index("ix_asset_uses_person", "person"),
)

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    # As of `blocks`.
    sa.Column("object", sa.Text, sa.ForeignKey("objects.name")),
    sa.Index("ix_blobs_object", "object", sqlite_where=_OUTSIDE, postgresql_where=_OUTSIDE),
)

# Bodies that lie outside of the database, see `store.outside`. What no row refers to any longer is
# to be removed there, and then here.
objects = sa.Table(
    "objects",
    metadata,
    # Random: it says nothing of what is in it, and never comes again.
    sa.Column("name", sa.Text, primary_key=True),
    # SHA-256 of its bytes.
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# One row, if bodies may lie outside: where, and in which folder there. Two stores at one URL
# have two folders.
object_place = sa.Table(
    "object_place",
    metadata,
    sa.Column("folder", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

derived = sa.Table(
    "derived",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    # The id of the document that it was made of: it is removed with it.
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("input_hash", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_derived_key", "key"),
)

# What was erased, by digest: batches that come late are refused by it.
tombstones = sa.Table(
    "tombstones",
    metadata,
    # SHA-256 of kind, site and id, see `tombstones.digest_of`.
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    # When no batch can come any more; none: never removed.
    sa.Column("expires_at", sa.BigInteger),
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
