"""The theatre: one isolated browser with warm stages, one for each device."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from playwright.async_api import Browser, Playwright, async_playwright

from recorder.chromium import launch
from recorder.devices import Device, find_device
from recorder.store import Store
from replay.moments import At, Moment, find_moment, parse_time
from replay.stage import Stage

if TYPE_CHECKING:
    from replay.staged import StagedMoment

__all__ = ["STAGES_AT_ONCE", "Theatre"]

STAGES_AT_ONCE = 2
"""Stages that work at the same time: one waits for its page while the other lays out. More
would share the same processor cores, and each holds a page in memory."""

WARM_STAGES = 4
"""Stages kept for reuse: one for each of the usual devices. Each holds a page in memory."""


class Theatre:
    """Shows moments; hands out stages and keeps them warm.

    Example::

        async with Theatre(store) as theatre:
            moment = await theatre.moment("latest", at=12.5)
            png = await moment.screenshot(width=390)
            boxes = await moment.boxes(width=390)
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._stack = AsyncExitStack()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()
        self._registry: dict[str, dict[str, object]] = {}
        self._idle: list[Stage] = []

    async def __aenter__(self) -> Self:
        self._playwright = await self._stack.enter_async_context(async_playwright())
        self._registry = dict(self._playwright.devices)
        self._browser = await launch(self._playwright, isolated=True, scrollbars=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for stage in self._idle:
            await stage.close()
        self._idle.clear()
        if self._browser:
            await self._browser.close()
        await self._stack.aclose()

    def device(self, name: str) -> Device:
        """The device called `name`, Playwright's registry included. Raises UnknownDevice."""
        return find_device(name, self._registry)

    async def moment(
        self, session: str, at: float | str = "end", *, page_view: int | None = None
    ) -> StagedMoment:
        """A moment of `session` (an id, its beginning, or `latest`).

        `at`: seconds since the session's start, or as `--at` has it; with `page_view`
        since that one's start. Raises UnknownSession, WrongUse and BrokenRecording.
        """
        from replay.staged import StagedMoment

        time = At(float(at)) if isinstance(at, int | float) else parse_time(at)
        found = await asyncio.to_thread(find_moment, self.store, session, time, page_view=page_view)
        return StagedMoment(self, found)

    @asynccontextmanager
    async def stage(self, device: Device, moment: Moment | None = None) -> AsyncIterator[Stage]:
        """A stage for `device`, exclusively; warm if one is idle, and of those the one from which
        the least is left to `moment`, or else the one used last."""
        browser = await self._running()
        fitting = [stage for stage in reversed(self._idle) if stage.device == device]
        warm = min(fitting, key=lambda stage: _left(stage, moment), default=None)
        if warm:
            self._idle.remove(warm)
        stage = warm or await Stage.open(browser, device, self.store)
        try:
            yield stage
        finally:
            self._idle.append(stage)
            while self._idle and (self._idle[-1].broken or len(self._idle) > WARM_STAGES):
                await self._idle.pop(-1 if self._idle[-1].broken else 0).close()

    async def _running(self) -> Browser:
        """The browser; another one if it crashed."""
        if self._browser is None or self._playwright is None:
            raise RuntimeError("a Theatre is used with `async with`")
        async with self._starting:
            if not self._browser.is_connected():
                self._idle.clear()
                self._browser = await launch(self._playwright, isolated=True, scrollbars=True)
        return self._browser


def _left(stage: Stage, moment: Moment | None) -> float:
    left = None if moment is None else stage.ahead(moment)
    return math.inf if left is None else left
