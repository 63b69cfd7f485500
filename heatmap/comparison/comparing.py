"""`compare`: two segments of one page, gathered once, put side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from heatmap.backdrop import View
from heatmap.comparison.catalogue import Catalogue
from heatmap.comparison.grounds import Ground, make_ground
from heatmap.comparison.rows import Row, Verdict, make_rows
from heatmap.comparison.usage import Usage, entries_of
from heatmap.gathering import Gathered, Keep, gather
from heatmap.statistics.permutation import Distance, distance
from recorder.devices import Device
from recorder.errors import UnknownPage, WrongUse
from replay import Theatre
from replay.environment import recorded_device

__all__ = ["Comparison", "Segment", "Side", "compare"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Sessions to be compared: what was asked for, and which fit. `device` None: their own."""

    condition: str
    keep: Keep
    device: Device | None = None


@dataclass(slots=True)
class Side:
    """One side as it was found."""

    name: str
    condition: str
    views: list[View]
    usage: Usage
    ground: Ground

    @property
    def sessions(self) -> int:
        """Sessions that viewed the page."""
        return len(self.usage.sessions)


@dataclass(slots=True)
class Comparison:
    """Everything that is known about a page in two segments.

    `distance` is that of where the presses are, None where a side has none. `failures` are
    documents that could not be rebuilt, one sentence each; nothing of them is counted.
    """

    pattern: str
    a: Side
    b: Side
    rows: list[Row]
    distance: Distance | None
    failures: list[str] = field(default_factory=list)

    def by(self, *verdicts: Verdict) -> list[Row]:
        """The rows with one of these verdicts, in their order."""
        return [row for row in self.rows if row.verdict in verdicts]


async def compare(
    theatre: Theatre,
    pattern: str,
    a: Segment,
    b: Segment,
    *,
    hide: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compares the sessions of `a` with those of `b` on the page `pattern`.

    `progress(done, total)` counts documents as they are read. Raises UnknownPage where a side
    has no session on the page, WrongUse where sessions are on both sides: they would be compared
    with themselves.
    """
    gathered = await gather(
        theatre, pattern, keep=lambda one: a.keep(one) or b.keep(one), progress=progress
    )
    views = (_of(gathered, a), _of(gathered, b))
    _check(pattern, (a, b), views)
    grounds = [
        await make_ground(theatre, views, own, segment.device or _own_device(views[own]), hide)
        for own, segment in enumerate((a, b))
    ]
    catalogue = Catalogue([ground.backdrop.placed.page for ground in grounds])
    usages = Usage(views[0], catalogue), Usage(views[1], catalogue)
    rows = make_rows(usages, [ground.places() for ground in grounds])
    entries = entries_of(usages)
    return Comparison(
        pattern,
        Side("a", a.condition, views[0], usages[0], grounds[0]),
        Side("b", b.condition, views[1], usages[1], grounds[1]),
        rows,
        distance(usages[0].matrix(entries), usages[1].matrix(entries)),
        gathered.failures,
    )


def _of(gathered: Gathered, segment: Segment) -> list[View]:
    return [view for view in gathered.views if segment.keep(view.session)]


def _check(
    pattern: str, segments: tuple[Segment, Segment], views: tuple[list[View], list[View]]
) -> None:
    for name, segment, mine in zip("ab", segments, views, strict=True):
        if not mine:
            raise UnknownPage(
                f"No session of side {name} ({segment.condition}) viewed {pattern!r}.",
                f"See what there is with: heatwright sessions --where '{segment.condition}'",
            )
    shared = {view.session.id for view in views[0]} & {view.session.id for view in views[1]}
    if shared:
        count = len(shared)
        raise WrongUse(
            f"{count} session{'s are' if count > 1 else ' is'} on both sides: a session cannot be "
            "compared with itself.",
            "Make the sides exclude each other: --a 'device = phone' --b 'not device = phone'.",
        )


def _own_device(views: Sequence[View]) -> Device:
    """What most of these page views were recorded on; of equals, the first."""
    found: dict[Device, int] = {}
    for view in views:
        device = recorded_device(view.session, view.document)
        found[device] = found.get(device, 0) + 1
    most = max(found, key=lambda device: found[device])
    return replace(most, scale=1.0) if most.name is None else most
