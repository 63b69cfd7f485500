"""Fonts that scripts add: what they were made of is told, and the page keeps its class."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.support.bundling import ROOT
from tests.support.serving import website
from tests.support.watching import watched

FILE = (ROOT / "fixtures/site/fonts/tarnside-sans-400.woff2").read_bytes()
SITE: dict[str, str | bytes] = {
    "/": "<!doctype html><meta charset=utf-8><body>text",
    "/font.woff2": FILE,
}

BYTES = "const bytes = await (await fetch('/font.woff2')).arrayBuffer();"


async def told_by(browser: Browser, script: str) -> tuple[Any, list[Any]]:
    """What `script` returns in a page that is watched, and the fonts told."""
    async with website(SITE) as site, watched(browser, f"{site.url}/", "fonts") as page:
        answer = await page.evaluate(f"async () => {{ {script} }}")
        await settled(page)
        return answer, await page.evaluate("watching.own")


async def settled(page: Page) -> None:
    await page.evaluate("new Promise((done) => setTimeout(done, 50))")


async def test_fonts_are_told_once_and_when_they_are_added(browser: Browser) -> None:
    script = """
      const face = new FontFace("Named", "url(/font.woff2)", { weight: "700" });
      new FontFace("Unused", "url(/font.woff2)");
      const order = watching.own.length;
      const set = document.fonts.add(face).add(face);
      return [order, watching.own.length, set === document.fonts, document.fonts.has(face)];
    """
    answer, fonts = await told_by(browser, script)
    assert answer == [0, 0, True, True], "in a task of its own"
    assert fonts == [
        {
            "source": 10,
            "family": "Named",
            "fontSource": "url(/font.woff2)",
            "buffer": False,
            "descriptors": {"weight": "700"},
        }
    ]


@pytest.mark.parametrize(
    "source",
    ["bytes", "new Uint8Array([9, ...new Uint8Array(bytes)]).subarray(1)", "new DataView(bytes)"],
)
async def test_files_are_told_as_bytes(source: str, browser: Browser) -> None:
    script = f"""{BYTES}
      document.fonts.add(new FontFace("File", {source}));
      new Uint8Array(bytes).fill(0);
    """
    _, [font] = await told_by(browser, script)
    assert font["buffer"] is True
    assert bytes(json.loads(font["fontSource"])) == FILE, "as they were, not as they are"


async def test_the_class_stays_the_page_s_own(browser: Browser) -> None:
    """Cause: rrweb put a function in its place: `instanceof` failed, subclasses were lost."""
    script = f"""{BYTES}
      FontFace.mark = 1;
      class Sub extends FontFace {{ own() {{ return 1 }} }}
      const [face, sub] = [new FontFace("a", bytes), new Sub("b", "url(/font.woff2)")];
      document.fonts.add(sub);
      let thrown;
      try {{ FontFace("a", "url(x)") }} catch (error) {{ thrown = error.constructor === TypeError }}
      return [face instanceof FontFace, sub instanceof Sub, sub.own(), FontFace.name,
        FontFace.length, FontFace.mark, thrown, /native code/.test(FontFace)];
    """
    answer, fonts = await told_by(browser, script)
    assert answer == [True, True, 1, "FontFace", 2, 1, True, True]
    assert [one["family"] for one in fonts] == ["b"]


async def test_large_files_are_not_told(browser: Browser) -> None:
    """Cause: rrweb made a list of numbers of any file, inside of the page's constructor call."""
    script = """
      for (const size of [256 * 1024, 256 * 1024 + 1]) {
        document.fonts.add(new FontFace(`f${size}`, new ArrayBuffer(size)));
      }
    """
    _, fonts = await told_by(browser, script)
    assert [one["family"] for one in fonts] == ["f262144"]


async def test_fonts_of_frames_are_told(browser: Browser) -> None:
    async with website(SITE) as site, watched(browser, f"{site.url}/", "fonts") as page:
        await page.evaluate(
            """async () => {
              const frame = document.createElement("iframe");
              frame.src = "/";
              document.body.append(frame);
              await new Promise((done) => (frame.onload = done));
              // rrweb comes to a frame after the page's own listener.
              await new Promise((done) => setTimeout(done, 100));
              const { FontFace, document: inner } = frame.contentWindow;
              inner.fonts.add(new FontFace("Framed", "url(/font.woff2)"));
            }"""
        )
        await settled(page)
        assert [one["family"] for one in await page.evaluate("watching.own")] == ["Framed"]


async def test_stopping_gives_everything_back_that_is_still_ours(browser: Browser) -> None:
    async with website(SITE) as site, watched(browser, f"{site.url}/", "fonts") as page:
        same = await page.evaluate(
            """() => {
              const [Ours, add] = [FontFace, FontFaceSet.prototype.add];
              window.Late = class extends FontFace {};
              watching.stop();
              document.fonts.add(new Late("late", "url(/font.woff2)"));
              return [FontFace === Ours, FontFaceSet.prototype.add === add,
                Object.keys(document.fonts).length];
            }"""
        )
        await settled(page)
        assert same == [False, False, 0]
        assert await page.evaluate("watching.own") == []
    async with website(SITE) as site, watched(browser, f"{site.url}/", "fonts") as page:
        kept = await page.evaluate(
            "() => { const Theirs = (window.FontFace = class extends FontFace {});"
            " watching.stop(); return FontFace === Theirs }"
        )
        assert kept is True
