"""The same element on both sides: exposure, use, difference, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from heatmap.comparison.catalogue import Entry
from heatmap.comparison.usage import Usage, Use, entries_of
from heatmap.statistics.differences import Difference, adjusted, difference
from heatmap.statistics.power import detectable, sessions_needed
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatmap.statuses import FRICTION, Kind

__all__ = ["FALSE_DISCOVERIES", "Place", "Row", "SideOfRow", "Verdict", "make_rows"]

FALSE_DISCOVERIES = 0.05
"""Of the elements named as different, at most this share is so by chance (Benjamini-Hochberg)."""

Box = tuple[float, float, float, float]


class Verdict(StrEnum):
    """What may be said of an element."""

    HIGHER = "higher"
    """B uses it more than A, and chance is an unlikely reason."""
    LOWER = "lower"
    """B uses it less than A, and chance is an unlikely reason."""
    NOT_SHOWN = "not_shown"
    """No difference that chance could not make; there may be one below `detectable`."""
    TOO_FEW = "too_few"
    """Fewer than 30 sessions of a side had it in view: nothing is concluded."""
    NOT_COMPARABLE = "not_comparable"
    """Only one side ever had it in view."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element is on a side's backdrop: page CSS px, and whether above the fold."""

    box: Box
    above_fold: bool


@dataclass(frozen=True, slots=True)
class SideOfRow:
    """One element on one side.

    `rate` is the share of exposed sessions that used it, `exposure` the share of all sessions
    that had it in view. `seconds` is the mean time in view of an exposed session. `troubles` are
    the shares of exposed sessions for which something went wrong with it, by kind of press.
    """

    rate: Share
    exposure: Share
    presses: int
    seconds: float
    place: Place | None
    troubles: Mapping[Kind, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One element. `q` is the p-value adjusted for all rows that are tested (None: not tested).

    `detectable` is the smallest rise above A's rate that so many sessions find, `needed` the
    sessions on each side that would find a difference as large as the observed one.
    """

    entry: Entry
    a: SideOfRow
    b: SideOfRow
    difference: Difference
    q: float | None
    verdict: Verdict
    detectable: float
    needed: int | None

    @property
    def relative(self) -> float | None:
        """The difference in proportion to A's rate; None where A's is 0."""
        return self.difference.value / self.a.rate.value if self.a.rate.used else None


def make_rows(usages: tuple[Usage, Usage], places: Sequence[dict[int, Place]]) -> list[Row]:
    """A row for each control that was in view, and each other element that was pressed.

    `places` has for each side's backdrop where its elements are, by index. Rows that differ come
    first, by how surely; then by how many sessions used the element.
    """
    met = [entry for entry in entries_of(usages) if _counts(entry, usages)]
    drafts = [_draft(entry, usages, places) for entry in met]
    tested = [one for one in drafts if one.verdict is Verdict.NOT_SHOWN]
    q_values = adjusted([one.difference.p for one in tested])
    rows = [one for one in drafts if one.verdict is not Verdict.NOT_SHOWN]
    rows += map(_judged, tested, q_values)
    return sorted(rows, key=_order)


def _counts(entry: Entry, usages: tuple[Usage, Usage]) -> bool:
    uses = [usage.of(entry) for usage in usages]
    return entry.control or any(use.presses or use.troubled for use in uses)


def _draft(entry: Entry, usages: tuple[Usage, Usage], places: Sequence[dict[int, Place]]) -> Row:
    sides = [
        _side(usage.of(entry), len(usage.sessions), place)
        for usage, place in zip(usages, _places(entry, places), strict=True)
    ]
    a, b = sides
    seen = min(a.rate.seen, b.rate.seen)
    verdict = (
        Verdict.NOT_COMPARABLE
        if not seen
        else Verdict.TOO_FEW
        if seen < FEW_SESSIONS
        else Verdict.NOT_SHOWN
    )
    return Row(
        entry,
        a,
        b,
        difference(a.rate, b.rate),
        None,
        verdict,
        detectable(a.rate.value, a.rate.seen, b.rate.seen),
        sessions_needed(a.rate.value, b.rate.value) if seen else None,
    )


def _places(entry: Entry, places: Sequence[dict[int, Place]]) -> list[Place | None]:
    return [
        None if index is None else known.get(index)
        for index, known in zip(entry.indexes, places, strict=True)
    ]


def _side(use: Use, sessions: int, place: Place | None) -> SideOfRow:
    seen = len(use.exposed)
    return SideOfRow(
        Share.of(len(use.used), seen),
        Share.of(seen, sessions),
        use.presses.total(),
        use.seconds / seen if seen else 0.0,
        place,
        {kind: Share.of(len(use.troubled.get(kind, ())), seen) for kind in FRICTION},
    )


def _judged(row: Row, q: float) -> Row:
    verdict = row.verdict
    if q < FALSE_DISCOVERIES:
        verdict = Verdict.HIGHER if row.difference.value > 0 else Verdict.LOWER
    return replace(row, q=q, verdict=verdict)


def _order(row: Row) -> tuple[bool, float, int, str]:
    differs = row.verdict in (Verdict.HIGHER, Verdict.LOWER)
    used = row.a.rate.used + row.b.rate.used
    return (not differs, (row.q or 0.0) if differs else 0.0, -used, row.entry.name)
