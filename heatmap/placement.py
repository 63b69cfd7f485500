"""From anchors to placements: matched on a backdrop, then put where its content is.

The stage says where each matched anchor is at the width it stands at; here the
answers become `Placement`s and the geometry that the raster needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from heatmap.anchors import Anchor, ElementKeys
from heatmap.identity import Match, Page, Refused
from heatmap.points import Placement
from heatmap.raster import Geometry, Rect, Target
from heatmap.statuses import AREAS, PRESSES, Chart, Status
from recorder.store import SessionRow
from replay import Stage

__all__ = ["Placed", "Sample", "place"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One anchor with the recording it belongs to."""

    session: SessionRow
    document: str
    anchor: Anchor
    elements: Sequence[ElementKeys]


@dataclass(slots=True)
class Placed:
    """All placements on one backdrop, and the geometry of the elements that got some.

    `page` finds elements of the backdrop. In its order, of all of them: `boxes` (left, top, width,
    height in page CSS px), `notable` whether it is told when they were in view, `holders` whether
    there are such inside of them, `pinned` whether they may stay in view while the page scrolls.
    """

    placements: list[Placement]
    geometry: Geometry
    page: Page = field(default_factory=lambda: Page([]))
    boxes: Sequence[tuple[float, float, float, float]] = ()
    notable: Sequence[bool] = ()
    holders: Sequence[bool] = ()
    pinned: Sequence[bool] = ()
    reasons: dict[str, str] = field(default_factory=dict)
    """Why elements that points were on have no match here, by the name of what was meant."""

    def box_of(self, placement: Placement) -> tuple[float, float, float, float] | None:
        """The box of what was meant, if it is on this page."""
        if placement.control_target >= 0:
            return self.boxes[placement.control_target]
        target = self.geometry.targets.get(placement.target)
        return (
            (target.box.left, target.box.top, target.box.width, target.box.height)
            if target
            else None
        )

    @property
    def home(self) -> tuple[float, float]:
        """Weight that found a home: of clicks and taps, then of everything.

        In this order, because moves are many and say less: a moment is not better for them.
        """
        drawn = [one for one in self.placements if one.status is Status.DRAWN]
        pressed = sum(one.weight for one in drawn if one.kind in PRESSES)
        return pressed, sum(one.weight for one in drawn)

    @property
    def complete(self) -> bool:
        """Whether no moment could show more points; of elements, each hides some."""
        points = [one for one in self.placements if one.kind not in AREAS]
        return all(one.status is Status.DRAWN for one in points or self.placements)


async def place(
    stage: Stage, samples: Sequence[Sample], *, width: int, state: str = "main"
) -> Placed:
    """Puts every sample on the page that is on `stage`; one placement a sample, in order."""
    layout = await stage.elements()
    page = Page(msgspec.convert(layout, list[ElementKeys]))
    for elements in {id(sample.elements): sample.elements for sample in samples}.values():
        page.match(elements)
    matches = [_match(page, sample) for sample in samples]
    wanted = [
        _wanted(page, sample, match)
        for sample, match in zip(samples, matches, strict=True)
        if isinstance(match, Match)
    ]
    located = iter(await _located(stage, wanted))
    size = (await stage.fidelity()).page
    book = _Book(page, width, state)
    placements = [
        book.enter(sample, match, next(located))
        if isinstance(match, Match)
        else book.refuse(sample, match)
        for sample, match in zip(samples, matches, strict=True)
    ]
    geometry = Geometry(max(1, size[0]), max(1, size[1]), book.targets())
    reasons = {
        placement.meant: match.reason
        for placement, match in zip(placements, matches, strict=True)
        if isinstance(match, Refused)
    }
    return Placed(
        placements,
        geometry,
        page,
        [tuple(one["box"]) for one in layout],
        [one["notable"] for one in layout],
        [one["holder"] for one in layout],
        [one["pinned"] for one in layout],
        reasons,
    )


