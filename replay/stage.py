"""The stage: one warm Chromium page in which moments are rebuilt.

Without scripts, without network, at the recorded URL. The TypeScript beside
it (`replay/stage/`) does the work inside the page; this module brings data
there and back, and gives up at a deadline.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Any, Literal, TypeVar

import msgspec
from playwright.async_api import Browser, Error, Page

from recorder.devices import Device
from recorder.errors import BrokenRecording, RendererCrashed, RenderFailed, Unready, WrongUse
from recorder.events import Event, EventType, encode_events
from recorder.json_guard import mend_surrogates
from recorder.store import Asset, Store
from replay.fidelity import Fidelity
from replay.moments import Moment
from replay.restoring import Restorer
from replay.shooting import shoot
from replay.wall import Wall, stage_url

__all__ = ["DEADLINE_S", "Place", "Stage", "Veil"]

Veil = Callable[[Sequence[str]], Sequence[int]]
"""Chooses, of all texts on a page, by number, those that are not to be read."""

T = TypeVar("T")

DEADLINE_S = 60.0
"""One step on the stage (build, settle, shoot) may take this long: a 200,000-node page takes
about ten seconds on two slow cores, and a page that hangs must not hold up the others."""


class Place(msgspec.Struct, frozen=True):
    """A pointer on a stage: CSS px of the viewport, fractions of its element's border box."""

    x: float
    y: float
    u: float
    v: float


_AWAY = (-1, -1)
"""Where a mouse is over nothing."""

_STAGE = "window.__heatwrightStage"

_LEAVES_ALL = re.compile(rb'\{"source":\s?(?:1|6|11|12)[,}]')
"""Data of pointer moves, touch moves, logs and drags: the page stays as it is. They are four
fifths of a recording's bytes, and handing these over takes longer than applying the rest."""


def _changing(events: Sequence[Event]) -> list[Event]:
    """The events that may change the page."""
    return [
        event
        for event in events
        if event.type != EventType.INCREMENTAL or not _LEAVES_ALL.match(event.data)
    ]


