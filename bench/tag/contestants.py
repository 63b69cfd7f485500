"""Who is compared, how each is put into a page, and where its bytes go."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiohttp import ClientSession
from playwright.async_api import Browser, async_playwright

from recorder.chromium import launch

__all__ = ["SCRIPTS", "Hosts", "Recorder", "Taken", "recorder_markup", "visiting"]

ROOT = Path(__file__).resolve().parents[2]


class Recorder(StrEnum):
    """Who records; `NONE` is the page by itself."""

    NONE = "none"
    RRWEB = "rrweb"
    PACKED = "packed"
    TAG = "tag"
    CLARITY = "clarity"


SCRIPTS = {
    "rrweb": ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs",
    "yardstick": ROOT / "bench/tag/scripts/rrweb.js",
    "clarity": ROOT / "node_modules/clarity-js/build/clarity.min.js",
}
"""What the bench's own server hands out as `/scripts/<name>.js`; the packer is bundled first."""


def recorder_markup(recorder: Recorder, origin: str, collector: str, key: str) -> str:
    """What a site owner pastes. `origin` serves scripts and takes bodies, `collector` is ours."""
    sink = f"{origin}/sink/{recorder}"
    match recorder:
        case Recorder.NONE:
            return ""
        case Recorder.TAG:
            return (
                f'<script async src="{collector}/heatwright.js" data-key="{key}" '
                'data-consent="not-required"></script>'
            )
        case Recorder.CLARITY:
            # As its own loader does: a queue, the script, then `start`.
            settings = json.dumps(
                {"projectId": "bench", "upload": sink, "track": True, "content": True}
            )
            return (
                "<script>window.clarity=function(){(clarity.q=clarity.q||[]).push(arguments)};"
                f'clarity("start",{settings});window.settle=()=>clarity("stop")</script>'
                f'<script async src="{origin}/scripts/clarity.js"></script>'
            )
        case _:
            pack = recorder is Recorder.PACKED
            packer = f'<script defer src="{origin}/scripts/packer.js"></script>' if pack else ""
            return (
                f'{packer}<script defer src="{origin}/scripts/rrweb.js"></script>'
                f'<script defer src="{origin}/scripts/yardstick.js" data-sink="{sink}"'
                f"{' data-pack=yes' if pack else ''}></script>"
            )


@dataclass(frozen=True, slots=True)
class Taken:
    """What came in for one recorder: requests, and the bytes of their bodies as sent."""

    requests: int
    bytes: int


class Hosts:
    """The servers of `bench.tag.hosts`, in a process of their own."""

    def __init__(self, told: Mapping[str, str], client: ClientSession) -> None:
        self.origin = told["origin"]
        """Of the measured pages."""
        self.templates = {one: told[f"template {one}"] for one in Recorder}
        """Origins of one template site, by who records it."""
        self._client = client

    async def taken(self, recorder: Recorder) -> Taken:
        """Since `forget`."""
        async with self._client.get(f"{self.origin}/taken/{recorder}") as response:
            return Taken(**await response.json())

    async def marked(self, recorder: Recorder) -> bool:
        """Whether the last thing that the page did has come in since `forget`."""
        async with self._client.get(f"{self.origin}/marked/{recorder}") as response:
            return bool(await response.json())

    async def forget(self) -> None:
        """Counts from zero again."""
        async with self._client.post(f"{self.origin}/forget") as response:
            await response.read()


@asynccontextmanager
async def visiting() -> AsyncIterator[tuple[Browser, Hosts]]:
    """A browser, and the servers for it, which end when this does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.tag.hosts"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        line = await process.stdout.readline() if process.stdout else b""
        async with ClientSession() as client, async_playwright() as playwright:
            browser = await launch(playwright)
            try:
                yield browser, Hosts(json.loads(line), client)
            finally:
                await browser.close()
    finally:
        await process.communicate(b"")  # the end of its input is the end of its work
