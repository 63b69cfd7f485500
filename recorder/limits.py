"""Every limit of what comes in from outside, in one place, with unit and reason.

A limit that is met is never silent: the collector answers with the refusal's
name, the asset archive counts an outcome.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ADDRESS_BURST",
    "ADDRESS_PER_SECOND",
    "API_EVENTS_AT_A_TIME",
    "API_PAGE_ROWS",
    "ASSET_BYTES",
    "ASSET_CONCURRENCY",
    "ASSET_DRAIN_SECONDS",
    "ASSET_FRESH_MS",
    "ASSET_JOB_SECONDS",
    "ASSET_QUEUE_BATCHES",
    "ASSET_QUEUE_BYTES",
    "ASSET_REDIRECTS",
    "ASSET_SECONDS",
    "ASSET_SITE_BYTES",
    "ASSET_URLS_PER_DOCUMENT",
    "AUDIT_MS",
    "BLOCK_BYTES",
    "BLOCK_SEEK_BYTES",
    "BODIES_BYTES",
    "BODY_SECONDS",
    "BUCKETS",
    "CLOCK_AHEAD_MS",
    "CLOCK_BEHIND_MS",
    "CLOSED_AFTER_MS",
    "COMPACT_PAUSE_SECONDS",
    "COMPACT_SLICE_BYTES",
    "CONNECTIONS",
    "CSS_DEPTH",
    "DICTIONARIES_PER_PAGE",
    "DICTIONARY_BYTES",
    "DICTIONARY_SAMPLES",
    "DICTIONARY_SAMPLES_BYTES",
    "DICTIONARY_SHELF_BYTES",
    "DOCUMENTS_PER_SESSION",
    "DOCUMENT_BYTES",
    "EVENTS_PER_BATCH",
    "GROUP_BATCHES",
    "GROUP_WAIT_SECONDS",
    "HEALTH_FRESH_SECONDS",
    "HEALTH_SECONDS",
    "ID_PATTERN",
    "IMPORT_BYTES",
    "INDEX_ATTRIBUTE_CHARS",
    "INDEX_CHAIN_ELEMENTS",
    "INDEX_EVERY_SECONDS",
    "INDEX_QUIET_MS",
    "INDEX_SESSIONS",
    "INDEX_TEXT_CHARS",
    "INDEX_TEXT_NODES",
    "INFLATED_BYTES",
    "KEEP_ALIVE_SECONDS",
    "LABEL_CHARS",
    "NESTING_LEVELS",
    "OBJECT_BYTES_MIN",
    "OBJECT_ORPHAN_SECONDS",
    "OBJECT_RETRIES",
    "OBJECT_SECONDS",
    "QUEUE_BATCHES",
    "QUEUE_BYTES",
    "REMOVE_BYTES",
    "REMOVE_SESSIONS",
    "REPACKS_PER_RUN",
    "RETENTION_MIN_MS",
    "RETENTION_MS",
    "RETENTION_PAUSE_SECONDS",
    "SENDER_BURST",
    "SENDER_PER_SECOND",
    "SEQUENCE_MAX",
    "SESSION_BURST",
    "SESSION_BYTES",
    "SESSION_MS",
    "SESSION_PER_SECOND",
    "SHUTDOWN_SECONDS",
    "SITES_REFRESH_SECONDS",
    "SITE_BYTES_PER_DAY",
    "STRING_BYTES",
    "TOKEN_GRACE_SECONDS",
    "TRAITS",
    "TRAIT_NAME_CHARS",
    "TRAIT_VALUE_CHARS",
    "URL_CHARS",
    "VALUES_PER_EVENT",
    "WALL_CANDIDATES",
    "WALL_LEVELS",
    "WALL_NAMES",
    "WALL_PARAMETERS",
    "WALL_QUOTES",
    "WALL_SHEETS",
    "WIRE_BYTES",
]

# What one batch may be.

WIRE_BYTES: Final = 10 * 1024 * 1024
"""Bytes of a request body as sent: 20 snapshots of 465 kB, the largest of six real pages."""

INFLATED_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a body once inflated: 16 snapshots of 1.93 MB, the largest of six real pages."""

EVENTS_PER_BATCH: Final = 20_000
"""Events. The tag seals a batch at 512 Ki characters: it is full long before this many."""

