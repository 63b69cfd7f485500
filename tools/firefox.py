"""Firefox for the tests that record in it: `python tools/firefox.py` finds or installs one.

A tool of tests: Heatwright itself never needs Firefox.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tools.packages import NotHere, find_or_install

__all__ = ["FIREFOX_VARIABLE", "find_firefox"]

FIREFOX_VARIABLE = "HEATWRIGHT_FIREFOX"
"""Environment variable with the path of the Firefox to use."""

NAMES = ("firefox-esr", "firefox")
"""What packages call their program; Debian's own first."""

PACKAGE = "firefox-esr"


def find_firefox() -> Path:
    """The Firefox that was asked for, else the first on PATH. Raises NotHere."""
    asked = os.environ.get(FIREFOX_VARIABLE)
    found = shutil.which(asked) if asked else next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    if asked:
        raise NotHere(f"{FIREFOX_VARIABLE} is {asked}, which is no program.")
    raise NotHere(f"No Firefox: put one on PATH, or set {FIREFOX_VARIABLE} to one.")


def main() -> int:
    """Say which Firefox there is, after installing one if there is none."""
    return find_or_install("Firefox", PACKAGE, FIREFOX_VARIABLE, find_firefox)


if __name__ == "__main__":
    sys.exit(main())
