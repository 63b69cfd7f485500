"""PostgreSQL's programs for the tests that run on it: `python -m tools.postgres` finds or installs.

A tool of tests: they start throw-away clusters of their own, and no server of the machine's is
touched. Where Heatwright runs on PostgreSQL, it only needs its address.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from tools.packages import NotHere, find_or_install

__all__ = ["POSTGRES_VARIABLE", "find_postgres"]

POSTGRES_VARIABLE: Final = "HEATWRIGHT_POSTGRES"
"""Environment variable with the folder of the programs to use."""

PACKAGE: Final = "postgresql"

DEBIANS_FOLDER: Final = Path("/usr/lib/postgresql")
"""Debian keeps each version's programs in a folder of its own, off PATH."""


def find_postgres() -> Path:
    """The folder with `initdb` and `postgres`: asked for, on PATH, or Debian's newest.

    Raises NotHere.
    """
    asked = os.environ.get(POSTGRES_VARIABLE)
    if asked:
        if (Path(asked) / "initdb").exists():
            return Path(asked)
        raise NotHere(f"{POSTGRES_VARIABLE} is {asked}, which has no initdb.")
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = DEBIANS_FOLDER.glob("*/bin/initdb")
    newest = max(versions, key=lambda path: _number(path.parts[-3]), default=None)
    if newest:
        return newest.parent
    raise NotHere(
        f"No PostgreSQL: put its programs on PATH, or set {POSTGRES_VARIABLE} to their folder."
    )


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0


def main() -> int:
    """Say which PostgreSQL there is, after installing one if there is none."""
    return find_or_install(
        "PostgreSQL", PACKAGE, POSTGRES_VARIABLE, find_postgres, lambda folder: folder / "postgres"
    )


if __name__ == "__main__":
    sys.exit(main())
