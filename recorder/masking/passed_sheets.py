"""Style sheets that have passed the wall as they are: a site's are the same for every visitor.

Only digests are kept. A sheet is 60 % of a snapshot's bytes, and half of the wall's time.
"""

from __future__ import annotations

import hashlib
from typing import Final

from recorder import limits
from recorder.masking.policy import Policy

__all__ = ["PassedSheets"]

_FROM_CHARS: Final = 1_000
"""Shorter ones cost less than to ask."""

_passed: set[bytes] = set()


class PassedSheets:
    """Those of one policy; `hides` is whether texts are masked where the sheet is."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def name(self, css: str, hides: bool) -> bytes | None:
        """What to ask and remember `css` by; None if it is not worth it."""
        if len(css) < _FROM_CHARS:
            return None
        under = f"{self._policy} {hides}\n"
        return hashlib.blake2b(
            (under + css).encode("utf-8", "surrogatepass"), digest_size=16
        ).digest()

    def has(self, name: bytes) -> bool:
        """Whether a sheet of this name has passed."""
        return name in _passed

    def remember(self, name: bytes) -> None:
        """A sheet of this name has passed, whatever else was in its batch."""
        if len(_passed) >= limits.WALL_SHEETS:
            _passed.clear()
        _passed.add(name)
