"""Firefox for the tests that record in it: `python tools/firefox.py` finds or installs one.

A tool of tests: Heatwright itself never needs Firefox.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tools.packages import install_package, run_quietly

__all__ = ["FIREFOX_VARIABLE", "NoFirefox", "find_firefox", "install_firefox"]

FIREFOX_VARIABLE = "HEATWRIGHT_FIREFOX"
"""Environment variable with the path of the Firefox to use."""

NAMES = ("firefox-esr", "firefox")
"""What packages call their program; Debian's own first."""

PACKAGE = "firefox-esr"

QUICK_DEADLINE_S = 60
"""For `--version`: a first start from a cold disk."""


class NoFirefox(Exception):
    """There is no Firefox that runs; the message says what to do."""


def find_firefox() -> Path:
    """The Firefox that was asked for, else the first on PATH. Raises NoFirefox."""
    asked = os.environ.get(FIREFOX_VARIABLE)
    found = shutil.which(asked) if asked else next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    if asked:
        raise NoFirefox(f"{FIREFOX_VARIABLE} is {asked}, which is no program.")
    raise NoFirefox(f"No Firefox: put one on PATH, or set {FIREFOX_VARIABLE} to one.")


def install_firefox() -> Path:
    """Install Debian's package and return its program. Raises NoFirefox, saying what failed."""
    problem = install_package(PACKAGE)
    if problem:
        raise NoFirefox(f"No Firefox: {problem} Put one on PATH, or set {FIREFOX_VARIABLE} to one.")
    return find_firefox()


def main() -> int:
    """Say which Firefox there is, after installing one if there is none."""
    try:
        try:
            found = find_firefox()
        except NoFirefox as missing:
            if os.environ.get(FIREFOX_VARIABLE):
                raise
            print(f"setup: {missing} Installing {PACKAGE} with apt-get.", file=sys.stderr)
            found = install_firefox()
        problem = run_quietly([str(found), "--version"], QUICK_DEADLINE_S)
        if problem:
            raise NoFirefox(f"{found} does not run: {problem}")
    except NoFirefox as error:
        print(f"setup: {error}", file=sys.stderr)
        return 3
    print(f"setup: Firefox, for tests only, is {found}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
