"""Finding visitors by the id that a site gave them with `heatwright.identify`.

It stands in events, and in no index, so all events are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from recorder.errors import BrokenRecording, WrongUse
from recorder.events import identities
from recorder.masking.patterns import mask_patterns
from recorder.store import SessionRow, Store

__all__ = ["Identified", "visitors_identified"]

USER_TRAIT: Final = "user"
"""The trait that the tag makes of it; a page may identify after the last of its batches had one."""


@dataclass(slots=True)
class Identified:
    """Visitors who identified so, as (site, visitor); documents that could not be read."""

    visitors: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def visitors_identified(
    store: Store,
    user: str,
    site_id: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Identified:
    """Who identified as `user`, in one site or in all; `progress` is told sessions, of how many.

    Reads every recording: tens of megabytes of JSON a second. Raises WrongUse for an id that
    nobody can be found by, because it is masked before it is stored.
    """
    if mask_patterns(user) != user:
        raise WrongUse(
            "This looks like an e-mail address, a card or a phone number: those are masked before "
            "anything is stored, so nobody can be found by one.",
            "Erase by the visitor's id: heatwright erase --visitor ID",
        )
    found = Identified()
    known: set[tuple[str, str]] = set()
    sessions = store.sessions(site_id)
    for done, session in enumerate(sessions, 1):
        who = session.site_id, session.visitor_id
        if who not in known and _says(store, session, user, found):
            known.add(who)
            found.visitors.append(who)
        progress(done, len(sessions))
    return found


def _says(store: Store, session: SessionRow, user: str, found: Identified) -> bool:
    """Whether a recording of the session says so; of what the tag sent the trait does, too."""
    if session.traits.get(USER_TRAIT) == user:
        return True
    for document in store.documents(session.id):
        try:
            if user in identities(store.events(document.id)):
                return True
        except BrokenRecording:
            found.unread.append(document.id)
    return False
