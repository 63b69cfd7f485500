"""The pulse of a document: what followed each press, how it was scrolled, when anybody was there.

A pure function of the events, kept beside the anchors; thresholds are applied later
(`heatmap/friction`), so that another threshold needs no other pulse.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from heatmap.thresholds import IDLE_S
from recorder.events import (
    ERROR_TAG,
    POPOVER_TAG,
    ROUTE_TAG,
    VISIBILITY_TAG,
    CustomData,
    Event,
    EventType,
    MetaData,
)
from recorder.shapes import as_dict, as_dicts

__all__ = ["Answer", "Pulse", "take_pulse"]

# rrweb's `IncrementalSource`: what a visitor does, and what a page does.
_INTERACTION: Final = 2
_SCROLL: Final = 3
_RESIZE: Final = 4
_SELECTION: Final = 14
_VISITORS: Final = frozenset({1, _INTERACTION, _SCROLL, 5, 6, 12, _SELECTION})
"""Moves, presses, scrolls, inputs, touch moves, drags, selections."""
_CHANGES: Final = frozenset({0, 5, 7, 8, 9, 13, 15, 16})
"""Mutations, inputs, media, rules, canvases, declarations, adopted sheets, custom elements."""
_DOWN: Final = frozenset({1, 7})  # rrweb's `MouseInteractions`: `MouseDown`, `TouchStart`

_DOWN_MS: Final = 1_000
"""A recording without our tag tells of clicks when the pointer goes up. What happened since it
went down, at most this long before, is an answer, too."""

_Times = NDArray[np.float64]


class Answer(msgspec.Struct, frozen=True):
    """What came after a press: ms until the first of each kind, None where none came.

    `recorded` is how long the document was still recorded. `changed`: the page; `scrolled`;
    `selected`: text; `left`: the window lost the focus or was hidden; `failed`: an error.
    """

    recorded: float
    changed: float | None = None
    scrolled: float | None = None
    selected: float | None = None
    left: float | None = None
    failed: float | None = None


class Pulse(msgspec.Struct, frozen=True):
    """`answers` are in the order of the presses they are asked for. `turns` are the times (epoch
    ms) at which the window's scrolling turned after at least a viewport's height, `active` the
    intervals in which the visitor was there, at most `IDLE_S` beyond his last action."""

    answers: list[Answer] = []
    turns: list[float] = []
    active: list[tuple[float, float]] = []


class _Source(msgspec.Struct):
    source: Any = None


class _Root(msgspec.Struct):
    id: Any = None


class _Offset(msgspec.Struct):
    top: Any = None


class _Snapshot(msgspec.Struct, rename="camel"):
    node: _Root = msgspec.field(default_factory=_Root)
    initial_offset: _Offset = msgspec.field(default_factory=_Offset)


@dataclass(slots=True)
class _Read:
    """Times of what happened, by kind, while the events are read."""

    changed: list[float] = field(default_factory=list)
    scrolled: list[float] = field(default_factory=list)
    selected: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    visitor: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)
    scrolls: list[tuple[float, float]] = field(default_factory=list)
    """When and where to the window was scrolled, CSS px."""
    height: float = 0.0
    roots: set[Any] = field(default_factory=set)


def take_pulse(events: Iterable[Event], presses: Sequence[float]) -> Pulse:
    """The pulse of a document, with an answer for each of `presses` (epoch ms)."""
    times = _Read()
    for event in events:
        times.all.append(float(event.timestamp))
        reader = _READERS.get(event.type)
        if reader:
            # An event of another shape than it should be tells nothing.
            with contextlib.suppress(msgspec.ValidationError, TypeError):
                reader(event, times)
    turns = _turns(sorted(times.scrolls), times.height)
    return Pulse(_answers(presses, times), turns, _active(times))


def _snapshot(event: Event, times: _Read) -> None:
    snapshot = msgspec.json.decode(event.data, type=_Snapshot)
    times.roots.add(snapshot.node.id)
    if isinstance(snapshot.initial_offset.top, int | float):
        times.scrolls.append((float(event.timestamp), float(snapshot.initial_offset.top)))


def _meta(event: Event, times: _Read) -> None:
    height = msgspec.json.decode(event.data, type=MetaData).height
    times.height = times.height or float(height)


def _custom(event: Event, times: _Read) -> None:
    custom = msgspec.json.decode(event.data, type=CustomData)
    payload = as_dict(custom.payload)
    at = float(event.timestamp)
    if custom.tag in (ROUTE_TAG, POPOVER_TAG):
        times.changed.append(at)
    elif custom.tag == ERROR_TAG and payload.get("kind") in ("error", "rejection"):
        times.failed.append(at)
    elif custom.tag == VISIBILITY_TAG and (
        payload.get("state") == "hidden" or payload.get("focused") is False
    ):
        times.left.append(at)


def _incremental(event: Event, times: _Read) -> None:
    source = msgspec.json.decode(event.data, type=_Source).source
    if not isinstance(source, int):
        return
    at = float(event.timestamp)
    if source in _VISITORS:
        times.visitor.append(at)
    if source in _CHANGES:
        times.changed.append(at)
    elif source in (_INTERACTION, _SCROLL, _RESIZE, _SELECTION):
        _interaction(source, as_dict(msgspec.json.decode(event.data)), at, times)


def _interaction(source: int, data: dict[str, Any], at: float, times: _Read) -> None:
    if source == _INTERACTION and data.get("type") in _DOWN:
        times.down.append(at)
    elif source == _SCROLL:
        times.scrolled.append(at)
        y, id_ = data.get("y"), data.get("id")
        if isinstance(y, int | float) and isinstance(id_, int) and id_ in times.roots:
            times.scrolls.append((at, float(y)))
    elif source == _SELECTION and any(map(_is_range, as_dicts(data.get("ranges")))):
        times.selected.append(at)
    elif source == _RESIZE and isinstance(data.get("height"), int | float):
        times.height = times.height or float(data["height"])


_READERS: Final[dict[int, Callable[[Event, _Read], None]]] = {
    EventType.FULL_SNAPSHOT: _snapshot,
    EventType.META: _meta,
    EventType.CUSTOM: _custom,
    EventType.INCREMENTAL: _incremental,
}


def _is_range(selected: dict[str, Any]) -> bool:
    """Whether it holds anything: a press puts an empty one where it was."""
    begins = (selected.get("start"), selected.get("startOffset"))
    return begins != (selected.get("end"), selected.get("endOffset"))


def _answers(presses: Sequence[float], times: _Read) -> list[Answer]:
    at = np.asarray(presses, np.float64)
    downs = _sorted(times.down)
    last = np.searchsorted(downs, at, "right") - 1
    down = downs[np.maximum(last, 0)] if len(downs) else at
    since = np.where((last >= 0) & (at - down <= _DOWN_MS), down, at)
    end = max(times.all, default=0.0)
    kinds = (times.changed, times.scrolled, times.selected, times.left, times.failed)
    waits = [_waits(since, at, _sorted(one)) for one in kinds]
    return [
        Answer(end - press, *(None if np.isnan(wait[i]) else float(wait[i]) for wait in waits))
        for i, press in enumerate(presses)
    ]


def _waits(since: _Times, at: _Times, happened: _Times) -> _Times:
    """From each of `at` to what happened first since `since`, ms; NaN where nothing did."""
    following = np.searchsorted(happened, since, "left")
    padded = np.append(happened, np.nan)
    return np.asarray(np.maximum(padded[following] - at, 0.0), np.float64)


def _sorted(times: Sequence[float]) -> _Times:
    return np.sort(np.asarray(times, np.float64))


def _turns(scrolls: Sequence[tuple[float, float]], height: float) -> list[float]:
    """When the scrolling had turned: each way counts if it was at least `height` long."""
    found: list[float] = []
    if not scrolls or height <= 0:
        return found
    low = high = scrolls[0][1]
    direction = 0
    for at, y in scrolls:
        low, high = min(low, y), max(high, y)
        if direction >= 0 and high - y >= height:
            found += [at] if direction else []
            direction, low = -1, y
        elif direction <= 0 and y - low >= height:
            found += [at] if direction else []
            direction, high = 1, y
    return found


def _active(times: _Read) -> list[tuple[float, float]]:
    """Intervals with an action at their start, and one at most `IDLE_S` before any time in them.

    The document's beginning is one: whoever loads a page looks at it.
    """
    if not times.all:
        return []
    begun, ended = min(times.all), max(times.all)
    actions = np.append(begun, _sorted(times.visitor))
    idle = np.flatnonzero(np.diff(actions) > IDLE_S * 1000)
    starts = np.append(actions[0], actions[idle + 1])
    ends = np.minimum(np.append(actions[idle], actions[-1]) + IDLE_S * 1000, ended)
    return [(float(a), float(b)) for a, b in zip(starts, ends, strict=True) if b > a]
