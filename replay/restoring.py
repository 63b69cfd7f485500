"""Gives a stage's page what a visitor's browser had: scrollbars and looks."""

from __future__ import annotations

from playwright.async_api import CDPSession, Page

from replay.environment import Preferences

__all__ = ["Restorer"]


class Restorer:
    """Of one page; what is as it should be already is left alone."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self._page = page
        self._devtools = devtools
        self._now: Preferences | None = None
        self._scrollbars: bool | None = None

    async def restore(self, wanted: Preferences, *, overlaid: bool) -> None:
        """Holds from the next navigation on. With `overlaid` scrollbars take no room, whatever
        the visitor's did: on phones and tablets they never do."""
        scrollbars = wanted.scrollbar > 0 and not overlaid
        if scrollbars != self._scrollbars:
            hidden = {"hidden": not scrollbars}
            await self._devtools.send("Emulation.setScrollbarsHidden", hidden)
            self._scrollbars = scrollbars
        if wanted != self._now:
            await self._page.emulate_media(
                color_scheme="dark" if wanted.dark else "light",
                reduced_motion="reduce" if wanted.reduced_motion else "no-preference",
                forced_colors="active" if wanted.forced_colors else "none",
            )
            self._now = wanted

    async def after_full_page(self) -> None:
        """To be called after each picture of a full page: Chromium takes scrollbars away for it,
        and gives them back only to a window of another size."""
        size = self._page.viewport_size
        if self._scrollbars and size:
            await self._page.set_viewport_size({**size, "height": size["height"] + 1})
            await self._page.set_viewport_size(size)
