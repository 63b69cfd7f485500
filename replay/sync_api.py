"""The same as `replay`'s Theatre and its moments, for programs without an event loop.

The loop, and with it the browser, run in a thread of their own: so this works
in a notebook, too, which has a loop already.

Example::

    from recorder.store import Store
    from replay.sync_api import Theatre

    with Store.open() as store, Theatre(store) as theatre:
        moment = theatre.moment("latest", at=12.5)
        png = moment.screenshot(width=390)
        boxes = moment.boxes(width=390)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from recorder.store import Store
from replay import staged, theatre
from replay.fidelity import Fidelity
from replay.moments import Moment
from replay.staged import Boxes
from replay.standalone import Standalone

__all__ = ["StagedMoment", "Theatre"]

T = TypeVar("T")


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns, or raises; an interrupt ends it as well."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Theatre:
    """As `replay.Theatre`, used in `with`. Not for several threads at a time."""

    def __init__(self, store: Store) -> None:
        self._theatre = theatre.Theatre(store)
        self._loop: _Loop | None = None

    def __enter__(self) -> Self:
        self._loop = _Loop()
        try:
            self._loop.run(self._theatre.__aenter__())
        except BaseException:
            self._loop.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, self._loop = self._running(), None
        try:
            loop.run(self._theatre.__aexit__(kind, error, trace))
        finally:
            loop.close()

    def moment(
        self, session: str, at: float | str = "end", *, page_view: int | None = None
    ) -> StagedMoment:
        """As `replay.Theatre.moment`."""
        loop = self._running()
        found = loop.run(self._theatre.moment(session, at, page_view=page_view))
        return StagedMoment(loop, found)

    def _running(self) -> _Loop:
        if self._loop is None:
            raise RuntimeError("a Theatre is used with `with`")
        return self._loop


class StagedMoment:
    """As `replay.StagedMoment`."""

    def __init__(self, loop: _Loop, moment: staged.StagedMoment) -> None:
        self._loop = loop
        self._staged = moment

    @property
    def moment(self) -> Moment:
        """As `replay.StagedMoment.moment`."""
        return self._staged.moment

    @property
    def url(self) -> str:
        """As `replay.StagedMoment.url`."""
        return self._staged.url

    @property
    def time(self) -> float:
        """As `replay.StagedMoment.time`."""
        return self._staged.time

    def screenshot(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> bytes:
        """As `replay.StagedMoment.screenshot`."""
        return self._loop.run(
            self._staged.screenshot(width=width, device=device, full_page=full_page)
        )

    def boxes(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> Boxes:
        """As `replay.StagedMoment.boxes`."""
        return self._loop.run(self._staged.boxes(width=width, device=device, full_page=full_page))

    def fidelity(
        self, *, width: int | None = None, device: str | None = None, full_page: bool = True
    ) -> Fidelity:
        """As `replay.StagedMoment.fidelity`."""
        return self._loop.run(
            self._staged.fidelity(width=width, device=device, full_page=full_page)
        )

    def html(self, *, width: int | None = None, device: str | None = None) -> Standalone:
        """As `replay.StagedMoment.html`."""
        return self._loop.run(self._staged.html(width=width, device=device))

    def nearest(
        self, *, width: int | None = None, device: str | None = None
    ) -> StagedMoment | None:
        """As `replay.StagedMoment.nearest`."""
        found = self._loop.run(self._staged.nearest(width=width, device=device))
        return StagedMoment(self._loop, found) if found else None
