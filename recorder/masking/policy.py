"""What a site has masked: the settings of its tag that the server's wall needs, too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from recorder import limits
from recorder.errors import WrongUse

__all__ = ["FRAGMENTS", "LEVELS", "Fragment", "Level", "Policy"]

Level = Literal["inputs", "text", "strict"]
Fragment = Literal["none", "routes", "all"]

LEVELS: Final[tuple[Level, ...]] = ("inputs", "text", "strict")
"""The tag's `data-mask`; each promises all that the one before it does."""

FRAGMENTS: Final[tuple[Fragment, ...]] = ("none", "routes", "all")
"""The tag's `data-keep-fragment`."""

_PARAMETER = re.compile(r"[^\s,&=#?\"'<>\x00-\x1f]{1,100}")


@dataclass(frozen=True, slots=True)
class Policy:
    """The wall of a site: `mask`, `keep_query` and `keep_fragment` as its tag's settings.

    It is a floor: what the tag masks beyond it (its selectors) passes as it is.
    """

    mask: Level = "inputs"
    keep_query: tuple[str, ...] = ()
    keep_fragment: Fragment = "none"

    def __post_init__(self) -> None:
        """Raises WrongUse for a level, parameter or fragment that the tag would not take."""
        if self.mask not in LEVELS:
            raise _wrong(self.mask, "level of masking", ", ".join(LEVELS))
        if self.keep_fragment not in FRAGMENTS:
            raise _wrong(self.keep_fragment, "choice of fragments", ", ".join(FRAGMENTS))
        for name in self.keep_query:
            if not _PARAMETER.fullmatch(name):
                raise _wrong(name, "parameter's name", "names without spaces, commas, = and &")
        if len(self.keep_query) > limits.WALL_PARAMETERS:
            raise WrongUse(
                f"A site keeps at most {limits.WALL_PARAMETERS} parameters.",
                "Keep all of them with *.",
            )


def _wrong(given: str, what: str, choices: str) -> WrongUse:
    return WrongUse(f"{given[:80]!r} is no {what}.", f"Use: {choices}.")
