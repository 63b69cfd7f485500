"""Recorded text as a cell of a CSV file: it comes from strangers, and spreadsheets run formulas."""

from __future__ import annotations

from typing import Final

__all__ = ["text_cell"]

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t")


def text_cell(text: str) -> str:
    """`text` that any reader takes for text, and none for the end of a row or of the file.

    What a spreadsheet would take for a formula gets a leading apostrophe.
    """
    # Lone surrogates come in with hostile recordings and cannot be written as UTF-8; a NUL ends
    # the file for some readers; a bare carriage return ends a row, and csv does not quote it.
    safe = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "").replace("\r", " ")
    return f"'{safe}" if safe.lstrip(" ").startswith(_FORMULA_STARTS) else safe
