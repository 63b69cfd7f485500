"""What a comparison found, one sentence each, the surest first: the first screen of a report."""

from __future__ import annotations

from heatmap.comparison import Comparison, Row, Verdict
from heatmap.statistics.shares import FEW_SESSIONS
from heatwright.report.words import plural, short

__all__ = ["cautions", "findings"]

MOST = 8
"""Differences told in words; the table has all."""


def findings(comparison: Comparison) -> list[str]:
    """Sentences about what differs, or that nothing does as far as such a sample tells."""
    differing = comparison.by(Verdict.HIGHER, Verdict.LOWER)
    found = [_difference(row) for row in differing[:MOST]]
    if len(differing) > MOST:
        found.append(f"{plural(len(differing) - MOST, 'more element')} in the table below.")
    return found or [_nothing(comparison)]


def _difference(row: Row) -> str:
    a, b, gap = row.a.rate, row.b.rate, row.difference
    more = "more" if row.verdict is Verdict.HIGHER else "less"
    return (
        f"{short(row.entry.label or row.entry.name, 60)} is used {more} by b: "
        f"{b.value:.0%} of {plural(b.seen, 'session')} that saw it, against {a.value:.0%} of "
        f"{a.seen:,} by a ({_points(gap.value)}, 95 %: {_points(gap.low)} to {_points(gap.high)})."
    )


def _points(share: float) -> str:
    return f"{share * 100:+.0f} points"


def _nothing(comparison: Comparison) -> str:
    tested = comparison.by(Verdict.NOT_SHOWN)
    if not tested:
        return (
            f"Nothing can be concluded yet: no element was seen by {FEW_SESSIONS} sessions on each "
            "side."
        )
    best = min(tested, key=lambda row: row.detectable)
    return (
        f"No element differs by more than chance would make. So many sessions would show a rise of "
        f"{best.detectable * 100:.0f} points or more in the best seen element, and smaller ones "
        "only by luck."
    )


def cautions(comparison: Comparison) -> list[str]:
    """What a reader must know before he believes any of it, one sentence each."""
    found = []
    if few := comparison.by(Verdict.TOO_FEW):
        found.append(
            f"{plural(len(few), 'element was', 'elements were')} seen by fewer than "
            f"{FEW_SESSIONS} sessions of a side: shown in grey, and never judged."
        )
    if alone := comparison.by(Verdict.NOT_COMPARABLE):
        found.append(
            f"{plural(len(alone), 'element was', 'elements were')} in view on one side only: not "
            "comparable, which is not the same as zero."
        )
    for side in (comparison.a, comparison.b):
        found += [
            f"Session {session} makes {share:.0%} of side {side.name}'s presses: look at it before "
            "you believe the pictures. Shares count it once."
            for session, share in side.usage.loud().items()
        ]
        found += [
            f"Side {side.name}'s picture: {remark}." for remark in side.ground.backdrop.remarks()
        ]
        if side.usage.unknown:
            found.append(
                f"{plural(side.usage.unknown, 'press', 'presses')} of side {side.name} could not "
                "be told to be of one element, and count for none."
            )
    found += [f"Left out: {why}" for why in comparison.failures]
    devices = {side.ground.device.touch for side in (comparison.a, comparison.b)}
    if len(devices) > 1:
        found.append(
            "A difference between devices is an association: people choose their devices, and "
            "devices do not choose their people."
        )
    return found
