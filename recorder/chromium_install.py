"""Installing a Chromium: Playwright's download first, the system's package manager next.

`python -m recorder.chromium_install` finds one and installs one only if there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from recorder.chromium_find import Chromium, find_chromium
from recorder.errors import NoChromium

__all__ = ["install_chromium"]

DOWNLOAD_DEADLINE_S = 600
"""170 MB and their system libraries: ten minutes is a slow line, not a broken one."""

PACKAGES_DEADLINE_S = 900
"""A first `apt-get install chromium` fetches about 100 MB from a distribution's mirror."""

PROBE_TIMEOUT_S = 5
"""A download host that does not take a connection in this time is taken for out of reach."""

QUICK_DEADLINE_S = 30
"""For commands that only say something: `--dry-run`, `--version`, `sudo -n true`."""

FAILURE_TAIL_LINES = 5
"""How much of a failed command's output is passed on."""

Echo = Callable[[str], None]

# Package managers in the order they are looked for: what refreshes the lists (or nothing), and
# what installs a browser with a base font, without which pages have no glyphs to measure.
PACKAGE_MANAGERS: dict[str, tuple[list[str], list[str]]] = {
    "apt-get": (
        ["apt-get", "update", "-qq"],
        [
            *("apt-get", "install", "-y", "-qq", "--no-install-recommends"),
            *("chromium", "fonts-liberation"),
        ],
    ),
    "dnf": ([], ["dnf", "install", "-y", "chromium", "liberation-fonts"]),
    "apk": ([], ["apk", "add", "--no-cache", "chromium", "font-liberation"]),
    "pacman": ([], ["pacman", "-Sy", "--noconfirm", "--needed", "chromium", "ttf-liberation"]),
    "zypper": (
        [],
        ["zypper", "--non-interactive", "install", "chromium", "liberation-fonts"],
    ),
    "brew": ([], ["brew", "install", "--cask", "chromium"]),
}

WITHOUT_ROOT = frozenset({"brew"})
"""Package managers that must not be run by root."""


def install_chromium(echo: Echo) -> Chromium:
    """Install a Chromium and return it; `echo` gets a line for each step.

    Raises NoChromium when no way works. Takes up to 25 minutes on a slow
    line; where the download host is out of reach, no longer than the system's
    package manager.
    """
    tried = []
    for way in (_from_playwright, _from_package_manager):
        problem = way(echo)
        if problem is None:
            found = find_chromium()
            problem = _does_not_run(found)
            if problem is None:
                return found
        echo(problem)
        tried.append(problem)
    raise NoChromium(
        "No Chromium could be installed: " + " ".join(tried),
        "Install Chromium or Chrome by hand, or set HEATWRIGHT_CHROMIUM to one.",
    )


def _from_playwright(echo: Echo) -> str | None:
    """Let Playwright download its Chromium; returns what went wrong, if anything."""
    command = [sys.executable, "-m", "playwright", "install"]
    hosts = _download_hosts([*command, "--dry-run", "chromium"])
    if hosts and not _behind_proxy() and not any(_reachable(host) for host in hosts):
        return f"Playwright's download host {sorted(hosts)[0]} is out of reach."
    # `--with-deps` asks for a password where there is no root; the libraries may be there already.
    deps = ["--with-deps"] if not sys.platform.startswith("linux") or _root() is not None else []
    echo("Downloading Chromium with Playwright.")
    problem = _run([*command, *deps, "chromium"], DOWNLOAD_DEADLINE_S)
    return f"Playwright could not install Chromium: {problem}" if problem else None


def _download_hosts(dry_run: list[str]) -> set[str]:
    """The hosts that Playwright would download from, as it says itself."""
    done = _capture(dry_run, QUICK_DEADLINE_S)
    words = done.stdout.split() if done else []
    return {urlsplit(word).hostname or "" for word in words if word.startswith("https://")} - {""}


def _behind_proxy() -> bool:
    """Behind a proxy a direct connection says nothing about what can be downloaded."""
    return any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"))


def _reachable(host: str) -> bool:
    try:
        socket.create_connection((host, 443), PROBE_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _from_package_manager(echo: Echo) -> str | None:
    """Install the system's own Chromium; returns what went wrong, if anything."""
    manager = next((name for name in PACKAGE_MANAGERS if shutil.which(name)), None)
    if manager is None:
        return "This system has no package manager that Heatwright knows."
    root = [] if manager in WITHOUT_ROOT else _root()
    if root is None:
        return f"{manager} needs root, and sudo asks for a password."
    refresh, install = PACKAGE_MANAGERS[manager]
    if refresh:
        echo(f"Refreshing the package lists with {manager}.")
        problem = _run([*root, *refresh], PACKAGES_DEADLINE_S)
        if problem:
            echo(f"The lists could not be refreshed, the old ones may do: {problem}")
    echo(f"Installing Chromium with {manager}.")
    problem = _run([*root, *install], PACKAGES_DEADLINE_S)
    return f"{manager} could not install Chromium: {problem}" if problem else None


def _root() -> list[str] | None:
    """What to put before a command that needs root; None when root cannot be had."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    silent = ["sudo", "-n"]
    if shutil.which("sudo"):
        done = _capture([*silent, "true"], QUICK_DEADLINE_S)
        if done and done.returncode == 0:
            return silent
    return None


def _does_not_run(found: Chromium) -> str | None:
    """What is wrong with a browser that cannot even say its version."""
    if sys.platform == "win32":
        return None  # There `--version` opens a window.
    problem = _run([str(found.executable), "--version"], QUICK_DEADLINE_S)
    return f"{found.executable} does not run: {problem}" if problem else None


def _run(command: list[str], deadline_s: int) -> str | None:
    """Run to the end; returns the tail of what was said when it failed."""
    done = _capture(command, deadline_s)
    if done is None:
        return f"`{Path(command[0]).name}` did not finish within {deadline_s} s."
    if done.returncode == 0:
        return None
    return _tail(f"{done.stdout}\n{done.stderr}".splitlines()) or f"status {done.returncode}."


def _capture(command: list[str], deadline_s: int) -> subprocess.CompletedProcess[str] | None:
    """Run without a terminal, so that nothing can ask anything; None past the deadline."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline_s,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _tail(lines: Iterable[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    return " / ".join(said[-FAILURE_TAIL_LINES:])


def main() -> int:
    """Say which Chromium there is, after installing one if there is none."""
    try:
        try:
            found = find_chromium()
        except NoChromium as missing:
            if os.environ.get("HEATWRIGHT_CHROMIUM"):
                raise
            print(f"setup: {missing.message}", file=sys.stderr)
            found = install_chromium(lambda line: print(f"setup: {line}", file=sys.stderr))
    except NoChromium as error:
        print(f"setup: {error.message} {error.next_step}", file=sys.stderr)
        return error.exit_code
    print(f"setup: Chromium is {found.executable}, {found.source}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
