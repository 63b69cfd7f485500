"""A session as one stream of rrweb's events, which rrweb's own players play.

A player shows one page after the other. What one tab recorded is that: each
load begins with a Meta event and a full snapshot, which makes a player begin
anew. Tabs that were open side by side are not, so each is a stream of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from recorder.events import encode_events
from recorder.store import DocumentRow, Store

__all__ = ["Tab", "rrweb_json", "tabs_of"]


@dataclass(frozen=True, slots=True)
class Tab:
    """The documents of one tab of a session, by start."""

    id: str
    documents: tuple[DocumentRow, ...]


def tabs_of(store: Store, session_id: str) -> list[Tab]:
    """The session's tabs, the first opened first."""
    tabs: dict[str, list[DocumentRow]] = {}
    for document in store.documents(session_id):
        tabs.setdefault(document.tab_id, []).append(document)
    return [Tab(id, tuple(documents)) for id, documents in tabs.items()]


def rrweb_json(store: Store, tab: Tab) -> Iterator[bytes]:
    """The JSON array of the tab's events, in pieces of one document each.

    A document's events end where the next document of its tab begins: what a
    page says while it goes away would be taken for the next one's. Raises
    BrokenRecording for what cannot be read.
    """
    opening = b"["
    for place, document in enumerate(tab.documents):
        events = store.events(document.id)
        if place + 1 < len(tab.documents):
            end = tab.documents[place + 1].started_at
            events = [event for event in events if event.timestamp < end]
        if events:
            yield opening + encode_events(events)[1:-1]
            opening = b","
    yield b"]" if opening == b"," else b"[]"
