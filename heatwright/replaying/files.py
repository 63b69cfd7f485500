"""Files of a replay: pictures, boxes, and beside each what is to be known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from heatwright.replaying.plan import FilmJob, HtmlJob, PictureJob
from replay import Render
from replay.film import Film
from replay.render import boxes_document
from replay.standalone import Standalone

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
    html: Path | None = None

    def write_picture(self, job: PictureJob, made: Render) -> dict[str, Any]:
        """Writes a render's files; gives back what `--json` prints of it, as all of these do."""
        folder = self._folder(job.session)
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

    def write_film(self, job: FilmJob, made: Film) -> dict[str, Any]:
        """Writes a film and, beside it, the account of each of its frames."""
        folder = self._folder(job.session)
        film = folder / f"film-{made.device.label}.png"
        film.write_bytes(made.png)
        account = write_json(film.with_suffix(".json"), made.to_json())
        return {
            "session": job.session,
            "device": made.device.name,
            "width": made.device.width,
            "film": str(film),
            "fidelity": str(account),
            "remarks": made.remarks(),
        }

    def write_html(self, job: HtmlJob, made: Standalone) -> dict[str, Any]:
        """Writes a moment as a file and, beside it, the account of what it could not hold."""
        file = self.html or self._folder(job.session) / "moment.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made.html)
        account = write_json(file.with_name(f"{file.name}.json"), made.to_json())
        return {
            "session": job.session,
            "at": job.moment.time_ms,
            "device": job.device.name,
            "width": job.device.width,
            "moment_html": str(file),
            "fidelity": str(account),
            "remarks": made.remarks(),
        }

    def _folder(self, session: str) -> Path:
        folder = self.folder / session if self.by_session else self.folder
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _write_boxes(self, folder: Path, job: PictureJob, made: Render) -> Path:
        width = job.device.width
        name = f"boxes-{width}-{job.time.label}.json" if self.by_time else f"boxes-{width}.json"
        file = folder / name
        file.write_bytes(msgspec.json.encode(boxes_document(made)))
        return file


def write_json(file: Path, data: dict[str, Any]) -> Path:
    """Writes `data` for people and machines; gives back `file`."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(data)))
    return file


def _taken_from(job: PictureJob, made: Render) -> dict[str, Any] | None:
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
