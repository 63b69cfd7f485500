"""One warm browser and one site for all tests of the tag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from recorder.chromium import launch
from recorder.store import Store
from tests.client.asking import answering
from tests.support.bundling import module_script
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
    """One site for all tests; each sets the pages that it visits."""
    async with website({}) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def answers() -> AsyncIterator[str]:
    """The URL of a site whose answers differ: see `asking.py`."""
    async with answering() as url:
        yield url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/heatwright.db") as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def modules(browser: Browser) -> AsyncIterator[Page]:
    """A page with the redactor's modules as globals named like their files; it stays blank."""
    opened = await browser.new_page()
    for name in ("text", "patterns", "urls", "css", "payload", "inputs", "kind", "names"):
        source = module_script(f"recorder/client/redact/{name}.ts", name)
        await opened.add_script_tag(content=source)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A blank page of its own."""
    opened = await browser.new_page()
    yield opened
    await opened.close()
