"""Files of a replay: pictures, boxes, and beside each what is to be known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from heatwright.replaying.plan import Job
from replay import Render
from replay.render import boxes_document

__all__ = ["Files", "write_json"]


@dataclass(frozen=True, slots=True)
class Files:
    """Where files go and how they are called.

    `by_session`: a folder for each session; `by_time`: the time is part of the name.
    """

    folder: Path
    by_session: bool
    by_time: bool
    boxes: bool

    def write(self, job: Job, made: Render) -> dict[str, Any]:
        """Writes a render's files; gives back what `--json` prints of it."""
        folder = self.folder / job.session if self.by_session else self.folder
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{job.device.label}-{job.time.label}" if self.by_time else job.device.label
        picture = folder / f"replay-{name}.png"
        picture.write_bytes(made.png)
        entry = {
            "session": job.session,
            "at": job.moment.time_ms,
            "device": job.device.name,
            "width": job.device.width,
            "picture": str(picture),
            "fidelity": str(write_json(folder / f"fidelity-{name}.json", made.fidelity.to_json())),
            "taken_from": _taken_from(job, made),
            "remarks": made.fidelity.remarks(),
        }
        if self.boxes:
            entry["boxes"] = str(self._write_boxes(folder, job, made))
        return entry

    def _write_boxes(self, folder: Path, job: Job, made: Render) -> Path:
        width = job.device.width
        name = f"boxes-{width}-{job.time.label}.json" if self.by_time else f"boxes-{width}.json"
        file = folder / name
        file.write_bytes(msgspec.json.encode(boxes_document(made)))
        return file


def write_json(file: Path, data: dict[str, Any]) -> Path:
    """Writes `data` for people and machines; gives back `file`."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(data)))
    return file


def _taken_from(job: Job, made: Render) -> dict[str, Any] | None:
    """The recording that the picture is of, if it is not the one asked for."""
    taken = made.moment
    if taken is job.moment:
        return None
    return {
        "session": taken.session.id,
        "document": taken.document.id,
        "at": taken.time_ms,
        "width": taken.document.width,
        "release": taken.session.release,
    }