ID_PATTERN: Final = r"^[A-Za-z0-9_-]{1,70}$"
"""Visitor, session, document and tab ids: safe as file names, in URLs and in tables."""

SEQUENCE_MAX: Final = 1_000_000
"""Batches of one document: eleven days at one a second. It bounds the list of gaps."""

URL_CHARS: Final = 8_192
"""Characters of a page URL, what servers commonly accept in a request line."""

LABEL_CHARS: Final = 200
"""Characters of a variant, a release or a device name."""

TRAITS: Final = 32
"""Traits of one session: they are for segments, not for profiles."""

TRAIT_NAME_CHARS: Final = 64
"""Characters of a trait's name: it is typed in filters."""

TRAIT_VALUE_CHARS: Final = 256
"""Characters of a trait's value: it becomes a label in tables."""

NESTING_LEVELS: Final = 700
"""JSON levels inside one event: 350 nested elements. Python's decoder stops near 1000."""

STRING_BYTES: Final = 8 * 1024 * 1024
"""Bytes of one string in an event, as JSON: pages hold photographs of some MB as data: URLs, and
inlined style sheets of one MB. What is longer is no page's text, and each copy of it costs."""

VALUES_PER_EVENT: Final = 2_000_000
"""JSON values in one event: a snapshot of 200,000 elements. Decoded, each takes about 70 bytes, so
that 32 MB of `{},{},{}` would take 750 MB."""

CLOCK_AHEAD_MS: Final = 7 * 24 * 3_600_000
"""Milliseconds an event may lie in the future: a visitor's clock may be wrong by days."""

CLOCK_BEHIND_MS: Final = 90 * 24 * 3_600_000
"""Milliseconds an event may lie in the past: tabs stay open for weeks."""

IMPORT_BYTES: Final = 512 * 1024 * 1024
"""Bytes of one imported file once inflated: hours of a busy page; all of it is in memory."""

# What batches may add up to.

DOCUMENT_BYTES: Final = 256 * 1024 * 1024
"""Bytes of all batches of one document, inflated: the tag ends a recording at 64 Mi characters,
which have up to three bytes each; the envelopes come on top."""

SESSION_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Bytes of all batches of one session, inflated: a thousand page loads of 2 MB."""

DOCUMENTS_PER_SESSION: Final = 1_000
"""Documents of one session: a page load every half minute for eight hours."""

SESSION_MS: Final = 48 * 3_600_000
"""Milliseconds from a session's first event to its last: a day of use without a pause of half an
hour, and a clock that is set by a day meanwhile."""

SITE_BYTES_PER_DAY: Final = 20 * 1024 * 1024 * 1024
"""Bytes of a site's batches a day (UTC), compressed as they are stored: 100,000 page views of 200
kB. So one site cannot fill the disk over night; `heatwright sites set NAME --quota` changes it."""

# How fast they may come. Each limit is a bucket: so many at once, then so many a second.

ADDRESS_BURST: Final = 2_000
"""Requests at once from one address, judged before the body is read."""

ADDRESS_PER_SECOND: Final = 200.0
"""Requests a second from one address: an office of 400 people who all browse, as each of their tags
sends a batch every two seconds."""

SENDER_BURST: Final = 1_000
"""Batches at once from one address with one write key, so that a flood of one key does not keep
out what the same address sends with another."""

SENDER_PER_SECOND: Final = 100.0
"""Batches a second from one address with one write key: half of what the address may send."""

SESSION_BURST: Final = 300
"""Batches at once of one session: five tabs that had no network for two minutes."""

SESSION_PER_SECOND: Final = 10.0
"""Batches a second of one session: twenty tabs, each with a batch every two seconds."""

BUCKETS: Final = 50_000
"""Buckets of each kind in memory, of about 310 bytes; the least recently used make room. To be
forgotten is to be full again, so a flood of made-up ids gains nothing and costs 16 MB."""

# What the collector holds at a time.

BODIES_BYTES: Final = 128 * 1024 * 1024
"""Bytes of bodies that are arriving or wait to be inflated, of all connections together; beyond it
the collector answers 503. A thousand bodies of the largest size would take 10 GB."""

BODY_SECONDS: Final = 30.0
"""Seconds in which a body must have arrived: 10 MB at 3 Mbit/s."""

KEEP_ALIVE_SECONDS: Final = 15.0
"""Seconds an idle connection is kept: the tag sends every few seconds while it is used. Also the
time in which the first request's line and headers must have come."""

