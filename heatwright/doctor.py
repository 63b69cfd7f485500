"""What Heatwright needs from the machine, found out and said with a next step.

Each check is one function that returns one Finding. `examine` runs them all
and changes nothing: no store is created, nothing is installed. Only where blobs are an empty
one is put and removed again, for nothing else shows that it can be.
"""

from __future__ import annotations

import asyncio
import importlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from heatwright.shadowing import PACKAGES, find_shadows

__all__ = ["Finding", "examine", "render"]

OLDEST_PYTHON = (3, 11)

DISK_FLOOR_BYTES = 1_000_000_000
"""Chromium's profile, a store and pictures fit in less; below this something soon will not."""

SAFE_WAL_VERSIONS = "3.51.3"
"""Before this release SQLite can corrupt a store that several processes checkpoint at once."""

SCRIPTS = (
    "recorder/static/heatwright.js",
    "recorder/static/heatwright-more.js",
    "recorder/static/heatwright-masks.js",
    "recorder/static/heatwright-canvas.js",
    "recorder/static/driven.js",
    "replay/static/stage.js",
)

MARKS = {True: "[green]ok[/]", False: "[red]missing[/]", None: "[yellow]note[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    `ok` is True when it is as it should be, False when something will not
    work, None when it works with a limit that is worth knowing. `next_step` is
    empty when there is nothing to do.
    """

    name: str
    ok: bool | None
    detail: str
    next_step: str = ""


def examine(store_url: str | None = None, blobs_url: str | None = None) -> list[Finding]:
    """Look at everything, in the order in which things depend on each other.

    `store_url` is the store to look at, by default the one under the current
    folder; `blobs_url` where its blobs should be. Must not be called from inside a
    running event loop, because a browser is started to see whether it starts.
    """
    findings = [_guarded("Python", _python), _guarded("Packages", _packages)]
    if findings[-1].ok is False:
        return findings  # Every further check would ask somebody else's packages.
    from recorder.store import DEFAULT_URL

    url = store_url or DEFAULT_URL
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("Browser-side scripts", _scripts),
        ("Chromium", _chromium),
        ("OpenCV", _opencv),
        ("SQLite", _sqlite),
        ("Store", lambda: _store(url)),
        ("Blobs", lambda: _blobs(url, blobs_url)),
        ("Disk", lambda: _disk(url)),
    ]
    return findings + [_guarded(name, check) for name, check in checks]


def render(findings: list[Finding]) -> Table:
    """The findings as a table for a terminal: name, verdict, detail and next step."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        detail = escape(finding.detail)
        if finding.next_step:
            detail += f"\n[bold]{escape(finding.next_step)}[/]"
        table.add_row(escape(finding.name), MARKS[finding.ok], detail)
    return table


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """The doctor reports every illness, an unforeseen one in a check of its own included."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - becomes a finding, which says what it was
        return Finding(name, False, f"The check itself failed: {type(error).__name__}: {error}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    detail = f"{version} at {sys.executable}"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("Python", True, detail)
    return Finding("Python", False, detail, f"Use Python {wanted} or newer.")


def _packages() -> Finding:
    shadows = find_shadows()
    if not shadows:
        return Finding("Packages", True, f"{', '.join(PACKAGES)} are Heatwright's own")
    return Finding("Packages", False, " ".join(s.sentence for s in shadows), shadows[0].next_step)


def _scripts() -> Finding:
    """The built JavaScript lies beside the Python that serves it."""
    home = Path(__file__).resolve().parent.parent
    missing = [name for name in SCRIPTS if not _has_content(home / name)]
    if not missing:
        return Finding("Browser-side scripts", True, "built: " + ", ".join(SCRIPTS))
    return Finding(
        "Browser-side scripts",
        False,
        "not built: " + ", ".join(missing),
        "In a checkout: python hatch_build.py; else: pip install --force-reinstall heatwright",
    )


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _chromium() -> Finding:
    """Found, started and closed again; says version, origin and sandbox."""
    from recorder.errors import HeatwrightError

    try:
        version, detail, sandboxed = asyncio.run(_start_chromium())
    except HeatwrightError as error:
        return Finding("Chromium", False, error.message, error.next_step)
    return Finding("Chromium", True if sandboxed else None, f"{version} {detail}")


async def _start_chromium() -> tuple[str, str, bool]:
    from playwright.async_api import async_playwright

    from recorder.chromium import start

    async with async_playwright() as playwright:
        started = await start(playwright)
        version = started.browser.version
        await started.browser.close()
    found = started.chromium
    detail = f"at {found.executable} ({found.source}) starts. {started.reason}"
    return version, detail, started.sandboxed


def _opencv() -> Finding:
    try:
        cv2 = importlib.import_module("cv2")
    except ImportError as error:
        return Finding(
            "OpenCV",
            False,
            f"cannot be imported: {error}",
            "pip install --force-reinstall opencv-python-headless",
        )
    return Finding("OpenCV", True, str(cv2.__version__))


def _sqlite() -> Finding:
    """The version, and whether write-ahead logging can be switched on here."""
    version = sqlite3.sqlite_version
    with tempfile.TemporaryDirectory(prefix="heatwright-doctor-") as folder:
        connection = sqlite3.connect(Path(folder, "wal.db"))
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        finally:
            connection.close()
    if mode != "wal":
        return Finding(
            "SQLite",
            False,
            f"{version} cannot keep a write-ahead log in {tempfile.gettempdir()}",
            "Use a local file system, not a network share.",
        )
    detail = f"{version} with write-ahead log"
    if sqlite3.sqlite_version_info < tuple(map(int, SAFE_WAL_VERSIONS.split("."))):
        detail += f"; before {SAFE_WAL_VERSIONS}, so checkpoints run under Heatwright's own lock"
    return Finding("SQLite", True, detail)


def _store(url: str) -> Finding:
    """Whether the store opens as it is; one that does not exist yet is not created."""
    from recorder.errors import HeatwrightError
    from recorder.store import Store

    file = _store_file(url)
    if file is not None and not file.exists():
        return Finding("Store", True, f"none yet; it will be made at {file.resolve()}")
    try:
        with Store.open(url, migrate=False):
            return Finding("Store", True, f"{_without_password(url)} opens")
    except HeatwrightError as error:
        return Finding("Store", False, error.message, error.next_step)


def _blobs(url: str, asked: str | None) -> Finding:
    """Whether a large body can be put where the store has them, and removed for good."""
    from recorder.errors import HeatwrightError
    from recorder.store import Store
    from recorder.store.outside.faults import another_place
    from recorder.store.outside.places import normal_url

    file = _store_file(url)
    try:
        wanted = normal_url(asked) if asked else None
        if file is not None and not file.exists():
            return _no_blobs_yet(wanted)
        with Store.open(url, migrate=False) as store:
            if store.blobs is None:
                return _no_blobs_yet(wanted)
            if wanted not in (None, store.blobs):
                raise another_place(store.name, store.blobs, str(wanted))
            return _written(store.blobs, keeps_versions=store.probe_blobs())
    except HeatwrightError as error:
        return Finding("Blobs", False, error.message, error.next_step)


def _no_blobs_yet(wanted: str | None) -> Finding:
    if wanted is None:
        return Finding("Blobs", True, "large bodies are in the store itself")
    return Finding("Blobs", True, f"none yet; the next command tries {wanted} and remembers it")


def _written(place: str, *, keeps_versions: bool) -> Finding:
    if not keeps_versions:
        return Finding("Blobs", True, f"{place} can be written")
    return Finding(
        "Blobs",
        None,
        f"{place} can be written, and keeps versions: what is erased stays there as one",
        "Let a lifecycle rule remove versions that are not current; see docs/privacy.md.",
    )


def _store_file(url: str) -> Path | None:
    """The file of an SQLite store; None for a store on a server."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # Opening it says what is wrong with it, better than we could.
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(str(parsed.database)) if is_file else None


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


def _disk(url: str) -> Finding:
    """Free space where the store is or will be."""
    place = (_store_file(url) or Path()).resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free >= DISK_FLOOR_BYTES:
        return Finding("Disk", True, detail)
    return Finding("Disk", False, detail, f"Free at least {DISK_FLOOR_BYTES / 1e9:.0f} GB.")
