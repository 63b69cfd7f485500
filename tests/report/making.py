"""Made-up heatmaps for the report, without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from heatmap.anchors import ElementKeys
from heatmap.backdrop import Backdrop
from heatmap.friction import Incident, Ranked, Trouble
from heatmap.grids import build_grids
from heatmap.heatmap import ElementHeat, Heatmap
from heatmap.journeys import funnel_of, paths_of
from heatmap.ledger import Ledger
from heatmap.placement import Placed
from heatmap.points import Placement
from heatmap.raster import Geometry, Rect, Target
from heatmap.statistics.shares import Share
from heatmap.statuses import Chart, Kind, Status
from heatwright.report import PageReport, ReportFacts, SegmentRow
from heatwright.report.friction import FrictionRow
from heatwright.report.journeys import Journeys
from recorder.devices import DEVICES, Device
from recorder.index.sequences import Sequences, Viewed
from recorder.store import DocumentRow, SessionRow
from replay import Fidelity, Moment

NOW = 1_795_000_000_000
DESKTOP, PHONE = DEVICES["desktop"], DEVICES["phone"]
PAGE_SIZE = (400, 300)
_BOX = Rect(40, 30, 120, 40)


def session(name: str = "session-1", **changes: Any) -> SessionRow:
    row: dict[str, Any] = {
        "id": name,
        "site_id": "shop",
        "visitor_id": "visitor",
        "started_at": NOW,
        "ended_at": NOW + 5_000,
        "device": "desktop",
        "traits": {},
        "variant": None,
        "release": None,
        "user_agent": "",
        "source": "tag",
    }
    return SessionRow(**(row | changes))


def document(**changes: Any) -> DocumentRow:
    row: dict[str, Any] = {
        "id": "document-1",
        "session_id": "session-1",
        "tab_id": "tab",
        "url": "https://shop.example/",
        "started_at": NOW,
        "ended_at": NOW + 5_000,
        "width": 1440,
        "height": 900,
        "environment": {},
    }
    return DocumentRow(**(row | changes))


def point(
    element: str,
    status: Status = Status.DRAWN,
    *,
    by: str = "session-1",
    kind: Kind = Kind.CLICK,
    width: int = 1440,
    time: int = 0,
    target: int = 0,
) -> Placement:
    drawn = status is Status.DRAWN
    place: dict[str, Any] = {"x": 60.0, "y": 40.0, "u": 0.5, "v": 0.5, "target": target}
    return Placement(
        session=by,
        document="document-1",
        time_ms=time,
        kind=kind,
        element=element,
        chart=Chart.BOX,
        width=width,
        status=status,
        **(place if drawn else {}),
    )


def picture() -> bytes:
    done, data = cv2.imencode(".png", np.full((PAGE_SIZE[1], PAGE_SIZE[0], 3), 255, np.uint8))
    assert done
    return data.tobytes()


def heatmap(
    placements: Sequence[Placement],
    device: Device = DESKTOP,
    *,
    labels: dict[str, str] | None = None,
    fidelity: Fidelity | None = None,
    failures: list[str] | None = None,
) -> Heatmap:
    geometry = Geometry(*PAGE_SIZE, {number: Target(_BOX, _BOX) for number in range(3)})
    names = dict.fromkeys(one.element for one in placements)
    return Heatmap(
        pattern="/",
        device=device,
        kinds=tuple(Kind),
        sessions=len({one.session for one in placements}),
        page_views=len({one.session for one in placements}),
        backdrop=Backdrop(
            Moment(session(), document(), [], 1_000, []),
            picture(),
            Placed(
                list(placements),
                geometry,
                boxes=[(_BOX.left, _BOX.top, _BOX.width, _BOX.height)] * 3,
                notable=[True] * 3,
                holders=[False] * 3,
                pinned=[False] * 3,
            ),
            fidelity or Fidelity(page=PAGE_SIZE, recorded_width=device.width),
        ),
        ledger=Ledger.of(placements),
        grids=build_grids(placements),
        elements=[ElementHeat(name, (labels or {}).get(name, name), {}, 1, None) for name in names],
        failures=failures or [],
    )


def trouble(label: str = "Buy", png: bytes | None = None, **changes: Any) -> FrictionRow:
    keys = ElementKeys([("id", "buy", True)], "id:buy", label, "button")
    known: dict[str, Any] = {"trouble": Trouble.DEAD, "path": "/", "session": "session-1"}
    incident = Incident(**(known | {"document": "d", "at_ms": 4_200, "element": keys} | changes))
    return FrictionRow(
        Ranked(incident.trouble, incident.path, keys.name, label, Share.of(1, 3), [incident]), png
    )


def journeys(*names: str) -> Journeys:
    """Three sessions that view pages of these names, in this order, each a page further."""
    views = {
        number: [Viewed((place, place), name) for place, name in enumerate(names[: number + 1])]
        for number in range(3)
    }
    steps = [
        {number: [view.at for view in seen if view.path == name] for number, seen in views.items()}
        for name in names
    ]
    found = Sequences({number: f"s{number}" for number in views}, steps, views)
    return Journeys([(names[0], funnel_of(found, names))], paths_of(found))


def page(
    *heatmaps: Heatmap,
    viewers: dict[str, str] | None = None,
    title: str = "Home",
    pattern: str = "/",
    recorded: dict[Kind, int] | None = None,
) -> PageReport:
    seen = {one.session: "desktop" for made in heatmaps for one in made.placements}
    return PageReport(pattern, title, heatmaps, viewers if viewers is not None else seen, recorded)


def facts(**changes: Any) -> ReportFacts:
    known: dict[str, Any] = {
        "title": "The shop",
        "created_at": NOW,
        "sessions": 2,
        "page_views": 3,
        "documents": 3,
        "first_at": NOW,
        "last_at": NOW + 60_000,
        "devices": {"desktop": 1, "phone": 1},
        "sources": {"tag": 2},
        "assets": {"kept": 1, "missing": 2},
        "segments": [SegmentRow("plan", "paying", {"desktop": 1})],
        "commands": ["heatwright report /"],
    }
    return ReportFacts(**(known | changes))


def small_page() -> PageReport:
    """Two elements, two devices, clicks and taps; one is hidden on the phone."""
    fates = [
        ("id:buy", Status.DRAWN, Status.DRAWN, "a", Kind.CLICK),
        ("id:buy", Status.DRAWN, Status.DRAWN, "b", Kind.TAP),
        ("id:nav", Status.DRAWN, Status.HIDDEN, "a", Kind.CLICK),
    ]
    made = []
    for at, device in enumerate((DESKTOP, PHONE)):
        points = [
            point(name, (wide, narrow)[at], by=by, kind=kind, width=device.width, time=time)
            for time, (name, wide, narrow, by, kind) in enumerate(fates)
        ]
        made.append(heatmap(points, device, labels={"id:buy": "Buy", "id:nav": "Menu"}))
    counted = {Kind.CLICK: 2, Kind.TAP: 1}
    return page(*made, viewers={"a": "desktop", "b": "phone", "c": "phone"}, recorded=counted)
