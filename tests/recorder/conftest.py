from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import ORIGIN


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store/heatwright.db"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def site(store: Store) -> Site:
    return store.sites.add("shop", [ORIGIN])
