"""Packages of the system that only tests need, from Debian's archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = ["NotHere", "find_or_install", "install_package", "run_quietly"]

PACKAGES_DEADLINE_S: Final = 900
"""A first installation fetches up to 100 MB from a distribution's mirror."""

FAILURE_TAIL_CHARS: Final = 400
"""How much of a failed command's output is passed on."""

QUICK_DEADLINE_S: Final = 60
"""For `--version`: a first start from a cold disk."""


class NotHere(Exception):
    """A program that tests need is not there; the message says what to do."""


def find_or_install(
    name: str,
    package: str,
    variable: str,
    find: Callable[[], Path],
    program: Callable[[Path], Path] = lambda found: found,
) -> int:
    """Say on stderr where `find` found it, after installing `package` if it did not; exit code.

    What the environment's `variable` asks for is never replaced by a package. `program` is what
    is tried with `--version`.
    """
    try:
        try:
            found = find()
        except NotHere as missing:
            if os.environ.get(variable):
                raise
            print(f"setup: {missing} Installing {package} with apt-get.", file=sys.stderr)
            if problem := install_package(package):
                raise NotHere(f"No {name}: {problem} Else set {variable}.") from None
            found = find()
        if problem := run_quietly([str(program(found)), "--version"], QUICK_DEADLINE_S):
            raise NotHere(f"{program(found)} does not run: {problem}")
    except NotHere as error:
        print(f"setup: {error}", file=sys.stderr)
        return 3
    print(f"setup: {name}, for tests only, is {found}", file=sys.stderr)
    return 0


def install_package(name: str) -> str | None:
    """Install Debian's package `name`; returns what went wrong, None if nothing did."""
    if shutil.which("apt-get") is None:
        return "there is no apt-get to install one."
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run_quietly([*root, "apt-get", "update", "-qq"], PACKAGES_DEADLINE_S)  # old lists may do, too
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name]
    problem = run_quietly([*root, *command], PACKAGES_DEADLINE_S)
    return problem and f"apt-get could not install {name}: {problem}"


def run_quietly(command: list[str], deadline_s: int) -> str | None:
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
