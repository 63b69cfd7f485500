"""Which Chromium to use: the one that was asked for, Playwright's own, or the machine's.

Nothing is started here; finding takes milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import playwright

from recorder.errors import NoChromium

__all__ = ["CHROMIUM_VARIABLE", "Chromium", "find_chromium"]

CHROMIUM_VARIABLE = "HEATWRIGHT_CHROMIUM"
"""Environment variable with the path of the Chromium or Chrome to use."""

INSTALL_STEP = (
    "Run `heatwright doctor --install`, or set HEATWRIGHT_CHROMIUM to a Chromium or Chrome."
)

MACHINE_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
"""What packages call their program, the freest first."""

MAC_APPLICATIONS = ("Chromium", "Google Chrome", "Microsoft Edge")

WINDOWS_PROGRAMS = (
    r"Chromium\Application\chrome.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)

# What Playwright calls the program inside its download, newest layout first. A full browser is
# preferred to the headless shell, which paints with other code than the visitor's browser.
PLAYWRIGHT_DOWNLOADS = (
    ("chromium", ("*/chrome", "*/chrome.exe", "*/*.app/Contents/MacOS/*")),
    (
        "chromium-headless-shell",
        ("*/chrome-headless-shell", "*/headless_shell", "*/*headless*shell.exe"),
    ),
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser that can be started, and where it comes from, as part of a sentence."""

    executable: Path
    source: str


def find_chromium() -> Chromium:
    """The Chromium to use. Raises NoChromium when there is none.

    HEATWRIGHT_CHROMIUM comes first, and when it is set nothing else will do;
    then Playwright's own download, then a Chromium, Chrome or Edge of the
    machine: on PATH, or where the system keeps applications.
    """
    asked = os.environ.get(CHROMIUM_VARIABLE, "").strip()
    if asked:
        return _asked_for(asked)
    for found in _candidates():
        return found
    raise NoChromium("There is no Chromium or Chrome on this machine.", INSTALL_STEP)


def _asked_for(value: str) -> Chromium:
    path = Path(value).expanduser()
    if not _can_run(path):
        on_path = shutil.which(value)
        if not on_path:
            raise NoChromium(
                f"{CHROMIUM_VARIABLE} is set to {value!r}, which is not a program that can be run.",
                "Set it to the path of a Chromium or Chrome, or unset it.",
            )
        path = Path(on_path)
    return Chromium(path, f"from {CHROMIUM_VARIABLE}")


def _candidates() -> Iterator[Chromium]:
    for path in _playwright_downloads():
        yield Chromium(path, "downloaded by Playwright")
    for path in _on_machine():
        yield Chromium(path, "on this machine")


def _playwright_downloads() -> Iterator[Path]:
    """Complete downloads of exactly the revisions that the installed Playwright is made for."""
    package = Path(playwright.__file__).parent / "driver" / "package"
    try:
        listed = json.loads((package / "browsers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # A Playwright from elsewhere (a system package) keeps no such list.
    revisions = {entry["name"]: _revision(entry) for entry in listed["browsers"]}
    home = _playwright_home(package)
    for name, patterns in PLAYWRIGHT_DOWNLOADS:
        folder = home / f"{name.replace('-', '_')}-{revisions.get(name)}"
        if not (folder / "INSTALLATION_COMPLETE").is_file():
            continue
        for pattern in patterns:
            yield from filter(_can_run, sorted(folder.glob(pattern)))


def _revision(entry: dict[str, Any]) -> str:
    return str(entry.get("revision", ""))


def _playwright_home(package: Path) -> Path:
    """Where Playwright keeps its downloads, by its own rules."""
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if chosen == "0":
        return package / ".local-browsers"
    if chosen:
        return Path(chosen).resolve()
    home = Path.home()
    caches = {
        "darwin": home / "Library" / "Caches",
        "win32": Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    linux = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return caches.get(sys.platform, linux) / "ms-playwright"


def _on_machine() -> Iterator[Path]:
    for name in MACHINE_NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    yield from filter(_can_run, _usual_places())


def _usual_places() -> Iterator[Path]:
    """Where macOS and Windows keep browsers, which are not on PATH there."""
    platform: str = sys.platform  # as a variable, so that mypy reads every branch on every system
    if platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            for name in MAC_APPLICATIONS:
                yield folder / f"{name}.app" / "Contents" / "MacOS" / name
    if platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            home = os.environ.get(variable)
            if home:
                yield from (Path(home) / program for program in WINDOWS_PROGRAMS)


def _can_run(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
