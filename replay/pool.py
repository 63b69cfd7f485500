"""Many renders at once: as many as there are stages, each again if its renderer crashed.

Jobs are taken one by one as stages get free, so that no more of them are in
memory than are being worked on; a job that fails leaves the others alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from recorder.errors import BrokenRecording, HeatwrightError, RendererCrashed, RenderFailed
from replay.theatre import STAGES_AT_ONCE

__all__ = ["ATTEMPTS", "each"]

Job = TypeVar("Job")

ATTEMPTS: Final = 3
"""Times that a job is tried whose renderer crashed. A crash can be the machine's (no memory
left), and passes; a page that crashes three renderers is the cause itself."""

Done = Callable[[Job, HeatwrightError | None], None]


async def each(
    jobs: Iterable[Job],
    work: Callable[[Job], Awaitable[None]],
    done: Done[Job],
    *,
    at_once: int = STAGES_AT_ONCE,
    attempts: int = ATTEMPTS,
) -> None:
    """Does `work` on all `jobs`, `at_once` of them at a time; `done` is told how each ended.

    A recording that cannot be rebuilt and a render that failed end a job. What would
    end all the others just as well (no store, no room on the disk, no browser) is raised.
    """
    waiting = iter(jobs)

    async def worker() -> None:
        for job in waiting:
            done(job, await _try(job, work, attempts))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except* HeatwrightError as several:
        raise _first(several) from several


def _first(several: BaseExceptionGroup[HeatwrightError]) -> HeatwrightError:
    """One is enough: all workers met the same."""
    one = several.exceptions[0]
    return _first(one) if isinstance(one, BaseExceptionGroup) else one


async def _try(
    job: Job, work: Callable[[Job], Awaitable[None]], attempts: int
) -> HeatwrightError | None:
    for attempt in range(1, attempts + 1):
        try:
            await work(job)
        except RendererCrashed as crash:
            if attempt == attempts:
                return crash
        except (BrokenRecording, RenderFailed) as failure:
            return failure
        else:
            return None
    raise AssertionError("the last attempt returns")
