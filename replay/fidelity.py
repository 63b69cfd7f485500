"""How true a render is: what was missing, refused or uncertain, each by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Fidelity", "bounds"]

WIDEST_PX = 10_000
"""No viewport is wider (CSS px)."""


@dataclass(slots=True)
class Fidelity:
    """The account of one render; everything in it is shown to the user, nothing is hidden.

    `counts` names what the stage could not apply (see `replay/stage/report.ts`).
    `page`, `inner` and `scroll` are CSS pixels. `extrapolated` says that nobody was
    recorded in the layout interval of this width, so that a page rearranged by its
    own scripts may look different there.
    """

    events: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    """What could run, navigate or connect and was taken off (`replay/stage/sanitize.ts`), by
    kind. Event handlers are on most pages, and none of it can be seen: no remark is made."""
    missing_assets: dict[str, str] = field(default_factory=dict)
    unrecorded_frames: list[str] = field(default_factory=list)
    canvases: int = 0
    blocked: int = 0
    """Elements whose inside was not recorded, by the site's wish."""
    gaps: list[int] = field(default_factory=list)
    page: tuple[int, int] = (0, 0)
    inner: tuple[int, int] = (0, 0)
    scroll: tuple[float, float] = (0.0, 0.0)
    scrollbar: int = 0
    """CSS pixels that the window's scrollbar takes from the page, and `recorded_scrollbar` what
    it took from the visitor's."""
    recorded_scrollbar: int = 0
    breakpoints: list[int] = field(default_factory=list)
    recorded_width: int = 0
    extrapolated: bool = False
    unstable: bool = False
    left_out: list[str] = field(default_factory=list)
    """Selectors of what the user asked to leave out of the picture."""
    overflow: int = 0
    """CSS pixels by which the page is wider than the viewport asked for."""
    pointer: str = ""
    """`drawn`, or why the visitor's pointer is not; empty where there was none to draw."""
    taken_from: str = ""
    """Session and time of another recording that stands in, see `replay/nearest.py`."""

    def to_json(self) -> dict[str, Any]:
        """Plain data for JSON output."""
        return asdict(self)

    def remarks(self) -> list[str]:
        """What a reader of the picture should know, one sentence each; empty if all is well."""
        found: list[str] = []
        if self.taken_from:
            found.append(self.taken_from)
        if self.extrapolated:
            found.append(f"extrapolated from {self.recorded_width} px: another layout interval")
        if self.unstable:
            found.append("unstable: two shots in a row differ")
        if self.missing_assets:
            found.append(f"{_several(len(self.missing_assets), 'asset')} missing from the archive")
        if self.unrecorded_frames:
            found.append(f"{_several(len(self.unrecorded_frames), 'frame')} not recorded")
        if self.canvases:
            found.append(f"{_several(self.canvases, 'canvas', 'canvases')} shown empty")
        if self.blocked:
            found.append(f"{_several(self.blocked, 'blocked element')}: heights estimated")
        if self.gaps:
            found.append(f"{_several(len(self.gaps), 'batch', 'batches')} never arrived")
        if self.left_out:
            found.append(f"left out: {', '.join(self.left_out)}")
        if self.pointer not in ("", "drawn"):
            found.append(f"the pointer is not drawn: {self.pointer}")
        if self.scrollbar and self.scrollbar != self.recorded_scrollbar:
            found.append(
                f"the scrollbar takes {self.scrollbar} px, the visitor's {self.recorded_scrollbar}"
            )
        if self.overflow > 0:
            found.append(f"the page is {self.overflow} px wider than the viewport")
        found.extend(
            f"{count} × {name.replace('_', ' ')}" for name, count in self.counts.items() if count
        )
        return found

    def in_recorded_interval(self, width: int) -> bool:
        """Whether `width` and the recorded width lie between the same two breakpoints."""
        return interval(self.breakpoints, width) == interval(self.breakpoints, self.recorded_width)


def _several(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def interval(breakpoints: list[int], width: int) -> int:
    """Number of the layout interval that `width` lies in: breakpoints at or below it."""
    return sum(1 for breakpoint in breakpoints if breakpoint <= width)


def bounds(breakpoints: list[int], width: int) -> tuple[int, int]:
    """First and last width (CSS px) of the layout interval that `width` lies in."""
    first = max((one for one in breakpoints if one <= width), default=0)
    following = min((one for one in breakpoints if one > width), default=WIDEST_PX + 1)
    return first, following - 1