def _script(name: str) -> str:
    try:
        return files("replay").joinpath("static", name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Unready(
            "The stage's JavaScript is not built.", "Run `make setup`, or install the package."
        ) from error


class Stage:
    """One page at one device. Not for concurrent use; `Theatre` hands it out."""

    def __init__(self, device: Device, page: Page, wall: Wall, restorer: Restorer) -> None:
        self.device = device
        self.broken = False
        self._context = page.context
        self._page = page
        self._wall = wall
        self._restorer = restorer
        self._script = _script("stage.js")
        self._moment: Moment | None = None
        self._standing: Moment | None = None
        """What all events were applied of, so that a later moment can go on from there."""
        self._left_out: list[str] = []
        self._hovered = False

    @classmethod
    async def open(cls, browser: Browser, device: Device, store: Store) -> Stage:
        """A stage in a context of its own. Raises RenderFailed if the browser is gone."""
        try:
            context = await browser.new_context(
                **device.context_options(), service_workers="block", accept_downloads=False
            )
            wall = Wall(store)
            await wall.guard(context)
            page = await context.new_page()
            restorer = Restorer(page, await context.new_cdp_session(page))
        except Error as error:
            raise RendererCrashed(
                f"The stage could not be opened: {_first_line(error.message)}."
            ) from error
        return cls(device, page, wall, restorer)

    async def close(self) -> None:
        """Closes the page and its context; a crashed one is closed by the browser already."""
        try:
            await asyncio.wait_for(self._context.close(), DEADLINE_S)
        except (Error, TimeoutError):
            self.broken = True

    def ahead(self, moment: Moment) -> int | None:
        """How many events are left to `moment` from where the stage stands; None: it does not
        lie ahead, and must be built anew."""
        standing = self._standing
        if self.broken or standing is None or standing.document.id != moment.document.id:
            return None
        if standing.preferences != moment.preferences:
            return None
        done = len(standing.events)
        return len(moment.events) - done if moment.events[:done] == standing.events else None

    def forget(self) -> None:
        """The next moment is built anew, whatever was shown before."""
        self._standing = None

    async def build(self, moment: Moment, *, apply: bool = True) -> None:
        """Rebuilds `moment`; with `apply=False` events are handed over but only the snapshot is
        applied, so that `anchors` can follow the rest.

        Goes on from where the stage stands if that is an earlier moment of the document: the
        page is the same. Raises BrokenRecording for what cannot be rebuilt, RenderFailed at the
        deadline.
        """
        if self._hovered:
            await self._within(self._page.mouse.move(*_AWAY))
            self._hovered = False
        left = self.ahead(moment) if apply else None
        self._standing = None
        if left is None or not await self._go_on(moment, left):
            await self._build_anew(moment, apply)
        self._moment = moment
        self._left_out = []
        self._standing = moment if apply else None

    async def _go_on(self, moment: Moment, left: int) -> bool:
        body = encode_events(_changing(moment.events[len(moment.events) - left :])).decode()
        return bool(await self._call("goOn", body))

    async def _build_anew(self, moment: Moment, apply: bool) -> None:
        self._moment = moment
        document = moment.document
        # Assets are dated by the server's clock, documents by the visitor's.
        session, at = moment.session, document.started_at + document.clock_offset_ms
        self._wall.show(session.site_id, at, session.release)
        url = stage_url(document.url)
        restored = self._restorer.restore(moment.preferences, overlaid=self.device.mobile)
        await self._within(restored)
        # From a page at the same URL, or one that differs only in its fragment, a browser would
        # not load anything; what was shown before must leave no trace.
        await self._within(self._page.goto("about:blank"))
        await self._within(self._page.goto(url, wait_until="commit"))
        await self._within(self._page.evaluate(self._script))
        # Whoever follows the recording wants to see the pointer move, too.
        events = _changing(moment.events) if apply else moment.events
        await self._call("queue", encode_events(events).decode())
        await self._call("advance", len(events) if apply else 1)

    async def hide(self, selectors: Sequence[str]) -> None:
        """Takes elements out of the picture (cookie banners, chat bubbles); boxes stay in place.

        Raises WrongUse for what is no CSS selector.
        """
        for selector in selectors:
            if not await self._call("hide", selector):
                raise WrongUse(f"{selector!r} is not a CSS selector.", "Try it in the browser.")
        self._left_out = list(selectors)

    async def veil(self, rare: Veil) -> int:
        """Makes texts bars of their own size: those of all texts on the page that `rare` chooses,
        by number, and what was typed. Returns how many; where `rare` chooses none, nothing is."""
        texts = msgspec.json.decode(await self._call("texts"), type=list[str])
        numbers = list(rare(texts))
        return int(await self._call("veil", msgspec.json.encode(numbers).decode()))

    async def select(self, selector: str) -> list[int]:
        """Which of `elements` a CSS selector fits. Raises WrongUse for what is no selector."""
        found = msgspec.json.decode(await self._call("select", selector), type=list[int] | None)
        if found is None:
            raise WrongUse(f"{selector!r} is not a CSS selector.", "Try it in the browser.")
        return found

    async def settle(self, scroll: Literal["recorded", "top"] = "top") -> None:
        """Waits until the page is complete and at rest, at the recorded scroll or at the top."""
        await self._call("load")
        await self._within(self._wall.quiet())
        await self._call("rest", scroll)

    async def hover(self, x: float, y: float) -> None:
        """What CSS has for an element with a mouse over it, at this place (viewport CSS px)."""
        self._hovered = True
        await self._within(self._page.mouse.move(x, y))
        await self._within(self._wall.quiet())

    async def screenshot(self, *, full_page: bool = True, scale: str = "css") -> bytes:
        """PNG of the page as it is now; one pixel a CSS pixel unless `scale` is `device`.

        Of a full page it shows no scrollbar, and is narrower by as much as that takes.
        """
        options: Any = {
            "animations": "disabled",
            "caret": "hide",
            "scale": "device" if scale == "device" else "css",
        }
        if not full_page:
            return await self._within(self._page.screenshot(**options))
        size = await self._call("pageSize")
        ratio = self.device.scale if scale == "device" else 1.0
        return await self._within(shoot(self._page, self._restorer, size, ratio, **options))

    async def boxes(self) -> list[dict[str, Any]]:
        """Boxes of all elements, in document order (`--boxes` contract, page CSS pixels)."""
        return await self._rows("boxes")

    async def elements(self) -> list[dict[str, Any]]:
        """Keys and boxes of all elements in document order (`replay/stage/keys.ts`)."""
        return await self._rows("elements")

    async def anchors(self) -> dict[str, Any]:
        """Applies what `build(apply=False)` left over and returns the anchors met."""
        return await self._record("anchors")

    async def locate(self, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Where anchors are on this page (`replay/stage/locate.ts`), in the given order."""
        return await self._rows("locate", msgspec.json.encode(wanted).decode())

    async def place_of(self, node: int, x: float, y: float) -> Place | None:
        """Where a recorded pointer is on this stage, which must be as the page was recorded."""
        return await self._place("placeOf", node, x, y)

    async def place_at(self, node: int, u: float, v: float) -> Place | None:
        """Where these fractions of the node's box are; None where it is not seen."""
        return await self._place("placeAt", node, u, v)

    async def _place(self, method: str, *arguments: float) -> Place | None:
        body: str = await self._call(method, *arguments)
        return msgspec.json.decode(body, type=Place | None)

    async def audit(self) -> dict[str, Any]:
        """Accessibility of the page, by element (`replay/stage/audit.ts`)."""
        await self._within(self._page.evaluate(_script("audit.js")))
        body: str = await self._within(self._page.evaluate("window.__heatwrightAudit()"))
        found: dict[str, Any] = msgspec.json.decode(body)
        return found

    async def markup(self) -> dict[str, Any]:
        """The DOM as parts of a standalone file (`replay/stage/markup.ts`)."""
        return await self._record("standalone")

    def asset(self, url: str) -> Asset | None:
        """What the archive has for this page under `url`. Raises StoreUnavailable."""
        return self._wall.look_up(url)

    async def fidelity(self) -> Fidelity:
        """The account of the render as it stands."""
        report = await self._record("report")
        moment = self._moment
        width = (moment and moment.document.width) or 0
        fidelity = Fidelity(
            events=len(moment.events) if moment else 0,
            counts={name: count for name, count in report["counts"].items() if count},
            refused=report["refused"],
            missing_assets=dict(self._wall.missing),
            unrecorded_frames=report["frames"],
            canvases=report["canvases"],
            blocked=report["blocked"],
            gaps=moment.gaps if moment else [],
            page=tuple(report["page"]),
            inner=tuple(report["inner"]),
            scroll=tuple(report["scroll"]),
            scrollbar=report["scrollbar"],
            recorded_scrollbar=moment.preferences.scrollbar if moment else 0,
            breakpoints=report["breakpoints"],
            recorded_width=width,
            left_out=self._left_out,
            overflow=max(0, report["page"][0] - self.device.width),
        )
        fidelity.extrapolated = not fidelity.in_recorded_interval(self.device.width)
        return fidelity

    async def _rows(self, method: str, *arguments: Any) -> list[dict[str, Any]]:
        body: str = await self._call(method, *arguments)
        return msgspec.json.decode(mend_surrogates(body.encode()), type=list[dict[str, Any]])

    async def _record(self, method: str) -> dict[str, Any]:
        body: str = await self._call(method)
        return msgspec.json.decode(mend_surrogates(body.encode()), type=dict[str, Any])

    async def _call(self, method: str, *arguments: Any) -> Any:
        call = f"(given) => {_STAGE}.{method}(...given)"
        return await self._within(self._page.evaluate(call, list(arguments)))

    async def _within(self, work: Awaitable[T]) -> T:
        """Runs one step; a stage that failed one is not used again."""
        try:
            return await asyncio.wait_for(work, DEADLINE_S)
        except asyncio.CancelledError:
            self.broken = True
            raise
        except TimeoutError as error:
            self.broken = True
            raise RenderFailed(
                f"The stage did not answer within {DEADLINE_S:.0f} s ({self._where()}).",
                "The page may be too large; try another moment.",
            ) from error
        except Error as error:
            self.broken = True
            if "crashed" in error.message or "closed" in error.message:
                raise RendererCrashed(f"The renderer crashed ({self._where()}).") from error
            raise BrokenRecording(
                f"The moment cannot be rebuilt ({self._where()}): {_first_line(error.message)}."
            ) from error

    def _where(self) -> str:
        if self._moment is None:
            return "nothing shown yet"
        return f"session {self._moment.session.id}, {self._moment.document.url}"


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0].rstrip(".") if message.strip() else "no reason given"
