"""Pictures of a page: whole however tall it is, and taken until nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Page

from recorder.errors import RenderFailed
from replay.restoring import Restorer

if TYPE_CHECKING:
    from replay.stage import Stage

__all__ = ["shoot", "steady"]

SHOTS: Final = 3
"""A picture is taken until two in a row agree, at most this often."""

PIXELS_AT_ONCE: Final = 64_000_000
"""Chromium draws at most 512 MiB of a picture, 134 million pixels, and leaves the rest white
without a word: larger ones are taken in strips of half of that."""

MOST_PIXELS: Final = 500_000_000
"""A picture is put together in memory, in three bytes a pixel."""


async def shoot(
    page: Page, restorer: Restorer, size: tuple[int, int], ratio: float, **options: Any
) -> bytes:
    """PNG of the full page, which is `size` (CSS px) large, at `ratio` pixels a CSS pixel.

    `options` are Playwright's. Raises RenderFailed for a picture that has no room in memory.
    """

    async def take(**part: Any) -> bytes:
        png = await page.screenshot(full_page=True, **part, **options)
        await restorer.after_full_page()
        return png

    width, height = size
    pixels = width * height * ratio * ratio
    if pixels > MOST_PIXELS:
        raise RenderFailed(
            f"The picture would be {width * ratio:,.0f} × {height * ratio:,.0f} pixels large.",
            "Leave out --scale device, or take the viewport instead of the full page.",
        )
    if pixels <= PIXELS_AT_ONCE:
        return await take()
    strip = max(1, int(PIXELS_AT_ONCE / (width * ratio * ratio)))
    pictures: list[NDArray[np.uint8]] = []
    for top in range(0, height, strip):
        clip = {"x": 0, "y": top, "width": width, "height": min(strip, height - top)}
        png = await take(clip=clip)
        pictures.append(_decoded(png))
    return cv2.imencode(".png", np.concatenate(pictures))[1].tobytes()


def _decoded(png: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise RenderFailed("The browser gave a picture that is none.", "Try again.")
    return picture.astype(np.uint8, copy=False)


async def steady(stage: Stage, *, full_page: bool = True, scale: str = "css") -> tuple[bytes, bool]:
    """The picture, and whether the one before it was the same."""
    before = await stage.screenshot(full_page=full_page, scale=scale)
    for _ in range(SHOTS - 1):
        shot = await stage.screenshot(full_page=full_page, scale=scale)
        if shot == before:
            return shot, True
        before = shot
    return before, False
