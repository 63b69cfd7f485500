"""One recording browser, one store and one warm theatre for all replay tests.

Everything asynchronous runs in the session's event loop, where the browsers live.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from recorder.chromium import launch
from recorder.store import Store
from replay import Theatre


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coroutine tests of this folder share the session's loop."""
    for item in items:
        if "tests/replay/" in item.path.as_posix() and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("replay-store")
    with Store.open(f"sqlite:///{folder}/heatwright.db") as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """The visitors' browser: it reaches loopback."""
    started = await launch(playwright)
    yield started
    await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def theatre(store: Store) -> AsyncIterator[Theatre]:
    async with Theatre(store) as opened:
        yield opened
