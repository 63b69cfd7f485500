"""From a file to the store: judged like what comes over the wire, but for its age."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from recorder import limits
from recorder.batches import (
    Batch,
    BatchConflict,
    RefusedBatch,
    judge_label,
    judge_traits,
)
from recorder.drive import site_for
from recorder.errors import WrongUse
from recorder.events import Event, EventType, encode_events
from recorder.importing.reading import RefusedFile, Stream, read_streams
from recorder.importing.splitting import Load, split_loads
from recorder.judging import judge_event
from recorder.masking import Level, Policy, mask_events, mask_page
from recorder.refusals import EventRefusal
from recorder.sites import Site, origin_of
from recorder.store import Accepted, Store

__all__ = ["About", "Taken", "take_file"]

_BATCH_EVENTS: Final = 5_000
_BATCH_BYTES: Final = 8 * 1024 * 1024
_ID_DIGITS: Final = 24  # 96 bits: no two recordings share them by chance
_META_HINT: Final = b'"href"'

NO_WEB_ADDRESS: Final = "http://imported.invalid/"
"""Where pages are said to be that were recorded without a web address, such as `file:` URLs.

`.invalid` is nobody's (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class About:
    """What the files do not say: of which site, visitor, traits, variant and release they are.

    `site` None: the one with the recorded page's origin, registered if it is
    new. `visitor` None: each file is somebody else's. `mask` None: as the site
    has it; `none` keeps everything as it was recorded.
    """

    site: Site | None = None
    visitor: str | None = None
    traits: dict[str, str] = field(default_factory=dict)
    variant: str | None = None
    release: str | None = None
    mask: Level | Literal["none"] | None = None

    def __post_init__(self) -> None:
        """Raises WrongUse for what no recording may say of itself."""
        if self.visitor is not None and not re.fullmatch(limits.ID_PATTERN, self.visitor):
            raise WrongUse(
                f"{self.visitor[:80]!r} cannot be a visitor's id.",
                "Use letters, digits, _ and -, at most 70 of them.",
            )
        try:
            judge_traits({**self.traits})
            judge_label(self.variant, "variant")
            judge_label(self.release, "release")
        except RefusedBatch as refusal:
            raise WrongUse(refusal.message) from refusal


@dataclass(slots=True)
class Taken:
    """What became of one file: `session` is new unless `known`; counts are of what was new.

    `refused` counts events that were left out, by reason, `masked` what had to
    be masked; `remarks` are sentences.
    """

    file: Path
    session: str = ""
    known: bool = True
    documents: int = 0
    events: int = 0
    masked: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)


def take_file(store: Store, file: Path, about: About) -> Taken:
    """Stores the recording in `file` as one session, with a tab for each of its windows.

    The session's id is made of its events, so that a second import of the same
    recording, whatever its wrapping, adds nothing. Raises RefusedFile for what
    cannot be taken, OSError for what cannot be read, and what the store raises.
    """
    taken = Taken(file)
    streams = read_streams(file.read_bytes(), taken.refused)
    loads = [
        (tab, load)
        for tab, stream in enumerate(streams.values())
        for load in split_loads(_judged(stream, taken))
    ]
    complete = [(tab, load) for tab, load in loads if load.url and load.has_snapshot]
    if not complete:
        raise RefusedFile("it has no full snapshot of a page, so there is nothing to show.")
    if left := len(loads) - len(complete):
        taken.remarks.append(f"{left} of its documents have no full snapshot and were left out")
    taken.session = _session_id(load for _, load in complete)
    site = about.site or site_for(store, complete[0][1].url)
    for ordinal, (tab, load) in enumerate(complete):
        _mask(load, site, about, taken)
        _store(store, _batches(load, site, about, f"{taken.session}-{tab}-{ordinal}"), taken)
    return taken


