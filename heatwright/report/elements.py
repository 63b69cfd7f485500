"""The same element on every device: who used it, of those who could."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from heatmap.heatmap import Heatmap
from heatmap.points import Placement
from heatmap.statistics.shares import Share
from heatmap.statuses import Kind, Status
from heatwright.report.model import PageReport
from heatwright.report.recorded import device_order

__all__ = ["MOST_ROWS", "Column", "ElementRow", "ElementTable", "Home", "element_table"]

MOST_ROWS = 100
"""Rows of one table. The rest is named by number; `heatwright heatmap --json` has them all."""

_NAMELESS = frozenset({Status.NO_TARGET, Status.MASKED})
_UNPLACED = frozenset({Status.UNMATCHED, Status.AMBIGUOUS})


@dataclass(frozen=True, slots=True)
class Column:
    """Sessions recorded on `device`, `seen` in all, and the kind they are counted by."""

    device: str
    kind: Kind
    seen: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where an element's points went at one shown width: `drawn` of `points`.

    `box` is left, top, width, height in page CSS px, None if nothing was drawn on it.
    `why` is the commonest reason of those that were not drawn.
    """

    drawn: int
    points: int
    box: tuple[float, float, float, float] | None
    why: Status | None


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element. `shares` has an entry a column, `homes` one a heatmap."""

    name: str
    label: str
    points: int
    everyone: Share
    shares: list[Share]
    homes: list[Home]


@dataclass(frozen=True, slots=True)
class ElementTable:
    """Rows by how many sessions used the element; `left_out` elements follow below them."""

    columns: list[Column]
    rows: list[ElementRow]
    left_out: int


@dataclass(slots=True)
class _Use:
    """What one element got, while it is counted."""

    label: str
    points: int = 0
    sessions: set[str] = field(default_factory=set)
    by: dict[tuple[str, Kind], set[str]] = field(default_factory=lambda: defaultdict(set))
    fates: list[list[Placement]] = field(default_factory=list)


def element_table(page: PageReport, kinds: Collection[Kind]) -> ElementTable:
    """Elements that got points of `kinds`. Raises ValueError if heatmaps differ in samples."""
    uses = _uses(page, kinds)
    columns = _columns(page, uses, kinds)
    order = sorted(uses, key=lambda name: (-len(uses[name].sessions), -uses[name].points, name))
    viewers = len(page.viewers)
    rows = [
        ElementRow(
            name,
            uses[name].label,
            uses[name].points,
            Share.of(len(uses[name].sessions), viewers),
            [
                Share.of(len(uses[name].by[column.device, column.kind]), column.seen)
                for column in columns
            ],
            [
                _home(heatmap, [fates[number] for fates in uses[name].fates])
                for number, heatmap in enumerate(page.heatmaps)
            ],
        )
        for name in order[:MOST_ROWS]
    ]
    return ElementTable(columns, rows, max(0, len(order) - MOST_ROWS))


def _uses(page: PageReport, kinds: Collection[Kind]) -> dict[str, _Use]:
    labels = [{one.name: one.label for one in heatmap.elements} for heatmap in page.heatmaps]
    uses: dict[str, _Use] = {}
    for fates in _samples(page.heatmaps):
        first = fates[0]
        device = page.viewers.get(first.session)
        if first.kind not in kinds or first.status in _NAMELESS or device is None:
            continue
        # One element can go by different names at different widths, where a key is unique at
        # one and not at another. It is called what the first picture that knows it calls it.
        known = next((n for n, fate in enumerate(fates) if fate.status not in _UNPLACED), 0)
        name = fates[known].meant
        use = uses.setdefault(name, _Use(labels[known].get(name, "")))
        use.points += 1
        use.sessions.add(first.session)
        use.by[device, first.kind].add(first.session)
        use.fates.append(list(fates))
    return uses


def _samples(heatmaps: Sequence[Heatmap]) -> Iterator[tuple[Placement, ...]]:
    """Each recorded point with what became of it at each device."""
    if not heatmaps:
        return
    for fates in zip(*(heatmap.placements for heatmap in heatmaps), strict=True):
        if len({(fate.document, fate.time_ms, fate.kind) for fate in fates}) > 1:
            raise ValueError("the heatmaps of one page are of the same samples, in one order")
        yield fates


def _columns(page: PageReport, uses: dict[str, _Use], kinds: Collection[Kind]) -> list[Column]:
    """A column for each recorded device and kind that occurred on it."""
    seen: dict[str, int] = defaultdict(int)
    for device in page.viewers.values():
        seen[device] += 1
    occurred = {pair for use in uses.values() for pair in use.by}
    return [
        Column(device, kind, seen[device])
        for device in sorted(seen, key=device_order)
        for kind in Kind
        if kind in kinds and (device, kind) in occurred
    ]


def _home(heatmap: Heatmap, fates: list[Placement]) -> Home:
    drawn = [fate for fate in fates if fate.status is Status.DRAWN]
    lost: list[Status] = [fate.status for fate in fates if fate.status is not Status.DRAWN]
    box = heatmap.backdrop.placed.box_of(drawn[0]) if drawn else None
    why = Counter(sorted(lost)).most_common(1)[0][0] if lost else None
    return Home(len(drawn), len(fates), box, why)
