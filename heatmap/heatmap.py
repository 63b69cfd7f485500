"""A heatmap of one page at one device: gathered, placed, gridded, accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatmap.anchors import document_anchors
from heatmap.backdrop import Backdrop, View, best_backdrop, show
from heatmap.grids import Grids, build_grids
from heatmap.ledger import Ledger
from heatmap.placement import Sample
from heatmap.points import Placement
from heatmap.raster import rasterise
from heatmap.statuses import Kind, Status
from recorder.devices import Device
from recorder.errors import BrokenRecording, UnknownPage
from recorder.pages import match_page
from recorder.store import SessionRow, Store
from replay import Moment, Theatre

__all__ = ["ElementHeat", "Gathered", "Heatmap", "gather", "make_heatmap", "summary"]

Keep = Callable[[SessionRow], bool]


@dataclass(slots=True)
class Gathered:
    """All page views of a page and the samples in them, whatever the width they came from."""

    pattern: str
    views: list[View]
    failures: list[str] = field(default_factory=list)
    """Documents that could not be anchored, one sentence each; their points are not counted."""

    @property
    def sessions(self) -> int:
        """Sessions that viewed the page."""
        return len({view.session.id for view in self.views})

    def samples(self, kinds: Sequence[Kind]) -> list[Sample]:
        """Samples of these kinds, view by view."""
        wanted = {kind.value for kind in kinds}
        return [one for view in self.views for one in view.samples if one.anchor.kind in wanted]


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

    @property
    def placements(self) -> list[Placement]:
        """Every recorded point, in the order it was gathered."""
        return self.backdrop.placed.placements

    def raster(self, kind: Kind) -> NDArray[np.float32]:
        """Density of one kind over the page (H, W), weight a pixel; sums to the drawn mass."""
        return rasterise(self.grids, self.backdrop.placed.geometry, kind)


async def gather(
    theatre: Theatre,
    pattern: str,
    *,
    keep: Keep | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Gathered:
    """Page views of `pattern` whose session `keep` accepts, with their samples.

    `progress(done, total)` is called after each document. Raises UnknownPage if the
    pattern fits nothing that was recorded, or nothing is left of it.
    """
    store = theatre.store
    views = [view for view in store.page_views() if match_page(pattern, view.url)]
    if not views:
        raise UnknownPage(f"No recorded page fits {pattern!r}.", _known_pages(store))
    sessions = {session.id: session for session in store.sessions()}
    if keep is not None:
        views = [view for view in views if keep(sessions[view.session_id])]
        if not views:
            raise UnknownPage(
                f"No session with the page {pattern!r} fits the filter.", "Widen --where."
            )
    by_document = defaultdict(list)
    for view in views:
        by_document[view.document_id].append(view)
    gathered = Gathered(pattern, [])
    for done, (document_id, mine) in enumerate(by_document.items(), start=1):
        session = sessions[mine[0].session_id]
        document = next(one for one in store.documents(session.id) if one.id == document_id)
        try:
            recorded = await document_anchors(theatre, session, document)
        except BrokenRecording as failure:
            gathered.failures.append(failure.message)
            continue
        for view in mine:
            samples = [
                Sample.of(session, document_id, recorded, anchor)
                for anchor in recorded.anchors
                if view.started_at <= anchor.time <= view.ended_at
            ]
            gathered.views.append(View(session, document, view, samples))
        if progress:
            progress(done, len(by_document))
    if not gathered.views:
        raise BrokenRecording(
            f"None of the {len(by_document)} documents of {pattern!r} can be rebuilt: "
            f"{gathered.failures[0]}"
        )
    return gathered


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
    placements = shown.placed.placements
    return Heatmap(
        pattern=gathered.pattern,
        device=device,
        kinds=tuple(kinds),
        sessions=gathered.sessions,
        page_views=len(gathered.views),
        backdrop=shown,
        ledger=Ledger.of(placements, _recorded(samples, device)),
        grids=build_grids(placements),
        elements=_elements(shown, samples),
        failures=gathered.failures,
    )


def _recorded(samples: Sequence[Sample], device: Device) -> dict[tuple[Kind, int], int]:
    """Points by kind, counted before any was placed: what the ledger must add up to."""
    counts = Counter(sample.anchor.kind for sample in samples)
    return {(Kind(kind), device.width): count for kind, count in counts.items()}


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


def _known_pages(store: Store) -> str:
    pages = [page.path for page in store.pages()][:5]
    return f"Recorded pages: {', '.join(pages)}." if pages else "Record something first."


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
    }
