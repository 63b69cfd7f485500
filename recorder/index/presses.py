"""Clicks and taps of one document, each on what was there at its moment; and rage."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeGuard

import msgspec

from recorder.events import ANCHOR_PLUGIN, Event, EventType, PluginData
from recorder.index.controls import control_of, element_term, label_of
from recorder.index.mirror import Mirror
from recorder.index.terms import Occurrence, Term, TermKind
from recorder.shapes import as_dict

__all__ = ["RAGE_GAP_MS", "RAGE_PRESSES", "RAGE_PX", "Spot", "press_occurrences", "rage_runs"]

RAGE_PRESSES: Final = 3
RAGE_GAP_MS: Final = 1000
RAGE_PX: Final = 30
"""Rage is this many presses, each less than `RAGE_GAP_MS` after the one before and on the same
element or nearer than `RAGE_PX` CSS px (|x| + |y|): the thresholds of PostHog's `rageclick.ts`,
to which the same element is added, for a page may move below the pointer."""

Spot = tuple[float, float, float, int | None]
"""When (ms) and where (CSS px) a press was, and what it was on, if that is known."""

_AGO_MAX_MS: Final = 60_000
"""Browsers let a hidden page's timers wait a minute; the stage believes no more, either."""

_PLACE_MAX_PX: Final = 10_000_000
"""CSS px that are believed: browsers lay out no more than 33 million."""

_MUTATION, _MOUSE_INTERACTION = 0, 2  # rrweb's `IncrementalSource`
_CLICK, _TOUCH = 2, 2  # rrweb's `MouseInteractions`, `PointerTypes`


class _Source(msgspec.Struct):
    source: Any = None


@dataclass(frozen=True, slots=True)
class _Press:
    """`before`: number of the first event that happened after it."""

    at: int
    before: int
    name: str
    target: int
    x: float
    y: float


def press_occurrences(events: Sequence[Event]) -> list[Occurrence]:
    """Presses and rage in the order in which they happened; `events` are in order of time.

    The tag's anchors where a document has any, else rrweb's clicks, which
    browsers make of taps, too: its `TouchEnd` also ends scrolls. The DOM is
    followed only if there is a press.
    """
    presses = sorted(_presses(events), key=lambda press: (press.before, press.at))
    if not presses:
        return []
    terms = list(_terms(events, presses))
    found = [Occurrence(press.at, term) for press, term in zip(presses, terms, strict=True)]
    return found + list(_rage(presses, terms))


def _presses(events: Sequence[Event]) -> list[_Press]:
    anchors: list[_Press] = []
    clicks: list[_Press] = []
    for number, event in enumerate(events):
        if event.type == EventType.PLUGIN:
            plugin = msgspec.json.decode(event.data, type=PluginData)
            if plugin.plugin == ANCHOR_PLUGIN:
                payload = as_dict(msgspec.json.decode(plugin.payload))
                anchors += _anchor(events, number, payload)
        elif event.type == EventType.INCREMENTAL and _source(event) == _MOUSE_INTERACTION:
            data = as_dict(msgspec.json.decode(event.data))
            if data.get("type") == _CLICK:
                name = "tap" if data.get("pointerType") == _TOUCH else "click"
                clicks += _press(int(event.timestamp), number, name, data)
    return anchors or clicks


def _anchor(events: Sequence[Event], number: int, payload: dict[str, Any]) -> Iterator[_Press]:
    """A press that was measured when the pointer went down is told of at the click, `ago`."""
    at, before = int(events[number].timestamp), number
    ago = payload.get("ago")
    if isinstance(ago, int | float) and 0 <= ago <= _AGO_MAX_MS:
        at -= int(ago)
        # What a press does to the page is often recorded in its millisecond.
        before = min(number, bisect_left(events, at, key=attrgetter("timestamp")))
    if payload.get("kind") in ("click", "tap"):
        yield from _press(at, before, payload["kind"], payload)


def _press(at: int, before: int, name: str, data: dict[str, Any]) -> Iterator[_Press]:
    target, x, y = data.get("id"), data.get("x"), data.get("y")
    if isinstance(target, int) and _is_place(x) and _is_place(y):
        yield _Press(at, before, name, target, float(x), float(y))


def _is_place(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and -_PLACE_MAX_PX <= value <= _PLACE_MAX_PX


def _terms(events: Sequence[Event], presses: Iterable[_Press]) -> Iterator[Term]:
    """What each press was on, following the DOM up to its moment."""
    mirror = Mirror()
    known: dict[tuple[str, int], Term] = {}
    done = 0
    for press in presses:
        for event in events[done : press.before]:
            if event.type == EventType.FULL_SNAPSHOT:
                mirror.load(msgspec.json.decode(event.data))
                known.clear()
            elif event.type == EventType.INCREMENTAL and _source(event) == _MUTATION:
                mirror.change(msgspec.json.decode(event.data))
                known.clear()
        done = max(done, press.before)
        name = (press.name, press.target)
        if name not in known:
            known[name] = _term(mirror, press)
        yield known[name]


def _term(mirror: Mirror, press: _Press) -> Term:
    target = mirror.nodes.get(press.target)
    if target is None or not any(target.around()):
        return Term(TermKind.PRESS, name=press.name)
    control = control_of(mirror, target)
    # Whoever presses an icon in a button presses both; whoever presses a label, its control.
    element = target if control in target.around() else control
    label = label_of(mirror, control)
    return Term(TermKind.PRESS, label, press.name, parent=element_term(element))


def _rage(presses: Sequence[_Press], terms: Sequence[Term]) -> Iterator[Occurrence]:
    """One for each run of presses that is long enough, at its first."""
    spots = [(one.at, one.x, one.y, one.target if one.target > 0 else None) for one in presses]
    for run in rage_runs(spots):
        first = terms[run.start]
        term = Term(TermKind.RAGE, first.text, first.name, parent=first.parent)
        yield Occurrence(presses[run.start].at, term)


def rage_runs(spots: Sequence[Spot]) -> Iterator[slice]:
    """Runs of presses, given in their order, that are long and quick enough to be rage."""
    start = 0
    for end in range(1, len(spots) + 1):
        if end < len(spots) and _is_repeated(spots[end - 1], spots[end]):
            continue
        if end - start >= RAGE_PRESSES:
            yield slice(start, end)
        start = end


def _is_repeated(press: Spot, following: Spot) -> bool:
    at, x, y, target = press
    near = abs(following[1] - x) + abs(following[2] - y) < RAGE_PX
    same = target is not None and following[3] == target
    return 0 <= following[0] - at < RAGE_GAP_MS and (near or same)


def _source(event: Event) -> Any:
    return msgspec.json.decode(event.data, type=_Source).source
