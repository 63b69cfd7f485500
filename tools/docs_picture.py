"""Makes a picture of how a page of the documentation begins.

python tools/docs_picture.py docs/tag.md docs/images/tag.png
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from PIL import Image
from playwright.async_api import ViewportSize, async_playwright
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from recorder.chromium import launch

VIEWPORT: ViewportSize = {"width": 1120, "height": 800}
SECTIONS = 3
"""How many of the page's sections are shown: what to paste, the policy, consent."""
COLOURS = 192
"""Enough for text on white; it makes the file a third as large."""

STYLE = """
body { margin: 0; padding: 44px 64px 40px; background: #fff; color: #16171f;
  font: 16px/1.6 Inter, "Liberation Sans", Arial, sans-serif; }
main { max-width: 992px; }
h1 { font-size: 34px; letter-spacing: -.02em; line-height: 1.2; margin: 0 0 14px; }
h2 { font-size: 22px; letter-spacing: -.01em; line-height: 1.3; margin: 34px 0 10px;
  padding-top: 26px; border-top: 1px solid #e6e7ee; }
p { margin: 0 0 12px; }
ul { margin: 0; padding-left: 22px; }
li { margin: 5px 0; }
a { color: #5b45d6; }
pre { margin: 0 0 14px; padding: 14px 18px; background: #f7f7fa; border: 1px solid #e6e7ee;
  border-radius: 10px; font: 14px/1.6 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
p code, li code { font: .86em "DejaVu Sans Mono", monospace; white-space: nowrap;
  background: #f7f7fa; border: 1px solid #e6e7ee; border-radius: 5px; padding: 1px 5px; }
.nt, .k, .kd { color: #5b45d6; } .na { color: #17805a; } .s, .s1, .s2 { color: #8a4b08; }
.c1 { color: #6b7084; }
"""


def render(markdown: str) -> str:
    """The page as HTML, its code in colours; only its first sections."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.add_render_rule("fence", _fence)
    body = "<h2>".join(parser.render(markdown).split("<h2>")[: SECTIONS + 1])
    return (
        f"<!DOCTYPE html><meta charset=utf-8><style>{STYLE}</style><body><main>{body}</main></body>"
    )


def _fence(self: RendererHTML, tokens: list[Token], at: int, *_: object) -> str:
    lexer = get_lexer_by_name(tokens[at].info or "text")
    return f"<pre>{highlight(tokens[at].content, lexer, HtmlFormatter(nowrap=True))}</pre>"


async def shoot(html: str, picture: Path) -> None:
    """Screenshot of a whole page."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        shown = await browser.new_page(viewport=VIEWPORT)
        await shown.set_content(html)
        await shown.screenshot(path=picture, full_page=True)
        await browser.close()


def make(page: Path, picture: Path) -> None:
    """Writes the picture of how `page` (Markdown) begins."""
    asyncio.run(shoot(render(page.read_text(encoding="utf-8")), picture))
    with Image.open(picture) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
