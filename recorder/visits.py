"""Visit scripts: what a driven browser does on a page.

A script is a Python file that defines `async def visit(page)`; `page` is a
Playwright page that is already at the URL.
"""

from __future__ import annotations

import importlib.util
import inspect
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from recorder.errors import BrokenScript

__all__ = ["Visit", "load_visit", "stay", "where_it_failed"]

Visit = Callable[[Page], Awaitable[Any]]

EXAMPLE = "async def visit(page):\n    await page.get_by_role('link').first.click()"


async def stay(page: Page) -> None:
    """The default visit: the page is loaded, and left as it is."""


def load_visit(path: Path) -> Visit:
    """The `visit` coroutine function of the script at `path`.

    Raises BrokenScript if the file is not there, does not run, or defines none.
    """
    if not path.is_file():
        raise BrokenScript(f"There is no visit script {path}.", f"Write one:\n\n{EXAMPLE}\n")
    spec = importlib.util.spec_from_file_location("heatwright_visit", path)
    if spec is None or spec.loader is None:
        raise BrokenScript(f"{path} is not a Python file.", "Give a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BrokenScript(
            f"The visit script {path} does not run: {type(error).__name__}: {error}.",
            f"See {where_it_failed(error, path)}.",
        ) from error
    visit = getattr(module, "visit", None)
    if not inspect.iscoroutinefunction(visit):
        raise BrokenScript(
            f"The visit script {path} does not define `async def visit(page)`.",
            f"Add it, for example:\n\n{EXAMPLE}\n",
        )
    return visit


def where_it_failed(error: BaseException, path: Path) -> str:
    """`visit.py, line 12`: the innermost line of the script on the way to `error`."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{path}, line {error.lineno}"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path
    ]
    return f"{path}, line {lines[-1]}" if lines else str(path)
