"""The grammar of `--fail-on`.

    rule    = metric ["(" target ["@" side] ")"] ["drops" | "rises"] compare number [unit]
    metric  = ctr | exposure | presses | time | rage | dead | error | near_miss
            | target_size | unplaced | distance | fidelity
    target  = a CSS selector, or * for every control; of what went wrong, for every element
    side    = a | b; without it, b
    compare = > | < | >= | <=
    unit    = % | px | s

`drops` and `rises` compare b with a, in proportion to a: `ctr(#buy) drops > 20%`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from recorder.errors import WrongUse

__all__ = ["METRICS", "Metric", "Rule", "parse_rule"]

Change = Literal["drops", "rises"]
Side = Literal["a", "b"]
Comparison = Literal[">", "<", ">=", "<="]


@dataclass(frozen=True, slots=True)
class Metric:
    """What a rule may ask for. `unit` is that of its numbers, `of_element` whether it needs one,
    `changes` whether it can drop or rise."""

    meaning: str
    unit: Literal["%", "px", "s", ""]
    of_element: bool = True
    changes: bool = True


METRICS: Mapping[str, Metric] = {
    "ctr": Metric("share of the sessions that saw an element and pressed it", "%"),
    "exposure": Metric("share of the sessions that had an element in view", "%"),
    "presses": Metric("presses for each session that saw an element", ""),
    "time": Metric("mean seconds in view, of sessions that saw an element", "s"),
    "rage": Metric("share of the sessions that saw an element and raged at it", "%"),
    "dead": Metric("share of those for which a press on it did nothing", "%"),
    "error": Metric("share of those for which a press on it led to an error", "%"),
    "near_miss": Metric("share of those that pressed beside it first", "%"),
    "target_size": Metric("the smaller side of a control", "px", changes=False),
    "unplaced": Metric("share of presses without a certain element", "%", False, False),
    "distance": Metric("how far apart the presses of both sides are, 0 to 1", "", False, False),
    "fidelity": Metric(
        "share of b's presses whose element is replayed in place", "%", False, False
    ),
}
"""Metrics by name."""

_RULE = re.compile(
    r"\s*(?P<metric>[a-z_]+)\s*(?:\((?P<target>.*)\))?\s*(?P<change>drops|rises)?\s*"
    r"(?P<compare>>=|<=|>|<)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|px|s)?\s*",
    re.DOTALL,
)
_SIDE = re.compile(r"(?P<selector>.*?)\s*@\s*(?P<side>[ab])\s*", re.DOTALL)
_EXAMPLE = "For example: --fail-on 'ctr(#buy) drops > 20%', --fail-on 'target_size(*@b) < 24'."


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it was read. `number` is a share where the metric is one: 20 % is 0.2.

    `target` is a CSS selector, `*`, or None for metrics of the page as a whole.
    """

    text: str
    metric: str
    target: str | None
    side: Side
    change: Change | None
    compare: Comparison
    number: float

    def holds(self, value: float) -> bool:
        """Whether `value` is as the rule describes: then the gate fails."""
        match self.compare:
            case ">":
                return value > self.number
            case "<":
                return value < self.number
            case ">=":
                return value >= self.number
            case _:
                return value <= self.number


def parse_rule(text: str) -> Rule:
    """The rule that `text` says. Raises WrongUse for anything that is none."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise WrongUse(f"{text!r} is no rule.", _EXAMPLE)
    metric = METRICS.get(found["metric"])
    if metric is None:
        known = "; ".join(f"{name}: {one.meaning}" for name, one in METRICS.items())
        raise WrongUse(f"{text!r} asks for {found['metric']!r}, which is no metric.", known)
    target, side = _target(text, found["target"], metric)
    change = found["change"]
    if change and not metric.changes:
        raise WrongUse(
            f"{text!r}: {found['metric']} neither drops nor rises.",
            f"Write {found['metric']} {found['compare']} {found['number']}.",
        )
    return Rule(
        text.strip(),
        found["metric"],
        target,
        side,
        "drops" if change == "drops" else "rises" if change == "rises" else None,
        _compare(found["compare"]),
        _number(text, found["number"], found["unit"], "%" if change else metric.unit),
    )


def _target(text: str, given: str | None, metric: Metric) -> tuple[str | None, Side]:
    if not metric.of_element:
        if given is not None:
            raise WrongUse(f"{text!r}: this metric is of the page, not of an element.", _EXAMPLE)
        return None, "b"
    if not (given or "").strip():
        raise WrongUse(f"{text!r} names no element.", f"Give a CSS selector, or *. {_EXAMPLE}")
    selector = str(given).strip()
    sided = _SIDE.fullmatch(selector)
    if sided is None:
        return selector, "b"
    return sided["selector"].strip() or "*", "a" if sided["side"] == "a" else "b"


def _compare(sign: str) -> Comparison:
    signs: tuple[Comparison, ...] = (">=", "<=", ">", "<")
    return next(one for one in signs if one == sign)


def _number(text: str, digits: str, unit: str | None, wanted: str) -> float:
    if unit is not None and unit != wanted:
        meant = f"in {wanted}" if wanted else "a plain number"
        raise WrongUse(f"{text!r}: the number is {meant}, not in {unit}.", _EXAMPLE)
    value = float(digits)
    if not math.isfinite(value):
        raise WrongUse(f"{text!r}: {digits} is too large a number.", _EXAMPLE)
    # A share may be written as 20% or as 0.2; 20 alone would be twenty times everything.
    if wanted == "%" and unit is None and value > 1:
        raise WrongUse(f"{text!r}: is that {digits}%?", f"Write {digits}%, or a share up to 1.")
    return value / 100 if unit == "%" else value
