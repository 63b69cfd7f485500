"""What a rule says of a comparison: passed, failed, or not to be judged. Never a pass in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from heatmap.comparison import Comparison, Row, Verdict
from heatmap.comparison.comparing import Side
from heatmap.drift import TOLERATED_PX, drift_of
from heatmap.statistics.differences import p_value
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatmap.statuses import FRICTION, PRESSES, Kind, Status
from heatwright.gates.grammar import METRICS, Rule
from recorder.errors import WrongUse

__all__ = ["Judgement", "Outcome", "judge"]

SIGNIFICANT = 0.05
"""A difference fails a gate only below this p-value: adjusted for many where the rule is for
every element (`*`), as it is where the rule named its element beforehand."""


class Outcome(StrEnum):
    """What became of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not_evaluated"
    """Too few sessions, or nothing to measure: neither good nor bad is known."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule's outcome: `reason` in one sentence, `details` one for each element that failed."""

    rule: Rule
    outcome: Outcome
    reason: str
    details: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class _Finding:
    """What the rule says of one element."""

    outcome: Outcome
    words: str


def judge(
    rule: Rule, comparison: Comparison, selected: Mapping[str, Sequence[Sequence[int]]]
) -> Judgement:
    """The outcome of `rule`.

    `selected` has, for each selector, the indexes of what it fits on each side's page. Raises
    WrongUse for a selector that fits nothing on either.
    """
    if rule.target is None:
        return _page(rule, comparison)
    rows = _rows(rule.target, comparison, selected, rule.metric in list(FRICTION))
    findings = [(row, _element(rule, row)) for row in rows]
    failed = [
        f"{_name(row)}: {one.words}" for row, one in findings if one.outcome is Outcome.FAILED
    ]
    if failed:
        more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
        return Judgement(rule, Outcome.FAILED, failed[0] + more, failed)
    open_ = [(row, one) for row, one in findings if one.outcome is Outcome.NOT_EVALUATED]
    judged = len(findings) - len(open_)
    # Of all elements some are always rare or hidden; a named one must be judged, and so must one
    # that people pressed: it has a size, in a state that the picture does not show.
    doubtful = [pair for pair in open_ if rule.target != "*" or _is_pressed_unseen(rule, pair[0])]
    if not judged or doubtful:
        first = next(iter(doubtful or open_), None)
        why = f"{_name(first[0])}: {first[1].words}" if first else "no such element was used"
        return Judgement(rule, Outcome.NOT_EVALUATED, why)
    words = findings[0][1].words if len(findings) == 1 else f"holds for none of {judged} elements"
    left = f"; {len(open_)} could not be judged" if open_ else ""
    return Judgement(rule, Outcome.PASSED, words + left)


def _name(row: Row) -> str:
    return row.entry.label or row.entry.name


def _rows(
    target: str,
    comparison: Comparison,
    selected: Mapping[str, Sequence[Sequence[int]]],
    troubles: bool,
) -> list[Row]:
    if target == "*":
        # People press in vain what is no control, above all.
        return [row for row in comparison.rows if row.entry.control or troubles]
    on_page = selected[target]
    if not any(on_page):
        raise WrongUse(
            f"No element of {comparison.pattern} fits {target!r}, on either side.",
            "Try the selector in a browser; a renamed element needs a new rule.",
        )
    return [
        row
        for row in comparison.rows
        if any(index in fits for index, fits in zip(row.entry.indexes, on_page, strict=True))
    ]


def _element(rule: Rule, row: Row) -> _Finding:
    if rule.metric == "target_size":
        return _size(rule, row)
    if METRICS[rule.metric].unit == "%":
        return _share_change(rule, row) if rule.change else _share(rule, row)
    return _mean(rule, row)


def _is_pressed_unseen(rule: Rule, row: Row) -> bool:
    """Whether sessions of the rule's side pressed what has no box there to be measured."""
    side = row.a if rule.side == "a" else row.b
    return rule.metric == "target_size" and side.place is None and side.rate.used > 0


def _size(rule: Rule, row: Row) -> _Finding:
    side = row.a if rule.side == "a" else row.b
    place = side.place
    if place is None:
        by = f", and {side.rate.used:,} sessions pressed it" if side.rate.used else ""
        return _Finding(Outcome.NOT_EVALUATED, f"it has no box on side {rule.side}{by}")
    least = min(place.box[2:])
    words = f"{place.box[2]:.0f} × {place.box[3]:.0f} px on side {rule.side}"
    return _Finding(Outcome.FAILED if rule.holds(least) else Outcome.PASSED, words)


def _shares(rule: Rule, row: Row) -> tuple[Share, Share]:
    if rule.metric == "ctr":
        return row.a.rate, row.b.rate
    if rule.metric == "exposure":
        return row.a.exposure, row.b.exposure
    kind = Kind(rule.metric)
    return row.a.troubles[kind], row.b.troubles[kind]


