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
    "BLOCK_BYTES",
    "BLOCK_SEEK_BYTES",
    "BODY_SECONDS",
    "CLOCK_AHEAD_MS",
    "CLOCK_BEHIND_MS",
    "CLOSED_AFTER_MS",
    "COMPACT_PAUSE_SECONDS",
    "COMPACT_SLICE_BYTES",
    "CSS_DEPTH",
    "DICTIONARIES_PER_PAGE",
    "DICTIONARY_BYTES",
    "DICTIONARY_SAMPLES",
    "DICTIONARY_SAMPLES_BYTES",
    "DICTIONARY_SHELF_BYTES",
    "EVENTS_PER_BATCH",
    "GROUP_BATCHES",
    "ID_PATTERN",
    "INFLATED_BYTES",
    "KEEP_ALIVE_SECONDS",
    "LABEL_CHARS",
    "NESTING_LEVELS",
    "QUEUE_BATCHES",
    "QUEUE_BYTES",
    "REPACKS_PER_RUN",
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