CONNECTIONS: Final = 2_000
"""Open connections; beyond it the oldest that are idle are closed. Each
costs about 5 kB, and a file."""

QUEUE_BATCHES: Final = 256
"""Batches that wait for the writer; beyond it the collector answers 503 and Retry-After."""

QUEUE_BYTES: Final = 256 * 1024 * 1024
"""Bytes of the inflated batches that wait for the writer; the same answer beyond it."""

GROUP_BATCHES: Final = 64
"""Batches in one transaction: one sync of the disk serves them all, none waits for long."""

GROUP_WAIT_SECONDS: Final = 0.02
"""What a group is given to grow after one of several batches: with small batches as fast as they
come, groups of 22 in place of 11, and a seventh less work each."""

SITES_REFRESH_SECONDS: Final = 5.0
"""Seconds until a change to a site's origins or keys is seen by a running collector."""

SHUTDOWN_SECONDS: Final = 4.0
"""Seconds that requests in flight have to end when the collector stops. With what is then still to
be written and `ASSET_DRAIN_SECONDS` it stops within the 10 s that container platforms grant."""

HEALTH_SECONDS: Final = 3.0
"""Seconds in which a write must have succeeded for the collector to be healthy: balancers ask
every five to ten."""

HEALTH_FRESH_SECONDS: Final = 2.0
"""Seconds for which an answer about health is good, so that nobody can make us write by asking."""

TOKEN_GRACE_SECONDS: Final = 300.0
"""Seconds for which a token that was good opens the metrics while the store does not answer."""

API_PAGE_ROWS: Final = 1_000
"""Sessions in one answer of the API: about half a megabyte."""

API_EVENTS_AT_A_TIME: Final = 2
"""Documents whose events are being read out at a time: each may hold `DOCUMENT_BYTES` in memory."""

# What the wall looks at (`recorder/masking/`).

WALL_PARAMETERS: Final = 50
"""Query parameters that a site names to be kept; whoever wants more keeps all."""

WALL_LEVELS: Final = 1_000
"""Levels of elements that are looked up: browsers' parsers stop at 512, forged pages circle."""

WALL_NAMES: Final = 20_000
"""Names of attributes, and questions about them, that are remembered: real pages have hundreds."""

WALL_SHEETS: Final = 10_000
"""Style sheets of all sites that are known by digest: 1 MB. Then they are learned again."""

WALL_CANDIDATES: Final = 5_000
"""Places in one text that look like a card or phone and are none; beyond it all of it is masked."""

WALL_QUOTES: Final = 100_000
"""Quotation marks in one style sheet: 10,000 icons of a font have 20,000. It is dropped beyond."""

# What the asset archive fetches.

ASSET_BYTES: Final = 20 * 1024 * 1024
"""Bytes of one asset: a large photograph or a CJK font."""

ASSET_SECONDS: Final = 20.0
"""Seconds one asset may take, redirects included."""

ASSET_SITE_BYTES: Final = 4 * 1024 * 1024 * 1024
"""Bytes of all that is archived for one site: years of deployments. Then fetching ends."""

ASSET_REDIRECTS: Final = 5
"""Redirects that are followed for one asset; each is judged like a first request."""

ASSET_CONCURRENCY: Final = 4
"""Assets fetched at a time: the fetched site also has visitors to serve."""

ASSET_QUEUE_BATCHES: Final = 1_000
"""Batches that wait to be searched for assets; what is dropped beyond it is counted."""

ASSET_QUEUE_BYTES: Final = 128 * 1024 * 1024
"""Bytes of the batches that wait to be searched; what is dropped beyond it is counted."""

ASSET_JOB_SECONDS: Final = 300.0
"""Seconds for the assets of one batch: a slow site must not hold up the others for ever."""

ASSET_URLS_PER_DOCUMENT: Final = 5_000
"""Asset URLs of one document: a forged recording must not turn us into a crawler."""

ASSET_DRAIN_SECONDS: Final = 3.0
"""Seconds that asset fetches have to finish when the collector stops."""

ASSET_FRESH_MS: Final = 3_600_000
"""Milliseconds after which a tagged page's asset is fetched again, to notice deployments."""

CSS_DEPTH: Final = 5
"""Levels of style sheets that import style sheets."""

# What the compactor does at a time.

