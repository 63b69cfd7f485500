"""Packages of the system that only tests need, from Debian's archive."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

__all__ = ["install_package", "run_quietly"]

PACKAGES_DEADLINE_S: Final = 900
"""A first installation fetches up to 100 MB from a distribution's mirror."""

FAILURE_TAIL_CHARS: Final = 400
"""How much of a failed command's output is passed on."""


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
