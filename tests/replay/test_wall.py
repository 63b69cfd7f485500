"""The wall when the archive itself fails: the page goes on, and whoever waits is told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from recorder.errors import StoreUnavailable
from recorder.store import Store
from replay import Theatre
from tests.support.forging import Forge, keep
from tests.support.recording import SMALL


async def test_an_archive_that_cannot_be_read_ends_the_wait(tmp_path: Path) -> None:
    """Cause: the request was left without an answer, and the stage ran to its deadline."""
    file = tmp_path / "store.db"
    forge = Forge()
    picture = forge.element("img", {"src": "http://shop.example/kettle.png"})
    with Store.open(f"sqlite:///{file}") as store:
        moment = keep(store, "http://shop.example/", forge.document(picture))
        async with Theatre(store) as theatre, theatre.stage(SMALL) as stage:
            with sqlite3.connect(file) as database:
                database.execute("DROP TABLE assets")
            database.close()
            await stage.build(moment)
            with pytest.raises(StoreUnavailable):
                await stage.settle()
