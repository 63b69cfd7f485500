"""A heatmap of one page at one device: placed, gridded, accounted for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatmap.areas import Reach, attention_raster, reach_of, reach_placements, scroll_raster
from heatmap.backdrop import Backdrop, best_backdrop, show
from heatmap.drift import Drift, drift_of
from heatmap.gathering import Gathered
from heatmap.grids import Grids, build_grids
from heatmap.ledger import Ledger
from heatmap.placement import Sample
from heatmap.points import Placement
from heatmap.raster import rasterise
from heatmap.statuses import Chart, Kind, Status
from recorder.devices import Device
from replay import Moment, Theatre

__all__ = ["ElementHeat", "Heatmap", "make_heatmap", "summary"]


FOLD_SHARE = 0.1
"""Widths that differ by no more than this are of one kind of device: their folds are comparable."""


@dataclass(frozen=True, slots=True)
class ElementHeat:
    """What one element got: points by kind, and sessions that did so at least once.

    A button and the icon in it are one element: the one that was meant.

    `box` is left, top, width, height in page CSS px at this width, None if no point was
    drawn on the element.
    """

    name: str
    label: str
    points: dict[str, int]
    sessions: int
    box: tuple[float, float, float, float] | None
    refused: str | None = None
    """Why it was not found on the backdrop, where it was not."""


@dataclass(slots=True)
class Heatmap:
    """Everything known about one page at one device; pictures and tables are made of it."""

    pattern: str
    device: Device
    kinds: tuple[Kind, ...]
    sessions: int
    page_views: int
    backdrop: Backdrop
    ledger: Ledger
    grids: Grids
    elements: list[ElementHeat]
    failures: list[str]
    senseless: list[Placement] = field(default_factory=list)
    """Points of samples that make no sense: without a target, at their document's start."""
    unknown: int = 0
    """Samples of no known kind, which no account can hold."""
    drift: Drift | None = None
    """None where the tag measured nothing, as in imported recordings."""
    reach: Reach | None = None
    """How far sessions came; None where it was not asked for."""
    reached: list[Placement] = field(default_factory=list)
    """A point a session, at the depth it came to."""
    fold: float | None = None
    """Where the first screen ended for half of those who were recorded at about this width, page
    CSS px; None if nobody was."""

    @property
    def placements(self) -> list[Placement]:
        """Every recorded point, in the order it was gathered; those that make no sense last."""
        asked = [one for one in self.backdrop.placed.placements if one.kind in self.kinds]
        return asked + self.reached + self.senseless

    def remarks(self) -> list[str]:
        """What a reader of the picture should know, one sentence each: losses, then fidelity."""
        found = []
        if count := len(self.failures):
            found.append(f"{count} document{'s' * (count > 1)} could not be rebuilt")
        if self.unknown:
            found.append(f"{self.unknown} sample{'s' * (self.unknown > 1)} of no known kind")
        if self.drift and (remark := self.drift.remark()):
            found.append(remark)
        return found + self.backdrop.remarks()

    def raster(self, kind: Kind) -> NDArray[np.float32]:
        """One kind over the page (H, W): a density, weight a pixel, that sums to the drawn mass;
        of a kind that fills areas, what `areas.py` says."""
        placed = self.backdrop.placed
        if kind is Kind.ATTENTION:
            return attention_raster(self.grids, placed, self.sessions, self.device.height)
        if kind is Kind.SCROLL:
            return scroll_raster(self.reach or reach_of(placed, self.device.height), placed)
        return rasterise(self.grids, placed.geometry, kind)


