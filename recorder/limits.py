"""Every limit of what comes in from outside, in one place, with unit and reason.

A limit that is met is never silent: the collector answers with the refusal's
name, the asset archive counts an outcome.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ASSET_BYTES",
    "ASSET_CONCURRENCY",
    "ASSET_DRAIN_SECONDS",
    "ASSET_FRESH_MS",
    "ASSET_JOB_SECONDS",
    "ASSET_QUEUE_BATCHES",
    "ASSET_QUEUE_BYTES",
    "ASSET_REDIRECTS",
    "ASSET_SECONDS",
    "ASSET_URLS_PER_DOCUMENT",
    "BODY_SECONDS",
    "CLOCK_AHEAD_MS",
    "CLOCK_BEHIND_MS",
    "CSS_DEPTH",
    "EVENTS_PER_BATCH",
    "GROUP_BATCHES",
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
    "QUEUE_BATCHES",
    "QUEUE_BYTES",
    "SEQUENCE_MAX",
    "SHUTDOWN_SECONDS",
    "SITES_REFRESH_SECONDS",
    "TRAITS",
    "TRAIT_NAME_CHARS",
    "TRAIT_VALUE_CHARS",
    "URL_CHARS",
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

CLOCK_AHEAD_MS: Final = 7 * 24 * 3_600_000
"""Milliseconds an event may lie in the future: a visitor's clock may be wrong by days."""

CLOCK_BEHIND_MS: Final = 90 * 24 * 3_600_000
"""Milliseconds an event may lie in the past: tabs stay open for weeks."""

IMPORT_BYTES: Final = 512 * 1024 * 1024
"""Bytes of one imported file once inflated: hours of a busy page; all of it is in memory."""

# What the collector holds at a time.

BODY_SECONDS: Final = 30.0
"""Seconds in which a body must have arrived: 10 MB at 3 Mbit/s."""

KEEP_ALIVE_SECONDS: Final = 15.0
"""Seconds an idle connection is kept: the tag sends every few seconds while it is used."""

QUEUE_BATCHES: Final = 256
"""Batches that wait for the writer; beyond it the collector answers 503 and Retry-After."""

QUEUE_BYTES: Final = 256 * 1024 * 1024
"""Bytes of the inflated batches that wait for the writer; the same answer beyond it."""

GROUP_BATCHES: Final = 64
"""Batches in one transaction: one sync of the disk serves them all, none waits for long."""

SITES_REFRESH_SECONDS: Final = 5.0
"""Seconds until a change to a site's origins or keys is seen by a running collector."""

SHUTDOWN_SECONDS: Final = 10.0
"""Seconds that requests in flight have to end when the collector stops."""

# What the asset archive fetches.

ASSET_BYTES: Final = 20 * 1024 * 1024
"""Bytes of one asset: a large photograph or a CJK font."""

ASSET_SECONDS: Final = 20.0
"""Seconds one asset may take, redirects included."""

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

ASSET_DRAIN_SECONDS: Final = 10.0
"""Seconds that asset fetches have to finish when the collector stops."""

ASSET_FRESH_MS: Final = 3_600_000
"""Milliseconds after which a tagged page's asset is fetched again, to notice deployments."""

CSS_DEPTH: Final = 5
"""Levels of style sheets that import style sheets."""

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
