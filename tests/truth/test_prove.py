"""The long measurements (`make prove`): every page, driven and tagged, at every width."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.chain import Way
from tests.truth.live import chromium
from tests.truth.measuring import fidelity, placement
from tests.truth.sites import SHEETS, Sheet
from tests.truth.tables import Measured

CLICKS = 150
"""A page and way: with all pages some thousands."""

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
async def test_replays_the_live_page(sheet: Sheet, tmp_path: Path, measured: Measured) -> None:
    async with chromium() as browser:
        rows = await fidelity(browser, tmp_path, sheet, ["driven", "tagged"])
    measured.fidelity.extend(rows)


@pytest.mark.parametrize("way", ["driven", "tagged"])
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
async def test_places_points_where_their_content_is(
    sheet: Sheet, way: Way, tmp_path: Path, measured: Measured
) -> None:
    async with chromium() as browser:
        rows = await placement(browser, tmp_path, sheet, way, CLICKS)
    measured.placement.extend(rows)
    assert all(row.balanced for row in rows)
