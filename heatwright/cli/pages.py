"""`heatwright pages`: which pages were recorded, and how often."""

from __future__ import annotations

from dataclasses import asdict

from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import print_json, print_table
from heatwright.cli.sessions import when

__all__ = ["pages"]


def pages(store: StoreOption = None, json: JsonOption = False) -> None:
    """List recorded pages with how often they were viewed.

    Example: heatwright pages
    """
    with open_store(store) as opened:
        found = opened.pages()
    if json:
        print_json([asdict(page) for page in found])
        return
    rows: list[list[object]] = [
        [page.site_id, page.path, page.views, page.sessions, when(page.last_at)] for page in found
    ]
    columns = ["site", "page", "views", "sessions", "last seen (UTC)"]
    print_table(f"Pages: {len(rows)}", columns, rows)
