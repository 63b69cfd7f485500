"""The chain against live pages: a few pages, some dozens of points, in `make test`.

`make prove` measures every page; here the bars must hold on two.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.chain import Way
from tests.truth.live import chromium
from tests.truth.measuring import fidelity, placement
from tests.truth.sites import SB_ADMIN, SHOP, SOFT_UI, Sheet
from tests.truth.tables import Measured

ARTICLE = Sheet(SHOP, "guides/choosing-a-sleeping-bag")
CARDS = Sheet(SB_ADMIN, "cards.html")
SIGN_IN = Sheet(SOFT_UI, "pages/sign-in.html")

CLICKS = 40
BOXES = 0.999
RIGHT = 0.999
FAR_PX = 2.0
UNSEEN = 0.005
"""What may be missing of the truly visible share of points, or drawn beyond it."""


@pytest.mark.parametrize("sheet", [ARTICLE, CARDS], ids=lambda sheet: sheet.name)
async def test_boxes_are_where_the_live_page_has_them(
    sheet: Sheet, tmp_path: Path, measured: Measured
) -> None:
    """Recorded at 1440, shown there and at a width that the recording has never seen."""
    async with chromium() as browser:
        rows = await fidelity(browser, tmp_path, sheet, ["driven"], [1440, 390], unseen=True)
    measured.fidelity.extend(rows)
    for row in rows:
        assert row.equivalent, f"{sheet.name} is another document at {row.shown}; choose another"
        assert row.share >= BOXES, row.misses
        assert row.dropped == 0


@pytest.mark.parametrize(
    ("sheet", "way"), [(ARTICLE, "tagged"), (SIGN_IN, "driven")], ids=["article", "sign-in"]
)
async def test_points_are_where_their_content_is(
    sheet: Sheet, way: Way, tmp_path: Path, measured: Measured
) -> None:
    """Clicks at 1440, placed at 1440, 768 and 390."""
    async with chromium() as browser:
        rows = await placement(browser, tmp_path, sheet, way, CLICKS)
    measured.placement.extend(rows)
    for row in rows:
        assert row.balanced
        assert not row.scripted, f"{sheet.name} is another document at {row.width}"
        ours = row.ours.summary()
        assert ours["right"] >= RIGHT, row.misses
        assert ours["p95"] <= FAR_PX, row.misses
        assert row.wrong == 0
        assert row.drawn_visible >= row.visible - UNSEEN * row.clicks, row.misses
        assert row.hidden_missed <= 0.01 * row.clicks, row.misses
