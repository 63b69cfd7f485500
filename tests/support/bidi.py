"""A browser's window by WebDriver BiDi: enough to visit a page as a person does."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

__all__ = ["BrowserFailed", "Window"]

ANSWER_S = 60
"""For one command. The first takes two seconds, on a machine that is busy elsewhere twenty."""


class BrowserFailed(Exception):
    """A browser did not start, did not answer, or refused."""


class Window:
    """One window. Coordinates are CSS pixels of its viewport."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def begin(self, width: int, height: int) -> None:
        """A session and its window."""
        await self._call("session.new", capabilities={})
        opened = await self._call("browsingContext.create", type="tab")
        self._context = opened["context"]
        size = {"width": width, "height": height}
        await self._call("browsingContext.setViewport", context=self._context, viewport=size)

    async def go(self, url: str) -> None:
        """Navigates, and waits until the page is loaded."""
        there = {"context": self._context, "url": url, "wait": "complete"}
        await self._call("browsingContext.navigate", **there)

    async def evaluate(self, expression: str) -> Any:
        """The value of JavaScript, awaited, as JSON has it."""
        answer = await self._call(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise BrowserFailed(f"{expression}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    async def click(self, x: float, y: float) -> None:
        """A mouse that comes, presses and lets go."""
        await self._act(
            "pointer",
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 100},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        )

    async def press(self, text: str) -> None:
        """Keys, one after the other."""
        await self._act(
            "key", *({"type": t, "value": k} for k in text for t in ("keyDown", "keyUp"))
        )

    async def wheel(self, x: float, y: float, down: int) -> None:
        """Turns the wheel over a place."""
        at = {"x": round(x), "y": round(y), "deltaX": 0, "deltaY": down}
        await self._act("wheel", {"type": "scroll", **at})

    async def _act(self, device: str, *actions: dict[str, Any]) -> None:
        source = {"type": device, "id": device, "actions": actions}
        await self._call("input.performActions", context=self._context, actions=[source])

    async def _call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        try:
            async with asyncio.timeout(ANSWER_S):
                while True:
                    message = await self._socket.receive()
                    if message.type is not WSMsgType.TEXT:
                        raise BrowserFailed(f"The browser hung up at {method}.")
                    answer = json.loads(message.data)
                    if answer.get("id") == number:
                        break
        except TimeoutError:
            raise BrowserFailed(f"{method} had no answer within {ANSWER_S} s.") from None
        if answer["type"] == "error":
            raise BrowserFailed(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result
