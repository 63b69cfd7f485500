"""Names of the attributes that browsers define, for the wall: `recorder/masking/properties.json`.

The tag asks the visitor's browser itself, which the server cannot. Run it when a browser has
learned something new; what is in the file stays, because visitors keep old browsers:

    .venv/bin/python tools/attribute_names.py
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.async_api import async_playwright  # noqa: E402

from recorder.chromium import launch  # noqa: E402
from recorder.masking.names import PROPERTIES_FILE, Properties, common_to, read_properties  # noqa: E402
from tests.support.browser_properties import ASK, arranged  # noqa: E402
from tests.support.firefox import firefox  # noqa: E402


async def _asked() -> list[Properties]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page()
        chromium = arranged(await page.evaluate(f"({ASK})()"))
        await browser.close()
    async with firefox(800, 600) as window:
        return [chromium, arranged(json.loads(await window.evaluate(f"JSON.stringify(({ASK})())")))]


def _joined(tables: list[Properties]) -> Properties:
    joined: Properties = {}
    for table in tables:
        for kind, names in table.items():
            joined[kind] = joined.get(kind, frozenset()) | names
    return joined


async def main() -> None:
    """Writes what is known and what the browsers answer."""
    known = [read_properties()] if PROPERTIES_FILE.is_file() else []
    joined = _joined([*known, *await _asked()])
    lines = {
        kind: " ".join(sorted(names - (joined[common] if common != kind else frozenset())))
        for kind, names in sorted(joined.items())
        for common in [common_to(kind)]
    }
    kept = {kind: line for kind, line in lines.items() if line}
    PROPERTIES_FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
