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

from tools.packages import install_package, run_quietly

__all__ = ["POSTGRES_VARIABLE", "NoPostgres", "find_postgres", "install_postgres"]

POSTGRES_VARIABLE: Final = "HEATWRIGHT_POSTGRES"
"""Environment variable with the folder of the programs to use."""

PACKAGE: Final = "postgresql"

DEBIANS_FOLDER: Final = Path("/usr/lib/postgresql")
"""Debian keeps each version's programs in a folder of its own, off PATH."""

QUICK_DEADLINE_S: Final = 60
"""For `--version`: a first start from a cold disk."""


class NoPostgres(Exception):
    """There are no programs of PostgreSQL; the message says what to do."""


def find_postgres() -> Path:
    """The folder with `initdb` and `postgres`: asked for, on PATH, or Debian's newest.

    Raises NoPostgres.
    """
    asked = os.environ.get(POSTGRES_VARIABLE)
    if asked:
        if (Path(asked) / "initdb").exists():
            return Path(asked)
        raise NoPostgres(f"{POSTGRES_VARIABLE} is {asked}, which has no initdb.")
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = DEBIANS_FOLDER.glob("*/bin/initdb")
    newest = max(versions, key=lambda path: _number(path.parts[-3]), default=None)
    if newest:
        return newest.parent
    raise NoPostgres(
        f"No PostgreSQL: put its programs on PATH, or set {POSTGRES_VARIABLE} to their folder."
    )


def install_postgres() -> Path:
    """Install Debian's package and return its folder. Raises NoPostgres, saying what failed."""
    problem = install_package(PACKAGE)
    if problem:
        raise NoPostgres(
            f"No PostgreSQL: {problem} Put its programs on PATH, or set {POSTGRES_VARIABLE} to "
            "their folder."
        )
    return find_postgres()


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0


def main() -> int:
    """Say which PostgreSQL there is, after installing one if there is none."""
    try:
        try:
            found = find_postgres()
        except NoPostgres as missing:
            if os.environ.get(POSTGRES_VARIABLE):
                raise
            print(f"setup: {missing} Installing {PACKAGE} with apt-get.", file=sys.stderr)
            found = install_postgres()
        problem = run_quietly([str(found / "postgres"), "--version"], QUICK_DEADLINE_S)
        if problem:
            raise NoPostgres(f"{found / 'postgres'} does not run: {problem}")
    except NoPostgres as error:
        print(f"setup: {error}", file=sys.stderr)
        return 3
    print(f"setup: PostgreSQL, for tests only, is in {found}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
