"""What was recorded as a whole: counts, the period, devices, segments."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from heatwright.project import FunnelPlan
from heatwright.report.journeys import find_journeys
from heatwright.report.model import ReportFacts, SegmentRow
from recorder.device_class import device_class
from recorder.devices import DEVICES
from recorder.store import DocumentRow, SessionRow, Store

__all__ = ["collect_facts", "device_name", "device_order"]

OTHER = "unknown"
"""The device of a session that named none and of which no viewport is known."""


def device_name(session: SessionRow, document: DocumentRow) -> str:
    """The device a session was recorded on; where it named none, the class it belongs to."""
    return session.device or device_class(document) or OTHER


def device_order(name: str) -> tuple[int, str]:
    """Sorts our devices from wide to narrow, others behind them by name."""
    ours = list(DEVICES)
    return (ours.index(name) if name in ours else len(ours), name)


def collect_facts(
    store: Store,
    title: str,
    *,
    keep: Callable[[SessionRow], bool] | None = None,
    where: str | None = None,
    duration_s: float | None = None,
    commands: Sequence[str] = (),
    funnels: Sequence[FunnelPlan] = (),
) -> ReportFacts:
    """Facts of the sessions in `store` that `keep` accepts (None: of all), and their journeys."""
    sessions = [one for one in store.sessions() if keep is None or keep(one)]
    documents = {one.id: store.documents(one.id) for one in sessions}
    device = {
        one.id: device_name(one, documents[one.id][0]) if documents[one.id] else OTHER
        for one in sessions
    }
    kept = set(device)
    sites = {one.site_id for one in sessions}
    outcomes = [asset.outcome.value for site in sites for asset in store.asset_outcomes(site)]
    counts = Counter(device.values())
    return ReportFacts(
        title=title,
        created_at=round(time.time() * 1000),
        sessions=len(sessions),
        page_views=sum(view.session_id in kept for view in store.page_views()),
        documents=sum(len(one) for one in documents.values()),
        first_at=min((one.started_at for one in sessions), default=None),
        last_at=max((one.ended_at for one in sessions), default=None),
        devices={name: counts[name] for name in sorted(counts, key=device_order)},
        sources=dict(Counter(one.source for one in sessions)),
        assets=dict(Counter(outcomes).most_common()),
        segments=_segments(sessions, device),
        duration_s=duration_s,
        where=where,
        commands=tuple(commands),
        journeys=find_journeys(store, funnels, kept),
    )


def _segments(sessions: Sequence[SessionRow], device: dict[str, str]) -> list[SegmentRow]:
    """A row for each value of each trait, and of variant and release where there are some."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for session in sessions:
        about = dict(session.traits)
        about |= {"variant": session.variant} if session.variant else {}
        about |= {"release": session.release} if session.release else {}
        for trait, value in about.items():
            found.setdefault((trait, value), Counter())[device[session.id]] += 1
    return [SegmentRow(trait, value, counts) for (trait, value), counts in sorted(found.items())]
