"""Starting Chromium: the same flags everywhere, the sandbox on wherever it can be.

`launch` is the one place where Heatwright starts a browser, to record, to
replay and to diagnose.
"""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from recorder.chromium_find import CHROMIUM_VARIABLE, INSTALL_STEP, Chromium, find_chromium
from recorder.chromium_install import install_chromium
from recorder.errors import NoChromium, RenderFailed

__all__ = [
    "CHROMIUM_VARIABLE",
    "Chromium",
    "Started",
    "find_chromium",
    "install_chromium",
    "launch",
    "sandbox",
    "start",
]

log = logging.getLogger(__name__)

START_TIMEOUT_MS = 60_000
"""A cold start takes 0.5 s, on a machine that is busy elsewhere some seconds."""

# Playwright's own switches already keep Chromium quiet (no updates, no sync, no first run).
# `--disable-features` must not be given again: Chromium heeds only the last one.
COMMON_SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",  # glyph positions that do not depend on the machine's settings
    "--force-color-profile=srgb",
    "--no-first-run",
    "--no-pings",
)

# Aborting requests in Playwright is not a wall: Chromium still connects for frames, embeds and
# preconnects. Here no name resolves, and what needs no name goes to a proxy that does not exist.
ISOLATED_SWITCHES = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",  # the discard port: nothing listens there
    "--proxy-bypass-list=<-loopback>",  # loopback addresses go through the proxy, too
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)

CAUSE_LENGTH = 300
"""Characters of a browser's last words that a sentence can bear."""

SANDBOX_MARKS = ("sandboxing failed", "No usable sandbox", "Failed to move to new namespace")
"""How Playwright and Chromium say that the kernel refused the sandbox."""


@dataclass(frozen=True, slots=True)
class Started:
    """A running browser; whether its sandbox is on, and why or why not, as a sentence."""

    browser: Browser
    chromium: Chromium
    sandboxed: bool
    reason: str


async def launch(
    playwright: Playwright,
    *,
    isolated: bool = False,
    headless: bool = True,
    scrollbars: bool = False,
) -> Browser:
    """Start Chromium; `isolated` cuts it off from every network, loopback included.

    With `scrollbars` pages have classic ones (15 CSS px on Linux), and
    `Emulation.setScrollbarsHidden` over CDP takes them away page by page, from
    the next navigation on. Without it no page has any.

    A sandbox that is off is logged as a warning, once in a process. Raises
    NoChromium when there is none or it does not start, RenderFailed when it hangs.
    """
    started = await start(playwright, isolated=isolated, headless=headless, scrollbars=scrollbars)
    if not started.sandboxed:
        _warn_once(started.reason)
    return started.browser


async def start(
    playwright: Playwright,
    *,
    isolated: bool = False,
    headless: bool = True,
    scrollbars: bool = False,
) -> Started:
    """As `launch`, and says which Chromium it is and whether it is sandboxed."""
    chromium = find_chromium()
    switches = [*COMMON_SWITCHES, *(ISOLATED_SWITCHES if isolated else ())]
    unwanted = ["--hide-scrollbars"] if scrollbars else None

    async def run(sandboxed: bool) -> Browser:
        return await playwright.chromium.launch(
            executable_path=chromium.executable,
            headless=headless,
            chromium_sandbox=sandboxed,
            args=switches,
            ignore_default_args=unwanted,
            timeout=START_TIMEOUT_MS,
        )

    wanted, reason = sandbox()
    try:
        try:
            return Started(await run(wanted), chromium, wanted, reason)
        except PlaywrightError as error:
            if not (wanted and any(mark in str(error) for mark in SANDBOX_MARKS)):
                raise
            reason = "The Chromium sandbox is off: the kernel refused it to this process."
            return Started(await run(False), chromium, False, reason)
    except PlaywrightTimeout as error:
        raise RenderFailed(
            f"{chromium.executable} did not start within {START_TIMEOUT_MS // 1000} s.",
            "Close what keeps the machine busy and try again; `heatwright doctor` looks closer.",
        ) from error
    except PlaywrightError as error:
        raise NoChromium(
            f"{chromium.executable} ({chromium.source}) does not start: {_cause(str(error))}",
            INSTALL_STEP,
        ) from error


@functools.cache  # A process starts many browsers, and says it once.
def _warn_once(reason: str) -> None:
    log.warning("%s", reason)


def sandbox() -> tuple[bool, str]:
    """Whether Chromium's sandbox is to be on, and why, as one sentence.

    It is on unless it certainly cannot be: for root on Linux, where Chromium
    refuses it, and where the kernel gives no user namespaces to others.
    """
    if not sys.platform.startswith("linux"):
        return True, "The Chromium sandbox is on."
    if _is_root():
        return (
            False,
            "The Chromium sandbox is off: root cannot have it.",
        )
    for setting, is_off in NAMESPACE_SETTINGS.items():
        value = _read_int(setting)
        if value is not None and is_off(value):
            return False, f"The Chromium sandbox is off: {setting} is {value}."
    return True, "The Chromium sandbox is on."


# Debian's and Ubuntu's AppArmor settings are left to the attempt in `start`: with them a
# browser may still have a profile or a setuid helper of its own.
NAMESPACE_SETTINGS: dict[Path, Callable[[int], bool]] = {
    Path("/proc/sys/user/max_user_namespaces"): lambda value: value == 0,
}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _read_int(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # A kernel without this setting.


def _cause(message: str) -> str:
    """The telling line of Playwright's many: what the browser itself said, if it said any."""
    said = [line.partition("[err]")[2].strip() for line in message.splitlines() if "[err]" in line]
    said = [line for line in said if line]
    telling = [line for line in said if "error" in line.lower()] or said
    return telling[0][:CAUSE_LENGTH] if telling else "it ended at once without a word."
