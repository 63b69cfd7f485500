"""One warm browser and one site for all tests of the tag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from recorder.chromium import launch
from recorder.store import Store
from tests.support.serving import WebSite, website


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coroutine tests of this folder share the session's loop."""
    for item in items:
        if "tests/client/" in item.path.as_posix() and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The visitors' browser: it reaches loopback."""
    async with async_playwright() as playwright:
        started = await launch(playwright)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site() -> AsyncIterator[WebSite]:
    """One site for all pages: every one that ends waits for its visitors' connections."""
    async with website({}) as started:
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/heatwright.db") as opened:
        yield opened
