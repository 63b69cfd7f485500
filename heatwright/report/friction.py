"""Friction for the report: what went wrong on a page, the worst of it as pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from heatmap.common_text import CommonText
from heatmap.friction import Incident, Ranked, Trouble, incidents_of, rank
from heatmap.gathering import Gathered
from recorder.errors import BrokenRecording, RenderFailed
from replay import Theatre
from replay.environment import recorded_device
from replay.film import POINTER_LATE_MS
from replay.moments import moment_of
from replay.render import render
from replay.stage import Veil

__all__ = ["ROWS", "SHOWN", "FrictionRow", "find_friction"]

ROWS: Final = 20
"""Troubles of a page in a report; `heatwright friction` lists all."""
SHOWN: Final = 4
"""Of which so many are shown: one row of pictures."""

TROUBLE_WORDS: Final = {
    Trouble.RAGE: "rage",
    Trouble.DEAD: "dead press",
    Trouble.ERROR: "press before an error",
    Trouble.NEAR_MISS: "near miss",
    Trouble.QUICK_BACK: "quick back",
    Trouble.RESTLESS: "restless scrolling",
}


@dataclass(frozen=True, slots=True)
class FrictionRow:
    """One trouble; `png` is the first moment of it on the device that it happened on, with the
    pointer, where it is among the first and could be rebuilt."""

    ranked: Ranked
    png: bytes | None = None

    @property
    def words(self) -> str:
        """What it is called."""
        return TROUBLE_WORDS[self.ranked.trouble]

    @property
    def first(self) -> Incident:
        """The one that is shown."""
        return self.ranked.incidents[0]


async def find_friction(theatre: Theatre, gathered: Gathered) -> tuple[list[FrictionRow], int]:
    """The first `ROWS` troubles of a page, the first `SHOWN` with a picture; and how many more."""
    incidents = incidents_of(gathered.views, theatre.store.page_views())
    pairs = {(view.page_view.path, view.session.id) for view in gathered.views}
    ranked = rank(incidents, Counter(path for path, _ in pairs))
    rows = await _shown(theatre, gathered, ranked[:SHOWN])
    rows += [FrictionRow(one) for one in ranked[SHOWN:ROWS]]
    return rows, max(0, len(ranked) - ROWS)


async def _shown(
    theatre: Theatre, gathered: Gathered, ranked: Sequence[Ranked]
) -> list[FrictionRow]:
    common = CommonText.of(gathered.views)
    veil = common.rare if common.applies else None
    return [
        FrictionRow(one, await _picture(theatre, gathered, one.incidents[0], veil))
        for one in ranked
    ]


async def _picture(
    theatre: Theatre, gathered: Gathered, incident: Incident, veil: Veil | None
) -> bytes | None:
    view = next(one for one in gathered.views if one.document.id == incident.document)
    at = view.session.started_at + incident.at_ms
    try:
        moment = moment_of(theatre.store, view.session, view.document, at)
        device = recorded_device(view.session, view.document)
        seen = at + POINTER_LATE_MS
        made = await render(theatre, moment, device, full_page=False, pointer=seen, veil=veil)
    except (BrokenRecording, RenderFailed):
        return None
    return made.png
