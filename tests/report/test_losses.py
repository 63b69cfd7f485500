"""What a recording lost is said: broken documents and samples that make no sense."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest

from heatmap.gathering import gather
from heatmap.heatmap import Heatmap, make_heatmap, summary
from heatmap.paintings import paint_kind
from heatmap.points import write_points
from heatmap.statuses import SAMPLES, Kind, Status
from heatwright.report import PageReport, build_report
from recorder.batches import Batch
from recorder.drive import site_for
from recorder.events import Event
from recorder.store import Store
from replay import Theatre
from tests.report.making import PHONE, facts
from tests.support.forging import Forge, incremental, keep

URL = "http://shop.example/tea"
CLICK, FINGER = 2, 2
"""rrweb's numbers for a click among the mouse interactions, and for a touch."""


def press(node: int, x: object, **more: object) -> dict[str, object]:
    return incremental(2, type=CLICK, id=node, x=x, y=20, **more)


def keep_without_snapshot(store: Store) -> None:
    """A document of which only the first event came: its page view is known, its DOM is not."""
    start = int(time.time() * 1000) - 60_000
    meta = msgspec.Raw(json.dumps({"href": URL, "width": 800, "height": 600}).encode())
    batch = Batch(
        key=site_for(store, URL).write_key,
        visitor="forger",
        session="torn-session",
        document="torn-document",
        tab="tab",
        sequence=0,
        url=URL,
        started_at=start,
        sent_at=start,
        events=[Event(4, start, meta)],
    )
    store.accept(batch, source="import")


@pytest.fixture
async def made(tmp_path: Path) -> tuple[Heatmap, PageReport]:
    """One page: a click that makes sense, a click and a tap that do not, a broken document."""
    forge = Forge()
    button = forge.element("button", {"id": "brew"}, "Brew a pot")
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        keep(
            store,
            URL,
            forge.document(button),
            press(button["id"], 20),
            press(button["id"], "left"),
            press(button["id"], None, pointerType=FINGER),
        )
        keep_without_snapshot(store)
        async with Theatre(store) as theatre:
            gathered = await gather(theatre, "/tea")
            heatmap = await make_heatmap(theatre, gathered, PHONE, SAMPLES)
    page = PageReport("/tea", "Tea", [heatmap], {}, gathered.recorded(SAMPLES))
    return heatmap, page


async def test_losses_are_in_ledger_badges_points_and_report(
    made: tuple[Heatmap, PageReport], tmp_path: Path
) -> None:
    heatmap, page = made
    clicks, taps = (heatmap.ledger.total(kind) for kind in (Kind.CLICK, Kind.TAP))

    assert heatmap.ledger.balances()
    assert (clicks.recorded, clicks.counts[Status.NO_TARGET]) == (2, 1)
    assert (taps.recorded, dict(taps.counts)) == (1, {Status.NO_TARGET: 1})
    assert write_points(tmp_path / "points.csv", heatmap.placements) == 3
    assert heatmap.remarks()[0] == "1 document could not be rebuilt"
    assert summary(heatmap)["failures"] == heatmap.failures != []

    html = build_report([page], tmp_path / "report", facts=facts()).read_text("utf-8")
    assert "Every point that could be read appears once" in html
    assert "The ledger does not balance" not in html


async def test_the_picture_names_broken_documents(made: tuple[Heatmap, PageReport]) -> None:
    """The badge is in the picture: without the failure the same picture is another."""
    heatmap, _ = made
    with_badge = paint_kind(heatmap, Kind.CLICK)
    heatmap.failures = []
    assert paint_kind(heatmap, Kind.CLICK) != with_badge
