"""Every threshold of friction and attention, with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recorder.index.presses import RAGE_GAP_MS, RAGE_PRESSES, RAGE_PX

__all__ = [
    "DEAD_MS",
    "DEAD_SCROLL_MS",
    "DEAD_WINDOW_MS",
    "ERROR_MS",
    "IDLE_S",
    "NEAR_MISS_MS",
    "NEAR_MISS_PX",
    "QUICK_BACK_MS",
    "RAGE_GAP_MS",
    "RAGE_PRESSES",
    "RAGE_PX",
    "RESTLESS_TURNS",
    "TABLE",
    "Rule",
]

DEAD_MS: Final = 2_500
"""A press is dead if nothing on the page changed for so long after it: PostHog's
`mutation_threshold_ms`."""

DEAD_SCROLL_MS: Final = 100
"""A scroll or a selection within this is an answer: PostHog's `scroll_threshold_ms` and
`selection_change_threshold_ms`."""

DEAD_WINDOW_MS: Final = 1_000
"""So is the window's losing the focus within this: another tab or a dialog of the browser came
(PostHog's suppressor of the same length)."""

ERROR_MS: Final = 1_000
"""An error within this after a press is the press's, if no other press came between. Datadog
takes the whole time that a click's activity lasts, and no peer publishes a number."""

NEAR_MISS_MS: Final = 1_500
"""A press beside a control counts as a miss if one on it follows within this. Ours: as long as
it takes to see that nothing happened and to aim again."""

NEAR_MISS_PX: Final = 24
"""How far beside, CSS px: the size that WCAG 2.2, 2.5.8, asks of targets and their spacing."""

QUICK_BACK_MS: Final = 7_000
"""Whoever is back within this after he went to another page did not find there what he
expected: Hotjar's u-turn is about as long, and Clarity publishes no number."""

RESTLESS_TURNS: Final = 4
"""Scrolling is excessive with so many turns in one page view, each after at least a viewport's
height. Ours; Clarity takes more turns than a page's average, and publishes no number."""

IDLE_S: Final = 30
"""Attention ends so many seconds after the last thing that the visitor did. Ours: reading a
screen takes that long; Chartbeat takes 5 s and counts readers as gone who only read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`what` counts as it is named, by which rule, and whose rule that is."""

    what: str
    rule: str
    source: str


TABLE: Final = (
    Rule(
        "rage",
        f"{RAGE_PRESSES} presses or more, each less than {RAGE_GAP_MS} ms after the one before"
        f" and on the same element or nearer than {RAGE_PX} px; no selecting of text",
        "PostHog",
    ),
    Rule(
        "dead",
        f"no change of the page within {DEAD_MS} ms, no scroll or selection within"
        f" {DEAD_SCROLL_MS} ms, no leaving of the window within {DEAD_WINDOW_MS} ms;"
        " not on fields, links, media and frames",
        "PostHog",
    ),
    Rule("error", f"an error of the page's scripts within {ERROR_MS} ms", "ours, after Datadog"),
    Rule(
        "near_miss",
        f"at most {NEAR_MISS_PX} px beside a control that is pressed within {NEAR_MISS_MS} ms",
        "ours; WCAG 2.5.8 for the distance",
    ),
    Rule(
        "quick_back",
        f"left for another page, and back within {QUICK_BACK_MS} ms",
        "Hotjar's u-turn",
    ),
    Rule(
        "restless",
        f"{RESTLESS_TURNS} turns or more in one page view, each after a viewport's height",
        "ours, after Clarity's excessive scrolling",
    ),
    Rule(
        "attention",
        "half of the element, or half the viewport full of it, in view for 150 ms or longer, in"
        f" a visible tab, and no more than {IDLE_S} s after the visitor's last action",
        "IAB and MRC viewable impression; idle time ours",
    ),
    Rule(
        "scroll",
        "the lowest element that was in view tells how far a session surely came",
        "ours",
    ),
)
"""Printed beside every output that rests on it."""