CLOSED_AFTER_MS: Final = 45 * 60_000
"""Milliseconds without a batch after which a document is closed: the tag itself begins a new
session after 30 minutes, and retries what it could not send for some minutes more."""

COMPACT_PAUSE_SECONDS: Final = 60.0
"""Seconds between two rounds of the compactor beside a running collector."""

COMPACT_SLICE_BYTES: Final = 8 * 1024 * 1024
"""Bytes of stored batches that are read at a time, so that no reader stays for long."""

BLOCK_BYTES: Final = 8 * 1024 * 1024
"""Bytes of JSON at which a block is full: inflating one takes some 20 ms. One batch more may be
in it."""

BLOCK_SEEK_BYTES: Final = 1024 * 1024
"""Bytes of JSON from which a snapshot begins a new block, so that who seeks can begin there."""

DICTIONARY_BYTES: Final = 4 * 1024 * 1024
"""Bytes of one dictionary: twice the largest snapshot of six real pages."""

DICTIONARY_SAMPLES: Final = 64
"""Recordings that a dictionary is made of: what one in twenty has is found with three people."""

DICTIONARY_SAMPLES_BYTES: Final = 8 * 1024 * 1024
"""Bytes of those recordings together: finding what they share takes ten times that in memory."""

DICTIONARIES_PER_PAGE: Final = 4
"""Dictionaries of one page in use at a time: a site that is released daily must not keep one for
each day. Beyond it what uses the oldest is packed anew."""

DICTIONARY_SHELF_BYTES: Final = 32 * 1024 * 1024
"""Bytes of dictionaries kept in memory by an open store: those of a dozen pages."""

REPACKS_PER_RUN: Final = 200
"""Documents packed anew in one round because a dictionary has come: a minute's work at most."""

# What lies outside of the database.

OBJECT_BYTES_MIN: Final = 8 * 1024
"""Bytes below which a body stays in the database: one request to put it elsewhere costs as much as
the difference between room on a disk and room in a bucket for a year (at prices of 2026)."""

OBJECT_SECONDS: Final = 30.0
"""Seconds that one request to an object store may take, and those in which it is tried again."""

OBJECT_RETRIES: Final = 3
"""Times such a request is made again when the store answers with 5xx, or not at all."""

OBJECT_ORPHAN_SECONDS: Final = 3_600.0
"""Seconds after which an object that no row names is removed: by then whoever put it has written
the row, or has been killed."""

# What the index keeps.

INDEX_TEXT_CHARS: Final = 200
"""Characters of a control's text: what is written on a button has 20, on a card 150."""

INDEX_TEXT_NODES: Final = 2_000
"""Nodes below a control that are searched for its text: a card of a list has a hundred."""

INDEX_ATTRIBUTE_CHARS: Final = 300
"""Characters of one attribute of an element: long lists of classes have as many."""

INDEX_CHAIN_ELEMENTS: Final = 100
"""Elements around a press that are kept, the nearest: pages nest 10 to 40 deep."""

INDEX_QUIET_MS: Final = 60_000
"""Milliseconds without an event after which a session is indexed in the background; a question
indexes before it is answered whatever is not."""

INDEX_EVERY_SECONDS: Final = 15.0
"""Seconds between two looks for sessions that have become quiet."""

INDEX_SESSIONS: Final = 16
"""Sessions that are indexed in one transaction: others write in between."""

# What is erased, and when.

RETENTION_MS: Final = 395 * 86_400_000
"""Milliseconds for which a session is kept, counted from its last batch: thirteen months, so that a
month can be compared with the same one a year before. `heatwright sites set NAME --retention`
changes it."""

RETENTION_MIN_MS: Final = 86_400_000
"""Milliseconds below which no site's retention may be: what is going on is never erased."""

RETENTION_PAUSE_SECONDS: Final = 3_600.0
"""Seconds between two looks of a running collector for sessions that were kept long enough."""

AUDIT_MS: Final = 3 * 365 * 86_400_000
"""Milliseconds for which the audit trail is kept: three years, in which most claims that it could
settle expire (Germany's regular limitation, section 195 BGB). Retention removes what is older."""

REMOVE_SESSIONS: Final = 50
"""Sessions that are removed in one transaction: some tenths of a second, then others may write."""

REMOVE_BYTES: Final = 64 * 1024 * 1024
"""Bytes of JSON at which such a transaction takes no further session: large ones go one by one."""
