"""Firefox for the tests that record in it: `python tools/firefox.py` finds or installs one.

A tool of tests: Heatwright itself never needs Firefox.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["FIREFOX_VARIABLE", "NoFirefox", "find_firefox", "install_firefox"]

FIREFOX_VARIABLE = "HEATWRIGHT_FIREFOX"
"""Environment variable with the path of the Firefox to use."""

NAMES = ("firefox-esr", "firefox")
"""What packages call their program; Debian's own first."""

PACKAGE = "firefox-esr"

PACKAGES_DEADLINE_S = 900
"""A first installation fetches about 70 MB from a distribution's mirror."""

QUICK_DEADLINE_S = 60
"""For `--version`: a first start from a cold disk."""

FAILURE_TAIL_CHARS = 400
"""How much of a failed command's output is passed on."""


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
    if shutil.which("apt-get") is None:
        raise NoFirefox(
            f"No Firefox, and no apt-get to install one: put a Firefox on PATH, or set "
            f"{FIREFOX_VARIABLE} to one."
        )
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    _run([*root, "apt-get", "update", "-qq"], PACKAGES_DEADLINE_S)  # old lists may do, too
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]
    problem = _run([*root, *command], PACKAGES_DEADLINE_S)
    if problem:
        raise NoFirefox(
            f"apt-get could not install {PACKAGE}: {problem} Put a Firefox on PATH, or set "
            f"{FIREFOX_VARIABLE} to one."
        )
    return find_firefox()


def _run(command: list[str], deadline_s: int) -> str | None:
    """Run without a terminal; returns the tail of what was said when it failed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=deadline_s,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"`{command[0]}` did not finish within {deadline_s} s."
    except OSError as error:
        return f"{error}."
    if done.returncode == 0:
        return None
    return done.stdout.strip()[-FAILURE_TAIL_CHARS:] or f"status {done.returncode}."


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
        problem = _run([str(found), "--version"], QUICK_DEADLINE_S)
        if problem:
            raise NoFirefox(f"{found} does not run: {problem}")
    except NoFirefox as error:
        print(f"setup: {error}", file=sys.stderr)
        return 3
    print(f"setup: Firefox, for tests only, is {found}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
