"""What the templates print: page reports, counted and put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatmap.colour import ALPHA, RAMP, Scale
from heatmap.heatmap import Heatmap
from heatmap.ledger import Account
from heatmap.statuses import NAMES, PRESSES, SAMPLES, Kind
from heatwright.report.accounts import Line, Part, kinds_of, page_lines, parts, total
from heatwright.report.elements import ElementTable, element_table
from heatwright.report.friction import FrictionRow
from heatwright.report.model import PageReport, ReportFacts
from heatwright.report.pictures import PagePictures, Shot, StateShot
from heatwright.report.words import count

__all__ = ["Choice", "Figure", "Legend", "Overall", "PageView", "page_view", "room_of"]

WIDE_FROM, MEDIUM_FROM = 1024, 600
"""Widths, CSS px, from which a picture gets the room of a desktop or of a tablet."""
_LEGEND_STOPS = 17
_LEGEND_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Legend:
    """A scale as numbers and places: stops of colour, and ticks on a bar of 1000 units."""

    kind: Kind
    heading: str
    stops: list[tuple[float, str, float]]
    ticks: list[tuple[float, str]]

    @classmethod
    def of(cls, kind: Kind, scale: Scale) -> Legend:
        """The legend of `scale`, through the very colours that pictures are painted with."""
        levels = [round(255 * step / (_LEGEND_STOPS - 1)) for step in range(_LEGEND_STOPS)]
        stops = [
            (round(level / 255, 4), f"#{bytes(RAMP[level]).hex()}", round(ALPHA[level] / 255, 3))
            for level in levels
        ]
        numbers = scale.ticks()
        ticks = [
            (round(_LEGEND_UNITS * scale.level(number), 1), count(number)) for number in numbers
        ]
        ticks[-1] = (ticks[-1][0], ticks[-1][1] + "+")
        return cls(kind, scale.heading, stops, ticks)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a page's switch: a kind, or `own`, each device's own input."""

    value: str
    label: str
    points: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One device's pictures with what stands under them. `size` names its share of the row."""

    shot: Shot
    size: str
    own: Kind
    accounts: dict[Kind, Account]
    bars: dict[Kind, list[Part]]
    remarks: list[str]

    @property
    def heatmap(self) -> Heatmap:
        """The heatmap that is shown."""
        return self.shot.heatmap


@dataclass(frozen=True, slots=True)
class Still:
    """A trouble, and the link to its picture, if there is one."""

    row: FrictionRow
    picture: str | None


@dataclass(frozen=True, slots=True)
class PageView:
    """One page's section."""

    number: int
    page: PageReport
    kinds: list[Kind]
    choices: list[Choice]
    figures: list[Figure]
    legends: list[Legend]
    tables: list[tuple[str, ElementTable]]
    lines: list[Line]
    account: Account
    balances: bool
    parts: list[Part]
    friction: list[Still]
    states: list[StateShot]

    @property
    def more_friction(self) -> int:
        """Troubles that are not listed."""
        return self.page.more_friction

    @property
    def recorded(self) -> int:
        """Points recorded on the page; each is placed at every device."""
        shown = len(self.page.heatmaps)
        return self.account.recorded // shown if shown else 0

    @property
    def sessions(self) -> int:
        """Sessions that viewed the page."""
        return max((one.sessions for one in self.page.heatmaps), default=0)

    @property
    def page_views(self) -> int:
        """Page views, whatever the width they were recorded at."""
        return max((one.page_views for one in self.page.heatmaps), default=0)

    @property
    def failures(self) -> list[str]:
        """Documents that could not be rebuilt, each once."""
        return list(dict.fromkeys(why for one in self.page.heatmaps for why in one.failures))


@dataclass(frozen=True, slots=True)
class Overall:
    """All pages together."""

    recorded: int
    account: Account
    balances: bool
    parts: list[Part]
    devices: list[str]
    failures: list[str]
    """Documents that could not be rebuilt, each once, whatever pages it was to show."""

    @classmethod
    def of(cls, views: Sequence[PageView], facts: ReportFacts) -> Overall:
        """The sum over `views`."""
        summed, balanced = _recorded([line for view in views for line in view.lines])
        names = dict.fromkeys(one.device.label for view in views for one in view.page.heatmaps)
        return cls(
            sum(view.recorded for view in views),
            summed,
            balanced,
            parts(summed),
            list(names),
            list(dict.fromkeys(why for view in views for why in view.failures)),
        )


def page_view(page: PageReport, number: int, pictures: PagePictures) -> PageView:
    """The section of the `number`-th page, whose `pictures` are drawn."""
    kinds = kinds_of(page)
    lines = page_lines(page)
    summed, balanced = _recorded(lines)
    figures = [_figure(shot, lines) for shot in pictures.shots]
    return PageView(
        number=number,
        page=page,
        kinds=kinds,
        choices=_choices(kinds, figures, lines),
        figures=figures,
        legends=[Legend.of(kind, pictures.scales[kind]) for kind in kinds],
        tables=_tables(page, kinds),
        lines=lines,
        account=summed,
        balances=balanced,
        parts=parts(summed),
        states=pictures.states,
        friction=[
            Still(row, link) for row, link in zip(page.friction, pictures.stills, strict=True)
        ],
    )


def _recorded(lines: Sequence[Line]) -> tuple[Account, bool]:
    """The sum of what was recorded, each point once, and whether every line balances: those of
    kinds that are made of it, too."""
    summed, _ = total([line for line in lines if line.kind in SAMPLES])
    return summed, total(lines)[1]


def room_of(width: int) -> str:
    """The share of a row that a picture of so many CSS px gets, by the name that styles know."""
    return "wide" if width >= WIDE_FROM else "medium" if width >= MEDIUM_FROM else "narrow"


def _figure(shot: Shot, lines: Sequence[Line]) -> Figure:
    device = shot.heatmap.device
    mine = {line.kind: line.account for line in lines if line.heatmap is shot.heatmap}
    return Figure(
        shot,
        room_of(device.width),
        Kind.TAP if device.touch else Kind.CLICK,
        mine,
        {kind: parts(one) for kind, one in mine.items()},
        shot.heatmap.remarks(),
    )


def _choices(
    kinds: Sequence[Kind], figures: Sequence[Figure], lines: Sequence[Line]
) -> list[Choice]:
    """What the switch offers; each device's own input only where there are several."""
    points = {line.kind: line.account.recorded for line in lines}
    single = [Choice(kind.value, NAMES[kind], points[kind]) for kind in kinds]
    own = {figure.own for figure in figures}
    if len(own) < 2 or not own <= set(kinds):
        return single
    return [Choice("own", "Own input", sum(points[kind] for kind in own)), *single]


def _tables(page: PageReport, kinds: Sequence[Kind]) -> list[tuple[str, ElementTable]]:
    """The tables of presses, of moves and of rests, where there is something in them."""
    groups = {"press": PRESSES, "move": (Kind.MOVE,), "hover": (Kind.HOVER,)}
    found = [
        (name, element_table(page, group))
        for name, group in groups.items()
        if any(kind in kinds for kind in group)
    ]
    return [(name, table) for name, table in found if table.rows]
