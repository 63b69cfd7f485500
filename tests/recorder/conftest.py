from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from recorder.collector import serving
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import ORIGIN


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store/heatwright.db"


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store in which nothing is: making its tables takes longer than most tests."""
    file = tmp_path_factory.mktemp("new") / "heatwright.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(store_url: str, new_store: Path) -> Iterator[Store]:
    file = Path(store_url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(new_store, file)
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def site(store: Store) -> Site:
    return store.sites.add("shop", [ORIGIN])


@pytest.fixture
async def base_url(store: Store, site: Site) -> AsyncIterator[str]:
    """A collector with one site."""
    async with serving(store, fetch_assets=False) as url:
        yield url


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
