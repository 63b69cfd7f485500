"""Makes all pictures of a plan: written one by one, failures counted and told at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from heatwright.replaying.files import Files
from heatwright.replaying.plan import FilmJob, HtmlJob, Job, Lost, Plan
from recorder.errors import HeatwrightError
from replay import Theatre, render
from replay.film import make_film
from replay.nearest import render_or_nearest
from replay.pool import each
from replay.standalone import moment_html

__all__ = ["Failed", "How", "Result", "carry_out"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class How:
    """How pictures are made; `nearest`: of another recording where that shows the page better."""

    full_page: bool
    scale: str
    nearest: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A picture that could not be made; `device` is empty if none of the moment could."""

    session: str
    at: str
    device: str
    error: HeatwrightError

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints of it."""
        told = {"session": self.session, "at": self.at, "device": self.device or None}
        return told | {"error": self.error.message, "next_step": self.error.next_step}


@dataclass(frozen=True, slots=True)
class Result:
    """What was written, as `--json` has it, and what failed."""

    written: list[dict[str, Any]]
    failed: list[Failed]

    @property
    def exit_code(self) -> int:
        """0 if nothing failed; else the gravest of the failures'."""
        return max((one.error.exit_code for one in self.failed), default=0)


async def carry_out(
    theatre: Theatre, plan: Plan, how: How, files: Files, advance: Callable[[int], None]
) -> Result:
    """Carries out `plan`; `advance` is told how many jobs are done with, one way or another.

    What is made is on the disk at once: what comes later cannot take it away. Raises
    StoreUnavailable, NoChromium, and OSError where nothing can be written.
    """
    written: dict[int, dict[str, Any]] = {}
    failed: dict[int, Failed] = {}

    async def work(job: Job | Lost) -> None:
        if not isinstance(job, Lost):
            written[job.number] = await _make(theatre, job, how, files)

    def done(job: Job | Lost, failure: HeatwrightError | None) -> None:
        if isinstance(job, Lost):
            failed[job.number] = Failed(job.session, job.time.text, "", job.error)
            return advance((2 if plan.html else 1) * plan.devices_each)
        if failure:
            time = "its key moments" if isinstance(job, FilmJob) else job.time.text
            label = job.device.label if job.device else ""
            failed[job.number] = Failed(job.session, time, label, failure)
        return advance(1)

    await each(plan.jobs(theatre.store), work, done)
    return Result(_in_order(written), _in_order(failed))


async def _make(theatre: Theatre, job: Job, how: How, files: Files) -> dict[str, Any]:
    """Makes and writes what one job is about."""
    if isinstance(job, FilmJob):
        session = theatre.store.session(job.session)
        return files.write_film(job, await make_film(theatre, session, job.device))
    if isinstance(job, HtmlJob):
        return files.write_html(job, await moment_html(theatre, job.moment, job.device))
    show = render_or_nearest if how.nearest else render
    pointer = job.moment.session.started_at + job.moment.time_ms
    made = await show(
        theatre,
        job.moment,
        job.device,
        full_page=how.full_page,
        scale=how.scale,
        pointer=pointer,
    )
    return files.write_picture(job, made)


def _in_order(found: dict[int, T]) -> list[T]:
    """As the plan has them: stages are not equally quick."""
    return [found[number] for number in sorted(found)]
