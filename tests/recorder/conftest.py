"""A store for each test. What does not need SQLite's file runs on PostgreSQL, too."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from recorder.collector import serving
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import ORIGIN
from tests.recorder.rows import Rows
from tests.support.postgres import Cluster, cluster


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever asks for `store_url` wants the file; every other test with a store has two runs."""
    if "backend" in metafunc.fixturenames:
        is_file = "store_url" in metafunc.fixturenames
        metafunc.parametrize("backend", ["sqlite"] if is_file else ["sqlite", "postgresql"])


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store/heatwright.db"


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store in which nothing is: making its tables takes longer than most tests."""
    file = tmp_path_factory.mktemp("new") / "heatwright.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One server for all tests of a process."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def new_database(postgres: Cluster) -> str:
    """A database in which nothing is but the tables, to be copied."""
    name = postgres.database()
    Store.open(postgres.url(name)).close()
    return name


@pytest.fixture
def store(request: pytest.FixtureRequest, backend: str) -> Iterator[Store]:
    if backend == "postgresql":
        server: Cluster = request.getfixturevalue("postgres")
        name = server.database(request.getfixturevalue("new_database"))
        with Store.open(server.url(name)) as opened:
            yield opened
        server.drop(name)
        return
    url: str = request.getfixturevalue("store_url")
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(request.getfixturevalue("new_store"), file)
    with Store.open(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def fresh(
    request: pytest.FixtureRequest, new_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes further stores of a backend: the URL of one in which nothing is."""

    def make(backend: str) -> str:
        if backend == "postgresql":
            server: Cluster = request.getfixturevalue("postgres")
            return server.url(server.database(request.getfixturevalue("new_database")))
        file = tmp_path_factory.mktemp("fresh") / "heatwright.db"
        shutil.copyfile(new_store, file)
        return f"sqlite:///{file}"

    return make


@pytest.fixture
def rows(store: Store) -> Iterator[Rows]:
    """The tables of the store, past it."""
    found = Rows(store)
    yield found
    found.close()


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
