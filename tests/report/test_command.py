"""`heatwright report`: from recordings to the folder, and what it says when that cannot be."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from heatwright.cli.report import report
from heatwright.cli.times import parse_since
from heatwright.report.recorded import collect_facts, device_name
from recorder.chromium import launch
from recorder.drive import Errand, record_visit
from recorder.errors import UnknownPage, WrongUse
from recorder.store import Store
from tests.report.making import DESKTOP, PHONE, document, session
from tests.support.forging import Forge, keep

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_HTML = """<!doctype html><title>Tea</title><meta name="viewport" content="width=device-width">
<h1>Tea</h1><p>Leaves, water, patience.</p><button id="brew">Brew a pot</button>"""


async def _visit(page: Page) -> None:
    await page.locator("#brew").click()
    await page.wait_for_timeout(100)


async def _record(url: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=_HTML, content_type="text/html")

    app = web.Application()
    app.router.add_get("/tea", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    page = f"http://127.0.0.1:{runner.addresses[0][1]}/tea"
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        with Store.open(url) as store:
            for device in (DESKTOP, PHONE):
                await record_visit(browser, store, Errand(page, device, _visit, traits={"a": "b"}))
        await browser.close()
    await runner.cleanup()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with one page, visited on two devices; its server is gone."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'h.db'}"
    asyncio.run(_record(url))
    return url


def test_the_most_viewed_page_is_reported(
    recorded: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(device=["desktop", "phone"], since="1d", out=tmp_path, store=recorded, json=True)
    said = json.loads(capsys.readouterr().out)
    index = Path(said["report"])
    assert index == tmp_path / "index.html"
    html = index.read_text("utf-8")
    assert "/tea" in html and "Brew a pot" in html and "Every recorded point appears once" in html
    assert "heatwright report /tea --device desktop --device phone --since 1d" in html
    for heatmap in said["heatmaps"]:
        assert heatmap["ledger"]["balances"] and heatmap["sessions"] == 2


def test_facts_count_what_was_recorded(recorded: str) -> None:
    with Store.open(recorded) as store:
        facts = collect_facts(store, "Tea")
        none = collect_facts(store, "Tea", keep=lambda _: False)
    assert facts.devices == {"desktop": 1, "phone": 1} and facts.sources == {"driven": 2}
    assert [(row.trait, row.value, dict(row.counts)) for row in facts.segments] == [
        ("a", "b", {"desktop": 1, "phone": 1})
    ]
    assert (none.sessions, none.page_views, none.first_at) == (0, 0, None)


def test_what_was_not_recorded_leaves_nothing_behind(recorded: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UnknownPage, match="coffee"):
        report(["/coffee"], device=["desktop"], out=out, store=recorded)
    with pytest.raises(UnknownPage, match="fits the filter"):
        report(since="2999-01-01", out=out, store=recorded)
    with pytest.raises(UnknownPage, match="Nothing has been recorded"):
        report(out=out, store=f"sqlite:///{tmp_path / 'empty.db'}")
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("28d", "2026-10-25T12:00:00+00:00"),
        ("12h", "2026-11-22T00:00:00+00:00"),
        ("1w", "2026-11-15T12:00:00+00:00"),
        ("2026-11-01", "2026-11-01T00:00:00+00:00"),
        ("2026-11-01T10:00+02:00", "2026-11-01T08:00:00+00:00"),
    ],
)
def test_since_counts_back_or_names_a_date(text: str, start: str) -> None:
    assert parse_since(text, _NOW) == datetime.fromisoformat(start)


@pytest.mark.parametrize("text", ["", "yesterday", "28", "999999d", "2026-13-01", "-3d"])
def test_what_is_no_time_is_wrong_use(text: str) -> None:
    with pytest.raises(WrongUse, match="is no time"):
        parse_since(text, _NOW)


def test_a_session_without_a_device_goes_to_the_nearest_of_its_kind() -> None:
    touch = {"pointer": "coarse", "hover": False}
    tagged = session(device=None)
    assert device_name(session(device="iPhone 13"), document()) == "iPhone 13"
    assert device_name(tagged, document(width=1500)) == "desktop"
    assert device_name(tagged, document(width=412, height=900, environment=touch)) == "phone"
    assert device_name(tagged, document(width=400)) == "laptop"
    assert device_name(tagged, document(width=None, height=None)) == "unknown"


def test_of_several_sites_the_most_viewed_is_reported_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cause: the same path on two sites was one page, and nobody was told."""
    url = f"sqlite:///{tmp_path / 'h.db'}"
    with Store.open(url) as store:
        for address in ("http://one.test/", "http://two.test/", "http://two.test/"):
            forge = Forge()
            keep(store, address, forge.document(forge.element("p", {}, "Tea")))
    report(width=[400], out=tmp_path / "out", store=url, json=True)
    shown = capsys.readouterr()

    assert [one["page_views"] for one in json.loads(shown.out)["heatmaps"]] == [2]
    assert "only two.test, the site with most views; others: one.test" in shown.err
    html = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "two.test" in html and "one.test" not in html
