"""The whole chain by the commands of the README: record, shut the site down, replay, map."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.cli.conftest import Run, shop_running

VISIT = """
async def visit(page):
    touch = await page.evaluate("navigator.maxTouchPoints > 0")
    async def press(selector):
        found = page.locator(selector).first
        await (found.tap() if touch else found.click())
    await press("#cookie-accept")
    await press("#hero-title")
    await press("#hero-cta")
    await page.wait_for_url("**/products")
    await press("#list-grid a.card")
    await page.wait_for_url("**/products/*")
"""


@dataclass(frozen=True)
class Recorded:
    store: str
    base_url: str
    sessions: list[str]
    folder: Path


@pytest.fixture(scope="module")
def recorded(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Two sessions in the shop, desktop and phone; the shop is down."""
    folder = tmp_path_factory.mktemp("chain")
    script = folder / "visit.py"
    script.write_text(VISIT)
    store = f"sqlite:///{folder / 'store.db'}"
    with shop_running() as url:
        done = run(
            *("record", f"{url}/", "--device", "desktop", "--device", "phone"),
            *("--script", script, "--trait", "plan=free", "--store", store, "--json"),
        )
    assert done.returncode == 0, done.stderr
    sessions = [entry["session"] for entry in json.loads(done.stdout)]
    return Recorded(store, url, sessions, folder)


def test_sessions_and_pages_tell_what_was_recorded(run: Run, recorded: Recorded) -> None:
    sessions = json.loads(run("sessions", "--store", recorded.store, "--json").stdout)
    pages = json.loads(run("pages", "--store", recorded.store, "--json").stdout)
    phones = run("sessions", "--where", "device = phone", "--store", recorded.store, "--json")

    assert {one["id"] for one in sessions} == set(recorded.sessions)
    assert all(one["traits"] == {"plan": "free"} for one in sessions)
    assert [view["path"] for view in sessions[0]["page_views"]][:2] == ["/", "/products"]
    assert {page["path"]: page["sessions"] for page in pages}["/products"] == 2
    assert [one["device"] for one in json.loads(phones.stdout)] == ["phone"]


def test_a_press_is_found_by_selector_and_by_what_is_written_on_it(
    run: Run, recorded: Recorded
) -> None:
    where = 'clicked = "section.hero a[href$=products]" and clicked ~ "Autumn kit" and clicks = 4'
    done = run("sessions", "--where", where, "--store", recorded.store, "--json")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {one["id"] for one in found} == set(recorded.sessions)
    for one in found:
        (pressed,) = [hit for hit in one["hits"] if hit["field"] == "clicked"]
        assert pressed["value"] == "Shop the autumn kit"
        assert 0 < pressed["at_ms"] < one["ended_at"] - one["started_at"]


def test_replay_writes_pictures_boxes_and_fidelity(run: Run, recorded: Recorded) -> None:
    out = recorded.folder / "replay"
    done = run(
        *("replay", recorded.sessions[0], "--page-view", "1", "--at", "0.5s", "--boxes"),
        *("--width", "1440", "--width", "390", "--out", out, "--store", recorded.store, "--json"),
    )

    assert done.returncode == 0, done.stderr
    for entry, width in zip(json.loads(done.stdout), (1440, 390), strict=True):
        boxes = json.loads(Path(entry["boxes"]).read_text())
        picture = cv2.imread(entry["picture"])
        assert picture is not None and picture.shape[1] == width
        assert Path(entry["boxes"]).name == f"boxes-{width}.json" and boxes["width"] == width
        by_path = {box["path"]: box for box in boxes["boxes"]}
        assert by_path["1"]["width"] == width  # the body
        assert len(by_path) == len(boxes["boxes"]) > 200
        assert set(by_path["1"]) == {"path", "key", "x", "y", "width", "height", "visible"}


def test_the_shop_s_pictures_are_there_although_it_is_down(run: Run, recorded: Recorded) -> None:
    out = recorded.folder / "assets"
    done = run(
        *("replay", recorded.sessions[0], "--page-view", "1", "--device", "tablet"),
        *("--out", out, "--store", recorded.store, "--json"),
    )

    fidelity = json.loads((out / "fidelity-tablet.json").read_text())
    assert done.returncode == 0, done.stderr
    assert fidelity["missing_assets"] == {}


def test_heatmap_accounts_for_every_point(run: Run, recorded: Recorded) -> None:
    points = recorded.folder / "points.csv"
    done = run(
        *("heatmap", "/", "--device", "desktop", "--device", "phone", "--points", points),
        *("--out", recorded.folder / "heat", "--store", recorded.store, "--json"),
    )

    assert done.returncode == 0, done.stderr
    maps = json.loads(done.stdout)
    rows = list(csv.DictReader(points.read_text().splitlines()))
    for made in maps:
        assert made["ledger"]["balances"]
        assert made["drift"]["points"] == 6
        assert made["drift"]["p95"] <= 0.5, "the stage has elements where the visitor had them"
        at_width = [row for row in rows if row["width"] == str(made["width"])]
        recorded_points = sum(account["recorded"] for account in made["ledger"]["accounts"])
        assert len(at_width) == recorded_points
        assert all((row["status"] == "drawn") == (row["x"] != "") for row in at_width)
    # Three presses on the home page in each of two sessions, at each of two widths.
    assert len(rows) == 12
    assert {row["kind"] for row in rows} == {"click", "tap"}
    for kind in ("click", "tap"):
        picture = cv2.imread(maps[0]["pictures"][kind])
        assert picture is not None and float(np.asarray(picture).std()) > 10


def test_heat_of_the_button_is_on_the_button_at_both_widths(run: Run, recorded: Recorded) -> None:
    points = recorded.folder / "cta.csv"
    done = run(
        *("heatmap", "/", "--device", "desktop", "--device", "phone", "--points", points),
        *(
            "--hide",
            "#cookie",
            "--out",
            recorded.folder / "cta",
            "--store",
            recorded.store,
            "--json",
        ),
    )
    maps = {made["width"]: made for made in json.loads(done.stdout)}
    rows = [
        row
        for row in csv.DictReader(points.read_text().splitlines())
        if row["element"] == "id:hero-cta"
    ]

    assert len(rows) == 4
    for row in rows:
        boxes = {one["key"]: one["box"] for one in maps[int(row["width"])]["elements"]}
        left, top, width, height = boxes["id:hero-cta"]
        assert row["status"] == "drawn"
        assert left <= float(row["x"]) <= left + width
        assert top <= float(row["y"]) <= top + height


def test_report_is_one_page_that_works_offline(run: Run, recorded: Recorded) -> None:
    out = recorded.folder / "report"
    done = run("report", "/", "--out", out, "--store", recorded.store)

    assert done.returncode == 0, done.stderr
    page = Path(done.stdout.strip())
    assert page == out / "index.html"
    assert "recorded" in page.read_text() and "https://" not in page.read_text()
