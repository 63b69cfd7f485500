"""Driving a browser to record: one session for each URL and device.

The tag runs as an init script in a real Chromium and hands its batches over
through a binding; they are checked and stored exactly as the collector does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Error, Page, Request

from recorder.assets.archive import complete
from recorder.assets.driven import Capture
from recorder.devices import Device
from recorder.errors import BrokenScript, RenderFailed, Unreachable, Unready, WrongUse
from recorder.handover import Handover
from recorder.sites import Site, origin_of, site_names
from recorder.store import Store
from recorder.visits import Visit, stay

__all__ = ["Driven", "Errand", "record_visit", "site_for"]

LOAD_TIMEOUT_MS = 30_000
"""A page that has not loaded by then (ms) is recorded as it is."""

QUIET_TIMEOUT_MS = 5_000
"""After load, this long (ms) for the network to fall silent: some pages never do."""

SAMPLING_MS = 600
"""rrweb gathers pointer moves for 500 ms; waiting a little longer lets the last ones out."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What to record: one URL on one device, by one visitor."""

    url: str
    device: Device
    visit: Visit = stay
    visitor: str = ""
    traits: Mapping[str, str] = field(default_factory=dict)
    variant: str | None = None
    release: str | None = None
    prepare: Callable[[BrowserContext], Awaitable[None]] | None = None
    """Called before the page is opened: cookies, a login, permissions."""


@dataclass(slots=True)
class Driven:
    """What came of an errand. `remarks` are sentences for the user."""

    session: str
    url: str
    device: str
    events: int = 0
    documents: list[str] = field(default_factory=list)
    assets: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    problem: BrokenScript | None = None


def site_for(store: Store, url: str) -> Site:
    """The site that owns `url`, registered on first use under its host's name.

    Raises WrongUse if `url` is not http(s).
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUse(f"{url!r} is not a web address.", "Give one that begins with http://.")
    origin = origin_of(url)
    known = store.sites.by_origin(origin)
    if known:
        return known
    taken = {site.id for site in store.sites.list()}
    names = site_names(origin)
    return store.sites.add(next((name for name in names if name not in taken), names[-1]), [origin])


async def record_visit(browser: Browser, store: Store, errand: Errand) -> Driven:
    """Carries out one errand; what was recorded is in the store when it returns.

    Raises Unreachable if the URL does not answer, RenderFailed if the browser
    fails, and what the store raises; what was stored until then stays. An
    error of the visit script ends the visit, keeps what was recorded, and is
    told in `Driven.problem`.
    """
    site = site_for(store, errand.url)
    driven = Driven(secrets.token_hex(12), errand.url, errand.device.label)
    try:
        async with _context(browser, errand.device) as context:
            await _record(context, store, site, errand, driven)
    except Error as error:
        raise RenderFailed(
            f"The browser failed while it recorded {errand.url} on {errand.device.label}: "
            f"{first_line(error).rstrip('.')}.",
            f"What was recorded until then is kept as session {driven.session}, if anything was.",
        ) from error
    if not driven.documents:
        driven.remarks.append("nothing was recorded: the page never finished parsing")
    return driven


@asynccontextmanager
async def _context(browser: Browser, device: Device) -> AsyncIterator[BrowserContext]:
    """A context of its own. What ends the block counts for more than a browser that is gone."""
    context = await browser.new_context(**device.context_options())
    try:
        yield context
    except BaseException:
        with contextlib.suppress(Error):
            await context.close()
        raise
    await context.close()


async def _record(
    context: BrowserContext, store: Store, site: Site, errand: Errand, driven: Driven
) -> None:
    traffic = _Traffic(context)
    visitor = errand.visitor or f"driven-{driven.session[:12]}"
    capture = Capture(store, site, visitor)
    context.on("response", capture.take)
    handover = Handover(store)
    await context.expose_binding("__heatwrightSend", handover.receive)
    await _install_tag(context, site, errand, visitor, driven.session)
    if errand.prepare:
        await errand.prepare(context)
    page = await context.new_page()
    await _open(page, errand.url, driven)
    await traffic.fall_silent()
    await _visit(page, errand, driven)
    await traffic.fall_silent()
    await _hand_over(context, driven)
    await handover.settle()
    _judge_browser(context)
    _account(handover, driven)
    await capture.drain()
    driven.assets = await complete(store, site, driven.documents, capture.fetcher(context))


def _judge_browser(context: BrowserContext) -> None:
    """Raises Playwright's Error if the browser has ended: then whatever failed is its fault."""
    if context.browser is None or not context.browser.is_connected():
        raise Error("it has ended")