def _judged(stream: Stream, taken: Taken) -> list[Event]:
    """The sound events by time."""
    latest = int(time.time() * 1000) + limits.CLOCK_AHEAD_MS
    kept: list[Event] = []
    for found in stream.events:
        try:
            # Without white space, so that a recording is the same however it is printed.
            raw = _with_web_address(msgspec.Raw(msgspec.json.format(found, indent=-1)), taken)
            at = msgspec.json.decode(raw, type=Event).timestamp
        except (msgspec.MsgspecError, UnicodeDecodeError):
            taken.refused[EventRefusal.MALFORMED.value] += 1
            continue
        if not 0 < at <= latest:
            taken.refused[EventRefusal.CLOCK.value] += 1
            continue
        # Its own time is the clock it is judged by: a recording may be years old.
        judged = judge_event(raw, int(at))
        if isinstance(judged, Event):
            kept.append(judged)
        else:
            taken.refused[judged.value] += 1
    kept.sort(key=lambda event: event.timestamp)
    return kept


def _with_web_address(raw: msgspec.Raw, taken: Taken) -> msgspec.Raw:
    """`raw`, but a Meta event of a page that was no web page is at `NO_WEB_ADDRESS`."""
    if _META_HINT not in bytes(raw):
        return raw
    event: Any = msgspec.json.decode(raw)
    data = event.get("data")
    if event.get("type") != EventType.META or not isinstance(data, dict):
        return raw
    href = data.get("href")
    if not isinstance(href, str) or _is_web_address(href):
        return raw
    remark = f"a page without a web address is shown at {NO_WEB_ADDRESS}"
    if remark not in taken.remarks:
        taken.remarks.append(remark)
    return msgspec.Raw(msgspec.json.encode(event | {"data": data | {"href": NO_WEB_ADDRESS}}))


def _is_web_address(href: str) -> bool:
    try:
        origin_of(href)
    except WrongUse:
        return False
    return True


def _mask(load: Load, site: Site, about: About, taken: Taken) -> None:
    """Masks as the collector's wall does, but knows the whole document, and leaves parameters.

    What is fetched to draw the page is told by them: other recorders than ours
    leave them in, and the files are in the archive under those names.
    """
    level = about.mask or site.policy.mask
    if level == "none":
        return
    policy = Policy(mask=level, keep_query=("*",), keep_fragment="all")
    masked = mask_events(load.events, policy, load.url)
    load.events, load.url = masked.events, mask_page(load.url, policy)
    taken.masked += masked.count


def _session_id(loads: Iterable[Load]) -> str:
    digest = hashlib.sha256()
    for load in loads:
        digest.update(encode_events(load.events))
    return digest.hexdigest()[:_ID_DIGITS]


def _batches(load: Load, site: Site, about: About, document: str) -> Iterator[Batch]:
    """The document's batches, each within what one may hold."""
    session, tab, _ = document.split("-")
    for sequence, events in enumerate(_pieces(load.events)):
        yield Batch(
            key=site.write_key,
            visitor=about.visitor or session,
            session=session,
            document=document,
            tab=f"{session}-{tab}",
            sequence=sequence,
            url=load.url,
            started_at=int(load.events[0].timestamp),
            sent_at=int(events[-1].timestamp),
            traits=about.traits,
            variant=about.variant,
            release=about.release,
            events=events,
        )


def _pieces(events: list[Event]) -> Iterator[list[Event]]:
    piece: list[Event] = []
    size = 0
    for event in events:
        length = len(bytes(event.data))
        if piece and (len(piece) == _BATCH_EVENTS or size + length > _BATCH_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(event)
        size += length
    yield piece


def _store(store: Store, batches: Iterator[Batch], taken: Taken) -> None:
    for batch in batches:
        try:
            accepted = store.accept(batch, source="import")
        except BatchConflict as conflict:
            raise RefusedFile(
                f"session {batch.session} is in the store with other events: {conflict.message}"
            ) from conflict
        if accepted is Accepted.STORED:
            taken.known = False
            taken.documents += batch.sequence == 0
            taken.events += len(batch.events)
