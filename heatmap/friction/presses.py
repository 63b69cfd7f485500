"""Presses with which something was wrong: rage, dead, error, near miss."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from heatmap.anchors import Anchor, DocumentAnchors, ElementKeys
from heatmap.controls import is_control, is_field, is_link
from heatmap.pulse import Answer
from heatmap.statuses import Kind
from heatmap.thresholds import (
    DEAD_MS,
    DEAD_SCROLL_MS,
    DEAD_WINDOW_MS,
    ERROR_MS,
    NEAR_MISS_MS,
    NEAR_MISS_PX,
    RAGE_GAP_MS,
)
from recorder.index.presses import rage_runs

__all__ = ["friction_of"]

_UNANSWERED: Final = frozenset({"audio", "canvas", "embed", "iframe", "label", "object", "video"})
"""What answers where nothing is recorded: the browser's own player, another document. And labels:
their field's answer is a press on it, which browsers make of theirs."""

_Press = tuple[Anchor, Answer]


def friction_of(document: DocumentAnchors) -> list[Anchor]:
    """The presses of `document` with which something was wrong, once for each way in which it
    was: as anchors of that kind, in order of time.

    `control` of a near miss is what was missed.
    """
    presses = list(zip(document.presses, document.pulse.answers, strict=True))
    found = [
        *(_as(Kind.RAGE, press) for press in _rage(presses, document.elements)),
        *(_as(Kind.DEAD, press) for press, answer in presses if _is_dead(press, answer, document)),
        *(_as(Kind.ERROR, press) for press in _failing(presses)),
        *_near_misses(document.presses, document.elements),
    ]
    return sorted(found, key=lambda anchor: anchor.time)


def _as(kind: Kind, press: Anchor, control: int | None = None) -> Anchor:
    meant = press.control if control is None else control
    return msgspec.structs.replace(press, kind=kind, weight=1.0, control=meant)


def _rage(presses: Sequence[_Press], elements: Sequence[ElementKeys]) -> Iterator[Anchor]:
    """Every press of each burst that is long enough, and no selecting of text."""
    spots = [
        (one.time, one.x, one.y, one.element if one.element >= 0 else None) for one, _ in presses
    ]
    for run in rage_runs(spots):
        if not _is_selecting(presses[run], elements):
            yield from (press for press, _ in presses[run])


def _is_selecting(burst: Sequence[_Press], elements: Sequence[ElementKeys]) -> bool:
    """Three clicks select a paragraph; nobody selects what is written on a button."""
    control = burst[0][0].control
    if control >= 0 and is_control(elements[control]):
        return False
    return any(answer.selected is not None and answer.selected < RAGE_GAP_MS for _, answer in burst)


def _is_dead(press: Anchor, answer: Answer, document: DocumentAnchors) -> bool:
    """Whether the page was watched for long enough, and did nothing at all."""
    if press.element < 0 or press.masked or answer.recorded < DEAD_MS:
        return False
    for keys in (document.elements[press.element], document.elements[press.control]):
        if is_field(keys) or is_link(keys) or keys.tag in _UNANSWERED:
            return False
    return not (
        _within(answer.changed, DEAD_MS)
        or _within(answer.scrolled, DEAD_SCROLL_MS)
        or _within(answer.selected, DEAD_SCROLL_MS)
        or _within(answer.left, DEAD_WINDOW_MS)
    )


def _within(wait: float | None, most: float) -> bool:
    return wait is not None and wait <= most


def _failing(presses: Sequence[_Press]) -> Iterator[Anchor]:
    """The last press before each error, if the error came soon."""
    for number, (press, answer) in enumerate(presses):
        if not _within(answer.failed, ERROR_MS):
            continue
        following = presses[number + 1][0] if number + 1 < len(presses) else None
        if following and answer.failed is not None and press.time + answer.failed >= following.time:
            continue
        yield press


def _near_misses(presses: Sequence[Anchor], elements: Sequence[ElementKeys]) -> Iterator[Anchor]:
    for press, following in itertools.pairwise(presses):
        if not 0 < following.time - press.time <= NEAR_MISS_MS:
            continue
        if following.control < 0 or press.control == following.control or press.element < 0:
            continue
        if is_control(elements[press.control]) or not is_control(elements[following.control]):
            continue
        # Within the box, something lay over it, or it came there later: no miss of the hand.
        if 0 < _distance(press, following) <= NEAR_MISS_PX:
            yield _as(Kind.NEAR_MISS, press, following.control)


def _distance(press: Anchor, following: Anchor) -> float:
    """CSS px from a press to the box of what the next one was on."""
    width, height = following.size
    left, top = following.x - following.u * width, following.y - following.v * height
    across = max(left - press.x, press.x - left - width, 0.0)
    down = max(top - press.y, press.y - top - height, 0.0)
    return max(across, down)
