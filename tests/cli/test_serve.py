"""`heatwright serve` as a user runs it: the printed tag pasted into a page, a visitor, Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import async_playwright

from recorder.chromium import launch
from tests.cli.conftest import Run

PAGE = """<!DOCTYPE html><html><head><title>Shed</title>{tag}</head>
<body style="margin: 0"><h1>Shed</h1>
<button id="buy" style="width: 200px; height: 60px; border: 0">Buy</button>
<input type="password" id="secret"></body></html>"""


@asynccontextmanager
async def page_served(body: list[str]) -> AsyncIterator[str]:
    """`body[0]` at /, on any free port."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body[0], content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield str(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def start_collector(store: str) -> tuple[subprocess.Popen[str], str]:
    """A collector of its own process, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "heatwright", "serve", "--port", "0", "--store", store],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"serving (http://\S+)", line):
            return process, found[1]
    raise AssertionError("the collector did not start")


async def visit(url: str, consents: bool) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page()
        await page.goto(url)
        await page.wait_for_function("() => window.heatwright !== undefined")
        if consents:
            await page.evaluate("() => window.heatwright.consent(true)")
        await page.locator("#secret").fill("canary-4711")
        await page.locator("#buy").click(position={"x": 150, "y": 15})
        await page.evaluate("() => window.heatwright.track('purchase', { value: 5 })")
        await page.goto("about:blank")
        await browser.close()


async def recorded(run: Run, tmp_path: Path, *, consents: bool) -> list[dict[str, object]]:
    """Sessions after one visit of a page whose site requires consent."""
    store = f"sqlite:///{tmp_path / 'store.db'}"
    body = [""]
    async with page_served(body) as port:
        origin = f"http://127.0.0.1:{port}"
        process, collector = start_collector(store)
        try:
            added = run(
                "sites",
                "add",
                "shed",
                "--origin",
                origin,
                "--collector",
                collector,
                "--store",
                store,
            )
            assert added.returncode == 0, added.stderr
            body[0] = PAGE.format(tag=added.stdout)
            await visit(origin, consents)
        finally:
            process.send_signal(signal.SIGINT)
            _, rest = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    listed: list[dict[str, object]] = json.loads(run("sessions", "--json", "--store", store).stdout)
    return listed


async def test_the_printed_tag_records_a_visit(run: Run, tmp_path: Path) -> None:
    sessions = await recorded(run, tmp_path, consents=True)

    store = f"sqlite:///{tmp_path / 'store.db'}"
    points = tmp_path / "points.csv"
    heat = run(
        *("heatmap", "/", "--width", "390", "--points", points, "--out", tmp_path, "--store", store)
    )
    row = points.read_text().splitlines()[1].split(",")
    assert [one["source"] for one in sessions] == ["tag"]
    assert heat.returncode == 0, heat.stderr
    assert row[4] == "id:buy" and row[-1] == "drawn"
    # The button begins at the same place at every width: 150 px in, wherever the heading ends.
    assert abs(float(row[7]) - 150) <= 1


async def test_without_consent_nothing_is_recorded(run: Run, tmp_path: Path) -> None:
    assert await recorded(run, tmp_path, consents=False) == []


def test_json_says_where_the_collector_is(tmp_path: Path) -> None:
    """The line comes while the collector runs: whoever started it reads it through a pipe."""
    store = f"sqlite:///{tmp_path / 'store.db'}"
    command = [sys.executable, "-m", "heatwright", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--store", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = "".join(iter(process.stdout.readline, "}\n")) + "}"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert process.returncode == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", json.loads(said)["url"])
