"""Recordings by rrweb alone, packed as it packs them: imported, replayed, and given back to it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from recorder.events import decode_events
from recorder.exporting import rrweb_json, tabs_of
from recorder.importing import About, take_file
from recorder.store import Store
from replay import Theatre
from tests.replay.oracle import Oracle, listed, staged
from tests.support.bundling import module_script
from tests.support.differences import differences
from tests.support.serving import website

RECORD = Path("node_modules/@rrweb/record/dist/record.umd.min.cjs")

START = """(packed) => {
  // Recorder and packer are no part of the page.
  document.querySelectorAll("script").forEach((script) => script.remove());
  window.kept = [];
  const keep = (event) => kept.push(packed ? event : JSON.stringify(event));
  rrwebRecord.record({ emit: keep, ...(packed && { packFn: rrwebPacker.pack }) });
}"""

WORK = """async () => {
  for (let i = 0; i < 30; i++) {
    const row = document.createElement("li");
    row.innerHTML = `<b title="${i}">Item ${i}</b>`;
    list.prepend(row);
    if (i % 3 === 0) list.lastChild.remove();
    list.children[0].className = `kind-${i % 4}`;
  }
  note.value = "typed";
  note.dispatchEvent(new Event("input", { bubbles: true }));
}"""

PAGES = {
    path: f"<!DOCTYPE html><title>{path}</title><style>li {{ color: red }}</style>"
    '<ul id="list"><li>last</ul><input id="note" autocomplete="off">'
    for path in ("/", "/next")
} | {"/robots.txt": ""}


async def visited(page: Page, url: str, packed: bool) -> tuple[list[str], Any]:
    """The events of one load as strings of JSON or packed, and the live DOM in the end."""
    await page.goto(url)
    await page.add_script_tag(path=RECORD)
    await page.add_script_tag(
        content=module_script("node_modules/@rrweb/packer/dist/pack.js", "rrwebPacker")
    )
    await page.evaluate(START, packed)
    await page.evaluate(WORK)
    await page.mouse.click(700, 500)
    await asyncio.sleep(0.7)  # rrweb tells moves every half second
    kept = await page.evaluate("() => kept")
    return kept, await listed(page)


@pytest.mark.parametrize("packed", [False, True])
async def test_what_rrweb_recorded_is_shown_as_it_was(
    browser: Browser, theatre: Theatre, store: Store, tmp_path: Path, packed: bool
) -> None:
    async with website(PAGES) as site:
        page = await browser.new_page(viewport={"width": 800, "height": 600})
        first, _ = await visited(page, f"{site.url}/", packed)
        second, live = await visited(page, f"{site.url}/next", packed)
        await page.close()
        events = first + second
        body = json.dumps(events) if packed else f"[{','.join(events)}]"
        file = tmp_path / "visit.json"
        file.write_text(body, encoding="utf-8")
        taken = take_file(store, file, About())
        assert (taken.documents, taken.events, dict(taken.refused)) == (2, len(events), {})

        documents = store.documents(taken.session)
        assert [row.url for row in documents] == [f"{site.url}/", f"{site.url}/next"]
        last = store.events(documents[1].id)
        [tab] = tabs_of(store, taken.session)
        exported = b"".join(rrweb_json(store, tab))
        oracle = await Oracle.open(browser, site.url)
        theirs = await oracle.after(decode_events(exported))
        await oracle.close()
        assert not list(differences(theirs, live))
        row = store.session(taken.session)
        assert row.source == "import"
        ours = await staged(theatre, store, taken.session, len(last), place=1)
        assert not list(differences(ours, live))
    if not packed:
        assert json.loads(exported) == json.loads(body)
