"""Further states: moments that show what the backdrop hides, each adding most of what is left.

A greedy cover, as the backdrop itself is chosen: the element that most unplaced presses were on
names a moment at which somebody pressed it; whatever of the rest is seen there comes home with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from heatmap.backdrop import Backdrop, View, show
from heatmap.gathering import Gathered
from heatmap.grids import build_grids
from heatmap.heatmap import Heatmap
from heatmap.ledger import Ledger
from heatmap.placement import Sample
from heatmap.points import Placement
from heatmap.statuses import PRESSES, Status
from recorder.errors import BrokenRecording, RenderFailed
from replay import Theatre
from replay.moments import moment_of

__all__ = ["MOST_STATES", "State", "find_states", "with_states"]

MOST_STATES: Final = 3
TRIES: Final = 8
"""Moments tried for all states of a heatmap; each is a render of about a second."""
LEAST_SHARE: Final = 0.01
"""Of all presses: a state that brings home fewer is no picture's worth."""

_HOMELESS: Final = frozenset({Status.HIDDEN, Status.UNMATCHED, Status.OUTSIDE})


@dataclass(frozen=True, slots=True)
class State:
    """A further moment with the points that only it shows, as a heatmap of its own.

    `name` is what the points' column says, `label` the element that it was chosen for. `indexes`
    number its points among the placements on the backdrop.
    """

    name: str
    label: str
    heatmap: Heatmap
    indexes: list[int]

    @property
    def points(self) -> int:
        """How many points came home."""
        return len(self.heatmap.placements)


async def find_states(
    theatre: Theatre,
    gathered: Gathered,
    heatmap: Heatmap,
    *,
    hide: Sequence[str] = (),
    most: int = MOST_STATES,
) -> list[State]:
    """At most `most` further states of `heatmap`, those first that bring most presses home."""
    search = _Search(theatre, gathered, heatmap, hide)
    while len(search.found) < most and search.tries < TRIES:
        if not await search.step():
            break
    return search.found


@dataclass(frozen=True, slots=True)
class _Press:
    """A press by its number on the backdrop, what became of it there, and what was recorded."""

    number: int
    placement: Placement
    sample: Sample


def with_states(heatmap: Heatmap, states: Sequence[State]) -> list[Placement]:
    """The heatmap's placements, each point where it has a home: on the backdrop or in a state."""
    found = list(heatmap.backdrop.placed.placements)
    for state in states:
        for number, placement in zip(state.indexes, state.heatmap.placements, strict=True):
            found[number] = placement
    asked = [one for one in found if one.kind in heatmap.kinds]
    return asked + heatmap.reached + heatmap.senseless


class _Search:
    """What is still without a home, and what was found for the rest."""

    def __init__(
        self, theatre: Theatre, gathered: Gathered, heatmap: Heatmap, hide: Sequence[str]
    ) -> None:
        self.found: list[State] = []
        self.tries = 0
        self._theatre, self._gathered, self._heatmap = theatre, gathered, heatmap
        self._hide = hide
        placements = heatmap.backdrop.placed.placements
        samples = gathered.samples([*{one.kind for one in placements}])
        presses = [
            _Press(number, placement, sample)
            for number, (placement, sample) in enumerate(zip(placements, samples, strict=True))
            if placement.kind in PRESSES
        ]
        self._least = max(1.0, LEAST_SHARE * len(presses))
        self._left = [one for one in presses if one.placement.status in _HOMELESS]
        self._tried: set[str] = set()

    async def step(self) -> bool:
        """Tries the commonest element that was not tried; False where there is none."""
        names = [one.placement.meant for one in self._left]
        counts = Counter(name for name in names if name not in self._tried)
        if not counts:
            return False
        name, _ = min(counts.items(), key=lambda item: (-item[1], item[0]))
        self._tried.add(name)
        self.tries += 1
        chosen = [one.sample for one in self._left if one.placement.meant == name]
        shown = await self._shown(chosen)
        if shown:
            self._keep(shown, chosen[0])
        return True

    async def _shown(self, chosen: Sequence[Sample]) -> Backdrop | None:
        """The moment of one of these presses, recorded at the nearest width, with all the rest."""
        width = self._heatmap.device.width
        views = {view.document.id: view for view in self._gathered.views}
        nearest = min(chosen, key=lambda one: _distance(views[one.document], width))
        view = views[nearest.document]
        try:
            moment = moment_of(
                self._theatre.store, view.session, view.document, nearest.anchor.time
            )
            return await show(
                self._theatre,
                moment,
                self._gathered.views,
                [one.sample for one in self._left],
                self._heatmap.device,
                self._hide,
            )
        except (BrokenRecording, RenderFailed):
            return None

    def _keep(self, shown: Backdrop, chosen: Sample) -> None:
        pairs = list(zip(self._left, shown.placed.placements, strict=True))
        home = [(one, now) for one, now in pairs if now.status is Status.DRAWN]
        if sum(now.weight for _, now in home) < self._least:
            return
        name = str(len(self.found) + 2)
        points = [replace(now, state=name) for _, now in home]
        meant = chosen.anchor.control if chosen.anchor.control >= 0 else chosen.anchor.element
        made = self._as_heatmap(shown, points, name)
        numbers = [one.number for one, _ in home]
        self.found.append(State(name, chosen.elements[meant].label, made, numbers))
        self._left = [one for one, now in pairs if now.status is not Status.DRAWN]

    def _as_heatmap(self, shown: Backdrop, home: list[Placement], name: str) -> Heatmap:
        shown.placed.placements = home
        return replace(
            self._heatmap,
            pattern=f"{self._heatmap.pattern}, state {name}",
            kinds=tuple(dict.fromkeys(one.kind for one in home)),
            backdrop=shown,
            ledger=Ledger.of(home),
            grids=build_grids(home),
            elements=[],
            failures=[],
            senseless=[],
            unknown=0,
            reach=None,
            reached=[],
        )


def _distance(view: View, width: int) -> int:
    return abs((view.document.width or 0) - width)
