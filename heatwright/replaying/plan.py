"""Which moments are shown at which devices: sessions × times × devices, one job each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from recorder.devices import Device
from recorder.errors import HeatwrightError, Unready, WrongUse
from recorder.store import Store
from replay import Moment, find_moment, parse_time
from replay.environment import recorded_device
from replay.moments import At, once

__all__ = ["FilmJob", "HtmlJob", "Job", "Lost", "PictureJob", "Plan", "Time", "parse_times"]


@dataclass(frozen=True, slots=True)
class Time:
    """A `--at` argument as it was written, and what it means."""

    text: str
    at: At

    @property
    def label(self) -> str:
        """The time in file names: `12.5s`, `end`, `event-7`."""
        if self.at.event is not None:
            return f"event-{self.at.event}"
        return "end" if self.at.seconds is None else f"{self.at.seconds:g}s"


def parse_times(texts: Sequence[str] | None, page_view: int | None) -> list[Time]:
    """The times asked for, each once, in the order given; the end if none was.

    Raises WrongUse for what is no time, or none of a page view's.
    """
    times = [Time(text, parse_time(text)) for text in texts or ["end"]]
    if page_view is not None and any(time.at.event is not None for time in times):
        raise WrongUse(
            "Events are numbered through the whole session, not within a page view.",
            "Leave --page-view out, or give seconds: --at 1.5s.",
        )
    return list({time.label: time for time in times}.values())


@dataclass(frozen=True, slots=True)
class PictureJob:
    """A picture to be made; `number` is its place in the plan."""

    number: int
    session: str
    time: Time
    moment: Moment
    device: Device


@dataclass(frozen=True, slots=True)
class HtmlJob(PictureJob):
    """A moment to be written as one file."""


@dataclass(frozen=True, slots=True)
class FilmJob:
    """A film to be made; without a device on the one that the session was recorded on."""

    number: int
    session: str
    device: Device | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A moment that cannot be shown at any device; `number` as a job's."""

    number: int
    session: str
    time: Time
    error: HeatwrightError


Job = PictureJob | HtmlJob | FilmJob


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make of each session; with `html` the moments are written as files as well.

    `devices` empty: each moment on the device that it was recorded on.
    """

    sessions: Sequence[str]
    times: Sequence[Time]
    page_view: int | None
    devices: Sequence[Device]
    film: bool = False
    html: bool = False

    def count(self) -> int:
        """How many jobs that is."""
        moments = len(self.times) * (2 if self.html else 1)
        return len(self.sessions) * (moments + self.film) * self.devices_each

    @property
    def devices_each(self) -> int:
        """At how many devices each moment is shown."""
        return max(len(self.devices), 1)

    def jobs(self, store: Store) -> Iterator[Job | Lost]:
        """All of them, session by session, and of each in order of time: from one moment to a
        later one a stage goes on. Raises StoreUnavailable.
        """
        numbers = itertools.count()
        for session in self.sessions:
            seek = partial(find_moment, store, session, page_view=self.page_view, read=once(store))
            jobs = [
                job for time in self.times for job in self._of_moment(seek, session, time, numbers)
            ]
            yield from sorted(jobs, key=_place)
            devices: Sequence[Device | None] = self.devices or [None]
            for device in devices if self.film else ():
                yield FilmJob(next(numbers), session, device)

    def _of_moment(
        self, seek: Callable[..., Moment], session: str, time: Time, numbers: Iterator[int]
    ) -> Iterator[Job | Lost]:
        try:
            moment = seek(at=time.at)
        except Unready:
            raise
        except HeatwrightError as error:
            yield Lost(next(numbers), session, time, error)
            return
        for device in self.devices or [recorded_device(moment.session, moment.document)]:
            yield PictureJob(next(numbers), session, time, moment, device)
            if self.html:
                yield HtmlJob(next(numbers), session, time, moment, device)


def _place(job: Job | Lost) -> tuple[int, int]:
    """When in the session: what cannot be shown comes first."""
    return (job.moment.time_ms if isinstance(job, PictureJob) else -1, job.number)
