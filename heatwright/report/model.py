"""What a report is made of: one `PageReport` a page, and the facts around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from heatmap.heatmap import Heatmap
from heatmap.states import State
from heatmap.statuses import Kind
from heatwright.report.friction import FrictionRow
from heatwright.report.journeys import Journeys

__all__ = ["PageReport", "ReportFacts", "SegmentRow"]


@dataclass(slots=True)
class PageReport:
    """One page: a heatmap for each device, in the order they are shown.

    All `heatmaps` are of the same samples, in the same order, as `make_heatmap` gives
    them for one `Gathered`. `viewers` maps each session that viewed the page to
    the device it was recorded on. `recorded` counts points by kind before anything was
    placed, so that the ledger is checked and not merely repeated; None takes the
    placements' word for it. `states` are further moments of each of `heatmaps`, if any were looked
    for. `friction` are the page's first troubles, `more_friction` how many
    more there are.
    """

    pattern: str
    title: str
    heatmaps: Sequence[Heatmap]
    viewers: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[Kind, int] | None = None
    states: Sequence[Sequence[State]] = ()
    friction: Sequence[FrictionRow] = ()
    more_friction: int = 0


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """Sessions of one segment (`trait` has this `value`), counted by recorded device."""

    trait: str
    value: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What is said about the recording as a whole.

    Times are epoch ms. `devices` counts sessions by recorded device, in the order of the
    columns of `segments`. `events`, `duration_s` None: not known, and not mentioned.
    `commands` reproduce the report, one a line. `journeys` None: not looked for.
    """

    title: str
    created_at: int
    sessions: int = 0
    page_views: int = 0
    documents: int = 0
    events: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    devices: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    assets: Mapping[str, int] = field(default_factory=dict)
    segments: Sequence[SegmentRow] = ()
    duration_s: float | None = None
    where: str | None = None
    commands: Sequence[str] = ()
    journeys: Journeys | None = None