async def make_heatmap(
    theatre: Theatre,
    gathered: Gathered,
    device: Device,
    kinds: Sequence[Kind],
    *,
    backdrop: Moment | None = None,
    hide: Sequence[str] = (),
) -> Heatmap:
    """The heatmap of what was gathered, at `device`, on the best backdrop or the one named."""
    # How far a session came is told by what it had in view.
    asked = {*kinds, Kind.ATTENTION} if Kind.SCROLL in kinds else set(kinds)
    samples = gathered.samples(asked)
    shown = (
        await show(theatre, backdrop, gathered.views, samples, device, hide)
        if backdrop
        else await best_backdrop(theatre, gathered.views, samples, device, hide)
    )
    made = Heatmap(
        pattern=gathered.pattern,
        device=device,
        kinds=tuple(kinds),
        sessions=gathered.sessions,
        page_views=len(gathered.views),
        backdrop=shown,
        ledger=Ledger(),
        grids=Grids(),
        elements=_elements(shown, samples, kinds),
        failures=gathered.failures,
        senseless=_senseless(gathered, kinds, device.width),
        unknown=gathered.unknown,
        drift=drift_of(samples),
        fold=_fold(gathered, device.width),
    )
    if Kind.SCROLL in kinds:
        made.reach = reach_of(shown.placed, device.height)
        made.reached = reach_placements(made.reach, gathered.views, shown.placed, device.width)
    recorded = {(kind, device.width): n for kind, n in gathered.recorded(kinds).items()}
    made.ledger = Ledger.of(made.placements, recorded)
    made.grids = build_grids(made.placements)
    return made


def _fold(gathered: Gathered, width: int) -> float | None:
    heights = {
        view.document.id: view.document.height
        for view in gathered.views
        if view.document.height and abs((view.document.width or 0) - width) <= FOLD_SHARE * width
    }
    return float(np.median(list(heights.values()))) if heights else None


def _senseless(gathered: Gathered, kinds: Sequence[Kind], width: int) -> list[Placement]:
    return [
        Placement(
            session=one.session.id,
            document=one.document.id,
            time_ms=one.document.started_at - one.session.started_at,
            kind=kind,
            element="",
            chart=Chart.BOX,
            width=width,
            status=Status.NO_TARGET,
        )
        for one in gathered.senseless
        for kind in kinds
        for _ in range(one.counts.get(kind.value, 0))
    ]


def _elements(
    shown: Backdrop, samples: Sequence[Sample], kinds: Collection[Kind]
) -> list[ElementHeat]:
    """Elements in order of how many sessions used them, then points."""
    points: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sessions: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, str] = {}
    boxes: dict[str, tuple[float, float, float, float]] = {}
    for placement, sample in zip(shown.placed.placements, samples, strict=True):
        if placement.status in (Status.NO_TARGET, Status.MASKED) or placement.kind not in kinds:
            continue
        name = placement.meant
        points[name][placement.kind.value] += 1
        sessions[name].add(placement.session)
        meant = sample.anchor.control if sample.anchor.control >= 0 else sample.anchor.element
        labels.setdefault(name, sample.elements[meant].label)
        box = shown.placed.box_of(placement) if placement.status is Status.DRAWN else None
        if box:
            boxes.setdefault(name, box)
    found = [
        ElementHeat(
            name,
            labels[name],
            dict(counts),
            len(sessions[name]),
            boxes.get(name),
            shown.placed.reasons.get(name),
        )
        for name, counts in points.items()
    ]
    return sorted(found, key=lambda one: (-one.sessions, -sum(one.points.values()), one.name))


def summary(heatmap: Heatmap) -> dict[str, Any]:
    """The heatmap as plain data: what `--json` prints and reports are made of."""
    moment = heatmap.backdrop.moment
    return {
        "page": heatmap.pattern,
        "device": heatmap.device.name,
        "width": heatmap.device.width,
        "kinds": [kind.value for kind in heatmap.kinds],
        "sessions": heatmap.sessions,
        "page_views": heatmap.page_views,
        "backdrop": {
            "session": moment.session.id,
            "document": moment.document.id,
            "time_ms": moment.time_ms,
        },
        "ledger": heatmap.ledger.to_json(),
        "drift": heatmap.drift and heatmap.drift.to_json(),
        "fidelity": heatmap.backdrop.fidelity.to_json(),
        "elements": [
            {
                "key": one.name,
                "label": one.label,
                "points": one.points,
                "sessions": one.sessions,
                "box": one.box,
                "refused": one.refused,
            }
            for one in heatmap.elements
        ],
        "failures": heatmap.failures,
        "unknown_samples": heatmap.unknown,
    }