def _account(handover: Handover, driven: Driven) -> None:
    """Takes over what the page handed over."""
    driven.events = handover.events
    driven.documents = handover.documents
    driven.remarks.extend(handover.remarks)
    if handover.refused:
        reasons = ", ".join(f"{count} × {name}" for name, count in handover.refused.most_common())
        driven.remarks.append(f"events were refused: {reasons}")


async def _install_tag(
    context: BrowserContext, site: Site, errand: Errand, visitor: str, session: str
) -> None:
    settings = {
        "visitor": visitor,
        "session": session,
        "device": errand.device.name,
        "key": site.write_key,
        "traits": dict(errand.traits),
        "variant": errand.variant,
        "release": errand.release,
    }
    script = f"window.__heatwrightDriven = {json.dumps(settings)};\n{_tag_script()}"
    await context.add_init_script(script)


def _tag_script() -> str:
    try:
        return files("recorder").joinpath("static/driven.js").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Unready(
            "The tag's JavaScript is not built.", "Run `make setup`, or install the package."
        ) from error


async def _open(page: Page, url: str, driven: Driven) -> None:
    try:
        response = await page.goto(url, wait_until="commit", timeout=LOAD_TIMEOUT_MS)
    except Error as error:
        _judge_browser(page.context)
        reason = error.message.splitlines()[0].removeprefix("Page.goto: ")
        raise Unreachable(
            f"{url} does not answer ({reason}).", "Is the site running, and the address right?"
        ) from error
    if response and response.status >= 400:
        driven.remarks.append(f"{url} answered with status {response.status}")
    try:
        await page.wait_for_load_state("load", timeout=LOAD_TIMEOUT_MS)
    except Error:
        driven.remarks.append(f"{url} did not finish loading in {LOAD_TIMEOUT_MS / 1000:.0f} s")


class _Traffic:
    """Requests of a context that are under way."""

    def __init__(self, context: BrowserContext) -> None:
        self._under_way: set[Request] = set()
        self._silent = asyncio.Event()
        self._silent.set()
        context.on("request", self._began)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)

    def _began(self, request: Request) -> None:
        self._under_way.add(request)
        self._silent.clear()

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)
        if not self._under_way:
            self._silent.set()

    async def fall_silent(self) -> None:
        """Waits until nothing is under way, but not for ever: some pages never rest."""
        await asyncio.sleep(SAMPLING_MS / 1000)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._silent.wait(), QUIET_TIMEOUT_MS / 1000)


async def _visit(page: Page, errand: Errand, driven: Driven) -> None:
    try:
        await errand.visit(page)
    except Exception as error:  # noqa: BLE001
        # A script is the user's code and may raise anything; what it did so far is kept.
        driven.problem = BrokenScript(
            f"The visit of {errand.url} on {errand.device.label} ended with "
            f"{type(error).__name__}: {first_line(error)}.",
            f"What was recorded until then is kept as session {driven.session}.",
        )
        driven.problem.__cause__ = error


def first_line(error: BaseException) -> str:
    """What `error` says, in one line."""
    return (str(error).strip() or "no message").splitlines()[0]


async def _hand_over(context: BrowserContext, driven: Driven) -> None:
    """Lets every open page send what it still holds."""
    for page in context.pages:
        try:
            # A page that is closed would still have a word to say, which nobody waits for.
            await page.evaluate("() => window.heatwright?.stop()")
        except Error as error:
            driven.remarks.append(f"the last events of {page.url} are lost: {error.message}")