async def _located(stage: Stage, wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where each of `wanted` is. What is the same is asked once: of what was in view, only the
    element is."""
    keys = [msgspec.json.encode(one) for one in wanted]
    first = dict(zip(keys, wanted, strict=True))
    found = dict(zip(first, await stage.locate(list(first.values())), strict=True))
    return [found[key] for key in keys]


def _match(page: Page, sample: Sample) -> Match | Refused | Status:
    anchor = sample.anchor
    if anchor.element < 0:
        return Status.NO_TARGET
    if anchor.masked:
        return Status.MASKED
    return page.find(sample.elements[anchor.element])


def _wanted(page: Page, sample: Sample, match: Match) -> dict[str, Any]:
    """What the stage is asked: the element, and the grapheme if its text's element is here too."""
    anchor = sample.anchor
    wanted: dict[str, Any] = {"element": match.index, "u": anchor.u, "v": anchor.v}
    wanted |= {"size": anchor.size, "text": None}
    if anchor.text is not None and anchor.text.element >= 0:
        holder = page.find(sample.elements[anchor.text.element])
        if isinstance(holder, Match):
            wanted["text"] = {
                "element": holder.index,
                "index": anchor.text.index,
                "hash": anchor.text.hash,
                "start": anchor.text.start,
                "length": anchor.text.length,
                "fx": anchor.text.fx,
                "fy": anchor.text.fy,
            }
    return wanted


@dataclass(slots=True)
class _Entry:
    """One target under construction."""

    box: Rect
    clip: Rect
    runs: dict[int, dict[int, int]] = field(default_factory=dict)
    """Text run → UTF-16 start → number of the grapheme among those that hold weight."""
    rects: dict[int, list[list[Rect]]] = field(default_factory=dict)


class _Book:
    """Numbers targets and graphemes as points come in."""

    def __init__(self, page: Page, width: int, state: str) -> None:
        self._page = page
        self._width = width
        self._state = state
        self._entries: dict[int, _Entry] = {}

    def targets(self) -> dict[int, Target]:
        return {
            index: Target(entry.box, entry.clip, entry.rects)
            for index, entry in self._entries.items()
        }

    def refuse(self, sample: Sample, refused: Refused | Status) -> Placement:
        status = Status(refused.status) if isinstance(refused, Refused) else refused
        known = sample.anchor.element >= 0
        name = sample.elements[sample.anchor.element].name if known else ""
        return self._placement(sample, name, Chart.BOX, status)

    def enter(self, sample: Sample, match: Match, found: dict[str, Any]) -> Placement:
        """The placement of a matched sample that the stage located."""
        anchor = sample.anchor
        status, chart = Status(found["status"]), Chart(found["chart"])
        name = self._page.elements[match.index].name
        if status is Status.DRAWN and anchor.unstable:
            status = Status.UNSTABLE
        if status is not Status.DRAWN:
            return self._placement(sample, name, chart, status, match)
        entry = self._entries.setdefault(
            found["element"], _Entry(Rect(*found["box"]), Rect(*found["clip"]))
        )
        extra: dict[str, Any] = {"target": found["element"], "x": found["x"], "y": found["y"]}
        if chart is Chart.TEXT and anchor.text is not None:
            run = anchor.text.index
            extra |= {"text": run, "fx": _clamp(anchor.text.fx), "fy": _clamp(anchor.text.fy)}
            extra["grapheme"] = _grapheme(entry, run, anchor.text.start, Rect(*found["glyph"]))
        else:
            # The raster knows upright rectangles only: where in this one the point came to be.
            left, top, across, down = found["box"]
            extra |= {"u": _within(found["x"] - left, across), "v": _within(found["y"] - top, down)}
        return self._placement(sample, name, chart, status, match, **extra)

    def _control(self, sample: Sample) -> tuple[str, int]:
        """Name and number of the control on this page; of one that it has not, as recorded."""
        anchor = sample.anchor
        if anchor.control < 0 or anchor.control == anchor.element:
            return "", -1
        keys = sample.elements[anchor.control]
        found = self._page.find(keys)
        if isinstance(found, Match):
            return self._page.elements[found.index].name, found.index
        return keys.name, -1

    def _placement(
        self,
        sample: Sample,
        element: str,
        chart: Chart,
        status: Status,
        match: Match | None = None,
        **extra: Any,
    ) -> Placement:
        control, number = self._control(sample)
        return Placement(
            control=control,
            control_target=number,
            session=sample.session.id,
            document=sample.document,
            time_ms=round(sample.anchor.time - sample.session.started_at),
            kind=sample.anchor.kind,
            weight=sample.anchor.weight,
            element=element,
            chart=chart,
            width=self._width,
            status=status,
            state=self._state,
            confidence=match.confidence if match else None,
            **extra,
        )


def _grapheme(entry: _Entry, run: int, start: int, rect: Rect) -> int:
    numbers = entry.runs.setdefault(run, {})
    rects = entry.rects.setdefault(run, [])
    if start not in numbers:
        numbers[start] = len(rects)
        rects.append([rect])
    return numbers[start]


def _within(offset: float, size: float) -> float:
    return _clamp(offset / size) if size > 0 else 0.5


def _clamp(fraction: float) -> float:
    return min(max(fraction, 0.0), 1.0)
