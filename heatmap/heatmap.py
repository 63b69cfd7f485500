"""A heatmap of one page at one device: placed, gridded, accounted for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatmap.backdrop import Backdrop, best_backdrop, show
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


@dataclass(frozen=True, slots=True)
class ElementHeat:
    """What one element got: points by kind, and sessions that did so at least once.

    `box` is left, top, width, height in page CSS px at this width, None if no point was
    drawn on the element.
    """

    name: str
    label: str
    points: dict[str, int]
    sessions: int
    box: tuple[float, float, float, float] | None


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

    @property
    def placements(self) -> list[Placement]:
        """Every recorded point, in the order it was gathered; those that make no sense last."""
        return self.backdrop.placed.placements + self.senseless

    def remarks(self) -> list[str]:
        """What a reader of the picture should know, one sentence each: losses, then fidelity."""
        found = []
        if count := len(self.failures):
            found.append(f"{count} document{'s' * (count > 1)} could not be rebuilt")
        if self.unknown:
            found.append(f"{self.unknown} sample{'s' * (self.unknown > 1)} of no known kind")
        return found + self.backdrop.fidelity.remarks()

    def raster(self, kind: Kind) -> NDArray[np.float32]:
        """Density of one kind over the page (H, W), weight a pixel; sums to the drawn mass."""
        return rasterise(self.grids, self.backdrop.placed.geometry, kind)


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
    samples = gathered.samples(kinds)
    shown = (
        await show(theatre, backdrop, samples, device, hide)
        if backdrop
        else await best_backdrop(theatre, gathered.views, samples, device, hide)
    )
    senseless = _senseless(gathered, kinds, device.width)
    placements = shown.placed.placements + senseless
    recorded = {(kind, device.width): n for kind, n in gathered.recorded(kinds).items()}
    return Heatmap(
        pattern=gathered.pattern,
        device=device,
        kinds=tuple(kinds),
        sessions=gathered.sessions,
        page_views=len(gathered.views),
        backdrop=shown,
        ledger=Ledger.of(placements, recorded),
        grids=build_grids(placements),
        elements=_elements(shown, samples),
        failures=gathered.failures,
        senseless=senseless,
        unknown=sum(
            count
            for one in gathered.senseless
            for name, count in one.counts.items()
            if name not in list(Kind)
        ),
    )


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


def _elements(shown: Backdrop, samples: Sequence[Sample]) -> list[ElementHeat]:
    """Elements in order of how many sessions used them, then points."""
    points: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sessions: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, str] = {}
    boxes: dict[str, tuple[float, float, float, float]] = {}
    targets = shown.placed.geometry.targets
    for placement, sample in zip(shown.placed.placements, samples, strict=True):
        if placement.status in (Status.NO_TARGET, Status.MASKED):
            continue
        name = placement.element
        points[name][placement.kind.value] += 1
        sessions[name].add(placement.session)
        labels.setdefault(name, sample.elements[sample.anchor.element].label)
        if placement.target >= 0:
            box = targets[placement.target].box
            boxes.setdefault(name, (box.left, box.top, box.width, box.height))
    found = [
        ElementHeat(name, labels[name], dict(counts), len(sessions[name]), boxes.get(name))
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
        "fidelity": heatmap.backdrop.fidelity.to_json(),
        "elements": [
            {
                "key": one.name,
                "label": one.label,
                "points": one.points,
                "sessions": one.sessions,
                "box": one.box,
            }
            for one in heatmap.elements
        ],
        "failures": heatmap.failures,
        "unknown_samples": heatmap.unknown,
    }
