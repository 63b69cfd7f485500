"""Every error a user can meet, as one tree.

HeatwrightError                 one sentence, a next step, an exit code
├── WrongUse                    exit 2: the command, a name or a file is not right
│   ├── UnknownDevice           no such device name
│   ├── UnknownSession          no such session (or the prefix fits several)
│   ├── UnknownPage             no recorded page fits the pattern
│   ├── UnknownSite             no such site or write key
│   ├── BrokenScript            a visit script that cannot be used
│   └── BrokenRecording         a recording that cannot be replayed
│       └── MissingObject       what lies outside of the database is not as it was put there
└── Unready                     exit 3: the machine, the network or the store is not ready
    ├── NoChromium              no browser that can be started
    ├── Unreachable             a URL that does not answer
    ├── StoreUnavailable        the store cannot be opened, read or written
    ├── StoreTooNew             the store was written by a newer Heatwright
    └── RenderFailed            the stage navigated away or ran past its deadline
        └── RendererCrashed     the stage's page or browser is gone; another may succeed

The tree lives in `recorder` because it is the lowest package: every other one
may raise these, and the command line turns them into one sentence.
"""

from __future__ import annotations

__all__ = [
    "BrokenRecording",
    "BrokenScript",
    "HeatwrightError",
    "MissingObject",
    "NoChromium",
    "RenderFailed",
    "RendererCrashed",
    "StoreTooNew",
    "StoreUnavailable",
    "UnknownDevice",
    "UnknownPage",
    "UnknownSession",
    "UnknownSite",
    "Unreachable",
    "Unready",
    "WrongUse",
]


class HeatwrightError(Exception):
    """The root: `message` says what is wrong, `next_step` what to do about it."""

    exit_code = 1

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class WrongUse(HeatwrightError):
    """The request cannot be carried out as it was put."""

    exit_code = 2


class UnknownDevice(WrongUse):
    """A device name that neither Heatwright nor Playwright knows."""


class UnknownSession(WrongUse):
    """A session reference that fits no session, or several."""


class UnknownPage(WrongUse):
    """A page pattern that fits no recorded page view."""


class UnknownSite(WrongUse):
    """A site or write key that is not registered."""


class BrokenScript(WrongUse):
    """A visit script that cannot be imported, has no `visit`, or raised."""


class BrokenRecording(WrongUse):
    """A recording from which no moment can be rebuilt."""


class MissingObject(BrokenRecording):
    """A body that is kept outside of the database is gone from there, or has been changed."""


class Unready(HeatwrightError):
    """Something outside the request is missing: browser, network, store, disk."""

    exit_code = 3


class NoChromium(Unready):
    """No Chromium could be found or started."""


class Unreachable(Unready):
    """A URL did not answer."""


class StoreUnavailable(Unready):
    """The store cannot be opened, read or written (missing, locked, full disk)."""


class StoreTooNew(Unready):
    """The store's schema is newer than this Heatwright."""


class RenderFailed(Unready):
    """The stage crashed, navigated away, or ran past its deadline."""


class RendererCrashed(RenderFailed):
    """The stage's page or its browser is gone: the same on a fresh one may succeed."""