def _share_change(rule: Rule, row: Row) -> _Finding:
    a, b = _shares(rule, row)
    if row.verdict is Verdict.NOT_COMPARABLE and rule.metric != "exposure":
        return _Finding(Outcome.NOT_EVALUATED, "only one side had it in view")
    if min(a.seen, b.seen) < FEW_SESSIONS:
        return _Finding(Outcome.NOT_EVALUATED, _too_few(min(a.seen, b.seen), rule, row))
    if not a.used:
        return _Finding(Outcome.NOT_EVALUATED, "nobody of side a did: a share of nothing")
    fall = (a.value - b.value) / a.value
    change = fall if rule.change == "drops" else -fall
    words = f"{a.value:.1%} to {b.value:.1%} ({-fall:+.0%})"
    if not rule.holds(change):
        return _undecided(rule, row, words)
    p = _p_value(rule, row, a, b)
    if p < SIGNIFICANT:
        return _Finding(Outcome.FAILED, f"{words}, p = {p:.3f}")
    return _Finding(Outcome.NOT_EVALUATED, f"{words} may be chance (p = {p:.2f}); {_needs(row)}")


def _undecided(rule: Rule, row: Row, words: str) -> _Finding:
    """Not as the rule describes: that is a pass, whatever the sample, for the observed is what it
    is; a rule that could not have been seen to fail says so."""
    a, b = _shares(rule, row)
    if rule.metric == "ctr" and row.detectable > rule.number * a.value and min(a.seen, b.seen):
        return _Finding(
            Outcome.PASSED,
            f"{words}; so many sessions would show a change of {row.detectable:.1%} or more",
        )
    return _Finding(Outcome.PASSED, words)


def _p_value(rule: Rule, row: Row, a: Share, b: Share) -> float:
    if rule.target == "*" and rule.metric == "ctr":
        return row.q if row.q is not None else 1.0
    return p_value(a, b)


def _share(rule: Rule, row: Row) -> _Finding:
    share = _shares(rule, row)[0 if rule.side == "a" else 1]
    if share.seen < FEW_SESSIONS:
        return _Finding(Outcome.NOT_EVALUATED, _too_few(share.seen, rule, row))
    words = f"{share.value:.1%} on side {rule.side} (95 %: {share.low:.1%} to {share.high:.1%})"
    surely = rule.holds(share.low) and rule.holds(share.high)
    return _Finding(Outcome.FAILED if surely else Outcome.PASSED, words)


def _mean(rule: Rule, row: Row) -> _Finding:
    seen = min(row.a.rate.seen, row.b.rate.seen)
    if seen < FEW_SESSIONS:
        return _Finding(Outcome.NOT_EVALUATED, _too_few(seen, rule, row))
    a, b = (
        one.seconds if rule.metric == "time" else one.presses / one.rate.seen
        for one in (row.a, row.b)
    )
    if rule.change is None:
        value = a if rule.side == "a" else b
        words = f"{value:.2f} on side {rule.side}"
        return _Finding(Outcome.FAILED if rule.holds(value) else Outcome.PASSED, words)
    if not a:
        return _Finding(Outcome.NOT_EVALUATED, "side a has none: a share of nothing")
    change = (a - b) / a if rule.change == "drops" else (b - a) / a
    words = f"{a:.2f} to {b:.2f} ({b / a - 1:+.0%})"
    return _Finding(Outcome.FAILED if rule.holds(change) else Outcome.PASSED, words)


def _too_few(seen: int, rule: Rule, row: Row) -> str:
    # How many a difference would take is known of rates alone.
    needs = f"; {_needs(row)}" if rule.metric == "ctr" and rule.change else ""
    return f"only {seen} of the {FEW_SESSIONS} sessions it takes saw it{needs}"


def _needs(row: Row) -> str:
    if row.needed is None:
        return "both sides are equal so far"
    return f"a difference like this takes about {row.needed:,} sessions a side"


def _page(rule: Rule, comparison: Comparison) -> Judgement:
    if rule.metric == "distance":
        found = comparison.distance
        if found is None:
            return Judgement(rule, Outcome.NOT_EVALUATED, "a side has no presses")
        words = f"{found.value:.2f} apart, p = {found.p:.3f}"
        fails = rule.holds(found.value) and found.p < SIGNIFICANT
        return Judgement(rule, Outcome.FAILED if fails else Outcome.PASSED, words)
    side = comparison.b
    if rule.metric == "fidelity":
        return _fidelity(rule, side)
    ledger = side.ground.ledgers[1]
    accounts = [ledger.total(kind) for kind in PRESSES]
    recorded = sum(one.recorded for one in accounts)
    if not recorded:
        return Judgement(rule, Outcome.NOT_EVALUATED, "side b has no presses")
    lost = sum(
        one.counts.get(status, 0)
        for one in accounts
        for status in (Status.UNMATCHED, Status.AMBIGUOUS, Status.NO_TARGET)
    )
    words = f"{lost:,} of {recorded:,} presses ({lost / recorded:.1%})"
    return Judgement(rule, Outcome.FAILED if rule.holds(lost / recorded) else Outcome.PASSED, words)


def _fidelity(rule: Rule, side: Side) -> Judgement:
    drift = drift_of(sample for view in side.views for sample in view.samples)
    if drift is None:
        why = "nothing tells where elements were: only the tag measures that"
        return Judgement(rule, Outcome.NOT_EVALUATED, why)
    words = f"{drift.in_place:.1%} of {drift.points:,} presses are within {TOLERATED_PX:.0f} px"
    return Judgement(rule, Outcome.FAILED if rule.holds(drift.in_place) else Outcome.PASSED, words)
