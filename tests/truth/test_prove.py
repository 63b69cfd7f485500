"""The long measurements (`make prove`): every page, driven and tagged, at every width."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.chain import DRIVEN, MASKED, STRICT, TAGGED, Manner
from tests.truth.live import chromium
from tests.truth.measuring import fidelity, placement
from tests.truth.sites import SHEETS, Sheet
from tests.truth.tables import Measured

CLICKS = 150
"""A page and way: with all pages some thousands."""

MASKED_SHEETS = [
    sheet
    for sheet in SHEETS
    if sheet.name
    in ("sb:cards", "sb:tables", "soft:profile", "soft:rtl", "shop:home", "shop:account")
]
"""Pages that are measured masked, too: short texts, tables, right-to-left, long ones."""

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
async def test_replays_the_live_page(sheet: Sheet, tmp_path: Path, measured: Measured) -> None:
    async with chromium() as browser:
        rows = await fidelity(browser, tmp_path, sheet, [DRIVEN, TAGGED])
    measured.fidelity.extend(rows)


@pytest.mark.parametrize("sheet", MASKED_SHEETS, ids=lambda sheet: sheet.name)
async def test_replays_masked_pages(sheet: Sheet, tmp_path: Path, measured: Measured) -> None:
    async with chromium() as browser:
        rows = await fidelity(browser, tmp_path, sheet, [MASKED, STRICT], unseen=True)
    measured.fidelity.extend(rows)


@pytest.mark.parametrize("manner", [DRIVEN, TAGGED], ids=lambda manner: manner.name)
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
async def test_places_points_where_their_content_is(
    sheet: Sheet, manner: Manner, tmp_path: Path, measured: Measured
) -> None:
    await _placed(sheet, manner, tmp_path, measured)


@pytest.mark.parametrize("manner", [MASKED, STRICT], ids=lambda manner: manner.name)
@pytest.mark.parametrize("sheet", MASKED_SHEETS, ids=lambda sheet: sheet.name)
async def test_places_points_of_masked_pages(
    sheet: Sheet, manner: Manner, tmp_path: Path, measured: Measured
) -> None:
    await _placed(sheet, manner, tmp_path, measured)


async def _placed(sheet: Sheet, manner: Manner, tmp_path: Path, measured: Measured) -> None:
    """What the tag records is recorded with the network cut in the middle."""
    cut = manner.way == "tagged"
    async with chromium() as browser:
        rows = await placement(browser, tmp_path, sheet, manner, CLICKS, cut=cut)
    measured.placement.extend(rows)
    assert all(row.balanced for row in rows)
