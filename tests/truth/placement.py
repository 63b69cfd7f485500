"""Placed points against where the clicked content is on the live page."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np

ROOM = 1.0
"""CSS px by which a point may be beyond its element: boxes are fractions of pixels."""

Point = tuple[float, float]

DRAWN = "drawn"
HIDDEN = "hidden"

SESSION_START_SLACK_MS = 300
"""By how much the time between a click and its row may vary: they are noted one after the
other, on a machine that may be busy elsewhere."""

MISSES_KEPT = 12


class Click(TypedDict):
    """What `truth.watch` noted."""

    time: int
    path: str
    tag: str
    x: float
    y: float
    u: float
    v: float
    graphemes: list[dict[str, Any]]


class Place(TypedDict):
    """What `truth.find` answered: `spots` are acceptable positions, `box` the live element's."""

    box: list[float]
    fraction: list[float]
    chart: str
    spots: list[list[float]]
    visible: bool


@dataclass(frozen=True)
class Layout:
    """Size of a live page (CSS px) and its structure."""

    width: int
    height: int
    structure: dict[str, str]


@dataclass(frozen=True)
class Laid:
    """The page while it was recorded, live at another width, and the clicked content there.

    `scripted` counts elements that the live page has otherwise at this width.
    """

    then: Layout
    scripted: int
    now: Layout
    places: list[Place | None]


@dataclass(frozen=True)
class Recorded:
    """What was recorded, and how."""

    page: str
    way: str
    mask: str


@dataclass
class Errors:
    """Distances to the truth (CSS px) and hits of the right element, of one way of carrying."""

    far: list[float] = field(default_factory=list)
    right: int = 0

    def add(self, point: Point, place: Place) -> float:
        error = min(math.dist(point, spot) for spot in place["spots"])
        self.far.append(error)
        self.right += _in_box(point, place)
        return error

    def summary(self) -> dict[str, float]:
        """`right` is a share; `p50`, `p95` and `worst` are CSS px."""
        if not self.far:
            return {"points": 0, "right": 1.0, "p50": 0.0, "p95": 0.0, "worst": 0.0}
        p50, p95 = np.percentile(self.far, [50, 95])
        return {
            "points": len(self.far),
            "right": self.right / len(self.far),
            "p50": float(p50),
            "p95": float(p95),
            "worst": max(self.far),
        }


def _in_box(point: Point, place: Place) -> bool:
    """In the element, or on a character of it that sticks out."""
    left, top, width, height = place["box"]
    x, y = point
    inside = left - ROOM <= x <= left + width + ROOM and top - ROOM <= y <= top + height + ROOM
    return inside or any(math.dist(point, spot) <= ROOM for spot in place["spots"])


@dataclass
class Placement:
    """One page at one width. Peers are judged on the points that can be seen."""

    page: str
    way: str
    mask: str
    width: int
    scripted: int
    clicks: int
    absent: int
    visible: int
    statuses: dict[str, int]
    ours: Errors
    peers: dict[str, Errors]
    drawn_visible: int
    hidden_right: int
    hidden_missed: int
    wrong: int
    balanced: bool
    misses: list[dict[str, Any]]

    @property
    def drawn(self) -> int:
        return self.statuses.get(DRAWN, 0)

    @property
    def hidden(self) -> int:
        return self.statuses.get(HIDDEN, 0)


def peers(click: Click, place: Place, then: Layout, now: Layout) -> dict[str, Point]:
    """Where other tools would draw the click."""
    across, down = now.width / then.width, now.height / then.height
    return {
        "absolute px": (click["x"], click["y"]),
        "x by width, y absolute": (click["x"] * across, click["y"]),
        "percent of the page": (click["x"] * across, click["y"] * down),
        "box fraction, matched": (place["fraction"][0], place["fraction"][1]),
    }


def judge(
    recorded: Recorded,
    clicks: list[Click],
    truth: Laid,
    rows: list[dict[str, str]],
    summary: dict[str, Any],
) -> Placement:
    """Pairs clicks with rows (both in time order) and counts what became of them."""
    then, now, places = truth.then, truth.now, truth.places
    _check_pairing(clicks, rows)
    result = Placement(
        page=recorded.page,
        way=recorded.way,
        mask=recorded.mask,
        width=int(rows[0]["width"]) if rows else 0,
        scripted=truth.scripted,
        clicks=len(clicks),
        absent=places.count(None),
        visible=sum(1 for place in places if place and place["visible"]),
        statuses=dict(Counter(row["status"] for row in rows)),
        ours=Errors(),
        peers={},
        drawn_visible=0,
        hidden_right=0,
        hidden_missed=0,
        wrong=0,
        balanced=_balances(summary, rows, len(clicks)),
        misses=[],
    )
    for click, place, row in zip(clicks, places, rows, strict=True):
        _enter(result, click, place, row)
        if place and place["visible"]:
            for name, point in peers(click, place, then, now).items():
                result.peers.setdefault(name, Errors()).add(point, place)
    result.misses.sort(key=lambda miss: -miss["error"])
    return result


def _enter(result: Placement, click: Click, place: Place | None, row: dict[str, str]) -> None:
    drawn = row["status"] == DRAWN
    seen = bool(place and place["visible"])
    error = 0.0
    if drawn and place:
        error = result.ours.add((float(row["x"]), float(row["y"])), place)
        result.drawn_visible += seen
    elif drawn:
        result.wrong += 1
    if row["status"] == HIDDEN:
        result.hidden_right += not seen
    elif drawn and place and not seen:
        result.hidden_missed += 1
    if error > 2 or drawn != seen:
        result.misses.append(_miss(click, place, row, error))


def _miss(click: Click, place: Place | None, row: dict[str, str], error: float) -> dict[str, Any]:
    said = click["graphemes"][0]["said"][:40] if click["graphemes"] else ""
    return {
        "error": round(error, 1),
        "path": click["path"],
        "tag": click["tag"],
        "said": said,
        "fraction": [round(click["u"], 3), round(click["v"], 3)],
        "status": row["status"],
        "ours": [row["element"][-80:], row["chart"], row["x"], row["y"]],
        "truth": place
        and [place["chart"], place["visible"], *([round(v, 1) for v in s] for s in place["spots"])],
        "box": place and [round(v, 1) for v in place["box"]],
    }


def _check_pairing(clicks: list[Click], rows: list[dict[str, str]]) -> None:
    """Every click has its row, and the time between them is the same throughout."""
    assert len(rows) == len(clicks), f"{len(clicks)} clicks, {len(rows)} rows"
    since = [click["time"] - int(row["time_ms"]) for click, row in zip(clicks, rows, strict=True)]
    if since:
        assert max(since) - min(since) <= SESSION_START_SLACK_MS, "rows are not the clicks'"


def _balances(summary: dict[str, Any], rows: list[dict[str, str]], clicks: int) -> bool:
    """The ledger that is printed, the rows and the clicks are one account."""
    counts: Counter[str] = Counter()
    recorded = 0
    for account in summary["ledger"]["accounts"]:
        recorded += account["recorded"]
        counts.update({name: n for name, n in account["counts"].items() if n})
    return recorded == clicks and counts == Counter(row["status"] for row in rows)
