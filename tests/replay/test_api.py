"""The Python API: the same moments with and without an event loop of one's own."""

from __future__ import annotations

import numpy as np
import pytest

from recorder.errors import UnknownSession, WrongUse
from recorder.store import Store
from replay import Theatre, sync_api
from tests.replay.test_stage import everything, pixels
from tests.support.forging import Forge


async def test_a_moment_is_shown_at_any_width(theatre: Theatre, store: Store) -> None:
    session = everything(Forge(), store).session.id
    moment = await theatre.moment(session, at=0.001)
    boxes = await moment.boxes(width=390)
    fidelity = await moment.fidelity(width=390)
    picture = pixels(await moment.screenshot(width=390))
    made = await moment.html(width=390)

    assert moment.time == 0.001 and moment.url.startswith("http://shop.example")
    assert boxes.rects.dtype == np.float64 and boxes.rects.shape == (len(boxes), 4)
    assert boxes.visible.dtype == np.bool_ and len(boxes.keys) == len(boxes.paths) == len(boxes)
    assert boxes.rects[boxes.paths.index("1"), 2] == fidelity.inner[0] == picture.shape[1] == 390
    assert made.html.startswith(b"<!DOCTYPE html>") and made.reparsed.displaced == 0
    assert await moment.nearest(width=390) is None
    as_recorded = pixels(await moment.screenshot(full_page=False))
    assert as_recorded.shape[:2] == (600, 800)
    with pytest.raises(WrongUse, match="width and a device"):
        await moment.screenshot(width=390, device="phone")
    with pytest.raises(UnknownSession):
        await theatre.moment("nobody")


def test_without_a_loop_it_is_the_same(store: Store) -> None:
    session = everything(Forge(), store).session.id
    with sync_api.Theatre(store) as theatre:
        moment = theatre.moment(session, "event:2")
        boxes = moment.boxes(width=390)
        assert pixels(moment.screenshot(width=390)).shape[1] == 390
        assert boxes.rects[boxes.paths.index(""), 2] == 390
        assert moment.fidelity(device="phone").recorded_width == 800
        assert moment.html().html and moment.nearest() is None
        with pytest.raises(UnknownSession):
            theatre.moment("nobody")
    with pytest.raises(RuntimeError, match="used with `with`"):
        theatre.moment(session)
