"""The film of a session: its key moments as one contact sheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from recorder.devices import Device
from recorder.errors import BrokenRecording
from recorder.store import SessionRow
from replay.environment import recorded_device
from replay.fidelity import Fidelity
from replay.key_moments import KeyMoment, choose, key_moments
from replay.moments import ReadEvents, moment_of, once
from replay.render import render
from replay.sheet import Cell, contact_sheet
from replay.theatre import Theatre

__all__ = ["FRAMES", "Film", "Frame", "make_film"]

FRAMES: Final = 24
"""Pictures on a sheet: six rows of four are seen at once on a large screen."""

POINTER_LATE_MS: Final = 30
"""The tag measures a press as the pointer goes down; rrweb tells of it some milliseconds later."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A key moment as it was shown; `failure` says why there is no picture of it."""

    moment: KeyMoment
    fidelity: Fidelity | None
    failure: str


@dataclass(frozen=True, slots=True)
class Film:
    """`png` is the sheet; `left_out` how many key moments are not on it, by kind."""

    session: SessionRow
    device: Device
    png: bytes
    frames: list[Frame]
    left_out: Counter[str]

    def to_json(self) -> dict[str, Any]:
        """The account of every frame, plain data; times in ms since the session's start."""
        start = self.session.started_at
        frames = [
            {
                "at": one.moment.at - start,
                "shown": one.moment.shown - start,
                "what": list(one.moment.what),
                "failure": one.failure,
                "fidelity": one.fidelity.to_json() if one.fidelity else None,
            }
            for one in self.frames
        ]
        return {"session": self.session.id, "left_out": self.left_out, "frames": frames}

    def remarks(self) -> list[str]:
        """What a reader of the film should know, one sentence each."""
        found = [f"{count} × {kind} left out" for kind, count in self.left_out.items()]
        failed = [one.failure for one in self.frames if one.failure]
        if failed:
            found.append(f"{len(failed)} moments could not be shown: {failed[0]}")
        told = Counter(
            remark for one in self.frames if one.fidelity for remark in one.fidelity.remarks()
        )
        return found + [f"{count} × {remark}" for remark, count in told.items()]


async def make_film(theatre: Theatre, session: SessionRow, device: Device | None = None) -> Film:
    """The film of `session` on `device`, or on the one its first document was recorded on.

    Raises BrokenRecording if nothing was recorded, and RenderFailed.
    """
    moments, left_out = choose(key_moments(theatre.store, session), FRAMES)
    if not moments:
        raise BrokenRecording(f"Session {session.id} holds no document.", "Record it again.")
    device = device or recorded_device(session, moments[0].document)
    frames, cells = [], []
    read = once(theatre.store)
    for number, moment in enumerate(moments, 1):
        frame, png = await _frame(theatre, session, moment, device, read)
        seconds = (moment.shown - session.started_at) / 1000
        kind = moment.kind.value if moment.kind else "end"
        cells.append(Cell(png, f"{number}  {seconds:.1f} s", " · ".join(moment.what), kind))
        frames.append(frame)
    png = contact_sheet(cells, _title(session, device), _subtitle(moments, left_out), device)
    return Film(session, device, png, frames, left_out)


async def _frame(
    theatre: Theatre, session: SessionRow, moment: KeyMoment, device: Device, read: ReadEvents
) -> tuple[Frame, bytes | None]:
    try:
        state = moment_of(theatre.store, session, moment.document, moment.shown, read)
    except BrokenRecording as error:
        return Frame(moment, None, error.message), None
    seen = moment.shown + POINTER_LATE_MS
    made = await render(theatre, state, device, full_page=False, pointer=seen)
    return Frame(moment, made.fidelity, ""), made.png


def _title(session: SessionRow, device: Device) -> str:
    return f"Session {session.id} on {device.label}, {device.width} × {device.height}"


def _subtitle(moments: list[KeyMoment], left_out: Counter[str]) -> str:
    several = f"{len(moments)} key moments"
    if not left_out:
        return several
    names = ", ".join(f"{count} × {kind}" for kind, count in left_out.items())
    return f"{several}; not shown: {names}"
