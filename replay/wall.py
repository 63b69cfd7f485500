"""The wall around the stage: every request is answered from the archive or refused.

The browser itself is started without a network (`recorder.chromium.launch`
with `isolated=True`); this is the door for what the archive holds. Nothing
else can be reached, and what was asked for in vain is remembered by name.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Request, Route, WebSocketRoute

from recorder.errors import HeatwrightError
from recorder.store import Asset, Store

__all__ = ["CONTENT_SECURITY_POLICY", "Wall", "stage_url"]

CONTENT_SECURITY_POLICY = "; ".join(
    f"{directive} 'none'"
    for directive in (
        "script-src",
        "object-src",
        "worker-src",
        "frame-src",
        "form-action",
        "manifest-src",
        "connect-src",
    )
)
"""Forbids everything a recorded page could start. JavaScript stays enabled in the
browser's settings: switching it off changes layout (canvas, custom elements)."""

EMPTY_PAGE = "<!DOCTYPE html>"
"""The stage writes the recorded doctype into it before it builds anything."""

QUIET_S = 0.03
"""No request for this long (seconds) means that the page has asked for all it wants: a request
reaches the wall within a few milliseconds of the layout that needs it."""

QUIET_DEADLINE_S = 10.0
"""After this long (seconds) the page is taken as it is."""

NOWHERE = "http://recording.invalid/"
"""Stage address for a recording whose own is no web address (RFC 6761 reserves `.invalid`)."""


def stage_url(recorded: str) -> str:
    """The recorded page's URL if it is http(s) and names a host, else a harmless stand-in."""
    try:
        parts = urlsplit(recorded)
    except ValueError:
        return NOWHERE
    return recorded if parts.scheme in ("http", "https") and parts.hostname else NOWHERE


@dataclass
class Wall:
    """Request handler of one stage; `show` is called before each new document."""

    store: Store
    site: str = ""
    at: int | None = None
    release: str | None = None
    missing: dict[str, str] = field(default_factory=dict)
    """URL → resource type of what the archive could not give."""

    _document_open: bool = False
    _under_way: int = 0
    _last_answer: float = 0.0
    _trouble: HeatwrightError | None = None

    async def guard(self, context: BrowserContext) -> None:
        """Puts the wall around every page of `context`."""
        await context.route("**/*", self._answer)
        await context.route_web_socket("**/*", _refuse_socket)

    def show(self, site: str, at: int, release: str | None = None) -> None:
        """The next navigation gets an empty page; assets: of `release`, else of `at` (epoch ms)."""
        self.site, self.at, self.release = site, at, release
        self.missing = {}
        self._trouble = None
        self._document_open = True

    async def quiet(self) -> None:
        """Waits until nothing has been asked for a while.

        Raises StoreUnavailable if the archive could not be read since `show`.
        """
        deadline = monotonic() + QUIET_DEADLINE_S
        self._last_answer = monotonic()
        while monotonic() < deadline:
            if self._trouble:
                raise self._trouble
            if not self._under_way and monotonic() - self._last_answer >= QUIET_S:
                return
            await asyncio.sleep(QUIET_S / 3)
        self.missing["(still loading)"] = "unknown"

    async def _answer(self, route: Route, request: Request) -> None:
        self._under_way += 1
        try:
            await self._decide(route, request)
        except Error:
            # The stage moved on to its next document while this request was under way.
            self.missing[request.url] = "cancelled"
        finally:
            self._under_way -= 1
            self._last_answer = monotonic()

    async def _decide(self, route: Route, request: Request) -> None:
        if request.is_navigation_request():
            await self._answer_navigation(route, request)
            return
        asset = self._archived(request.url)
        if asset is None or asset.body is None:
            self.missing[request.url] = request.resource_type
            await route.abort("blockedbyclient")
            return
        headers = {
            "Content-Type": asset.media_type or "application/octet-stream",
            # Fonts, and images drawn on a canvas, are asked for across origins.
            "Access-Control-Allow-Origin": "*",
            "X-Content-Type-Options": "nosniff",
        }
        await route.fulfill(status=200, headers=headers, body=asset.body)

    def look_up(self, url: str) -> Asset | None:
        """What the archive has of the page that is shown. Raises StoreUnavailable."""
        return self.store.asset(self.site, url, self.at, self.release)

    def _archived(self, url: str) -> Asset | None:
        """What the archive has. If it cannot be read, `quiet` raises that: nobody waits here."""
        try:
            return self.look_up(url)
        except HeatwrightError as trouble:
            self._trouble = trouble
            return None

    async def _answer_navigation(self, route: Route, request: Request) -> None:
        """Only the one navigation that was announced; any other is refused."""
        if not self._document_open or request.frame.parent_frame is not None:
            self.missing[request.url] = "navigation"
            await route.abort("blockedbyclient")
            return
        self._document_open = False
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Referrer-Policy": "no-referrer",
        }
        await route.fulfill(status=200, headers=headers, body=EMPTY_PAGE)


async def _refuse_socket(socket: WebSocketRoute) -> None:
    await socket.close()
