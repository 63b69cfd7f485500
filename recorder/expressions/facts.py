"""What expressions ask of a session, read from the store only when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Self

from recorder.device_class import device_class
from recorder.store import DocumentRow, PageView, SessionRow, Store

__all__ = ["SessionFacts"]


class SessionFacts:
    """One session with its documents and page views, each read at most once.

    An expression that compares only what stands in the session's own row
    costs no query. Reading may raise StoreUnavailable.
    """

    def __init__(
        self,
        session: SessionRow,
        documents: Callable[[], Sequence[DocumentRow]],
        page_views: Callable[[], Sequence[PageView]],
    ) -> None:
        self.session = session
        self._read_documents = documents
        self._read_page_views = page_views

    @classmethod
    def of(cls, store: Store, session: SessionRow) -> Self:
        """The facts of `session`, to be read from `store` while it is open."""
        return cls(
            session,
            lambda: store.documents(session.id),
            lambda: store.page_views(session_id=session.id),
        )

    @cached_property
    def documents(self) -> Sequence[DocumentRow]:
        """Documents in the order in which they started."""
        return self._read_documents()

    @cached_property
    def page_views(self) -> Sequence[PageView]:
        """Page views in the order in which they started."""
        return self._read_page_views()

    @cached_property
    def device(self) -> str:
        """The name the recording gave the device, else its class, else empty.

        The class is that of the first document that tells one.
        """
        if self.session.device:
            return self.session.device
        classes = (device_class(document) for document in self.documents)
        return next((found for found in classes if found), "")

    @property
    def duration(self) -> float:
        """Seconds from the session's start to its end."""
        return (self.session.ended_at - self.session.started_at) / 1000
