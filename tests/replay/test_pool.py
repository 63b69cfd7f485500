"""Many renders: each on its own, again after a crash, and no more in memory than are worked on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error

from recorder.devices import Device
from recorder.errors import (
    BrokenRecording,
    HeatwrightError,
    RendererCrashed,
    RenderFailed,
    StoreUnavailable,
)
from recorder.store import Store
from replay import STAGES_AT_ONCE, Moment, Theatre, render
from replay.pool import ATTEMPTS, each
from tests.support.forging import Forge, keep
from tests.support.recording import SMALL

URL = "http://shop.example/pool"


def moment(store: Store) -> Moment:
    f = Forge()
    return keep(store, URL, f.document(f.element("p", {}, "here")))


async def test_a_crashed_renderer_and_a_dead_browser_cost_one_more_try(store: Store) -> None:
    """The real thing: the page is crashed, the browser is shut, while a job is under way."""
    here = moment(store)
    tries: list[str] = []
    ended: dict[str, HeatwrightError | None] = {}
    async with Theatre(store) as theatre:

        async def work(job: str) -> None:
            tries.append(job)
            async with theatre.stage(SMALL) as stage:
                await stage.build(here)
                if (job == "renderer" and tries.count(job) == 1) or job == "always":
                    with suppress(Error):  # what crashed the page cannot answer
                        await stage._page.goto("chrome://crash")
                if job == "browser" and tries.count(job) == 1:
                    await stage._context.browser.close()  # type: ignore[union-attr]
                await stage.settle()
                assert await stage.screenshot()

        jobs = ["fine", "renderer", "browser", "always", "fine too"]
        await each(jobs, work, ended.__setitem__, at_once=1)
        again = await render(theatre, here, SMALL)
    assert [job for job, failure in ended.items() if failure is None] == [
        "fine", "renderer", "browser", "fine too",
    ]  # fmt: skip
    assert isinstance(ended["always"], RendererCrashed)
    assert (tries.count("renderer"), tries.count("browser")) == (2, 2)
    assert tries.count("always") == ATTEMPTS
    assert again.png


SWELLING = 14
"""Levels of SVG groups, each with eight uses of the one below: 8¹³ boxes, which none lays out."""


def swelling(store: Store) -> Moment:
    f = Forge()
    svg = {"isSVG": True}

    def uses(level: int) -> list[Any]:
        return [f.element("use", {"href": f"#l{level - 1}"}, **svg) for _ in range(8)]

    groups = [f.element("g", {"id": f"l{n}"}, *(uses(n) if n else ()), **svg)
              for n in range(SWELLING)]  # fmt: skip
    return keep(store, URL, f.document(f.element("svg", {}, *groups, *uses(SWELLING), **svg)))


def renderers() -> set[int]:
    """Processes of renderers on this machine, by id, that this test process started."""
    parents, found = {}, set()
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            parents[int(one.name)] = int((one / "stat").read_text().rpartition(")")[2].split()[1])
            if b"--type=renderer" in (one / "cmdline").read_bytes():
                found.add(int(one.name))

    def is_ours(process: int) -> bool:
        return process == os.getpid() or (process in parents and is_ours(parents[process]))

    return {one for one in found if is_ours(one)}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are read from /proc")
async def test_a_page_that_hangs_is_ended_at_the_deadline_and_leaves_no_process(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, hangs = moment(store), swelling(store)
    ended: dict[str, HeatwrightError | None] = {}
    before = renderers()
    async with Theatre(store) as theatre:

        async def work(job: str) -> None:
            await render(theatre, hangs if job == "hangs" else here, SMALL)

        await each(["fine"], work, ended.__setitem__, at_once=1)
        warm = renderers()
        monkeypatch.setattr("replay.stage.DEADLINE_S", 2.0)
        await each(["hangs"], work, ended.__setitem__, at_once=1)
        monkeypatch.undo()
        hung = warm - before
        await each(["fine too"], work, ended.__setitem__, at_once=1)
        assert hung and not hung & renderers(), "the renderer that hung goes on"
    assert renderers() == before
    failure = ended["hangs"]
    assert isinstance(failure, RenderFailed) and "within 2 s" in failure.message
    assert failure.exit_code == 3
    assert ended["fine"] is ended["fine too"] is None


async def test_jobs_are_taken_as_stages_get_free_and_fail_alone() -> None:
    taken, done = 0, 0

    def jobs() -> Iterator[int]:
        nonlocal taken
        for number in range(50):
            taken += 1
            assert taken - done <= STAGES_AT_ONCE, "more jobs in memory than are worked on"
            yield number

    failures: list[int] = []

    async def work(job: int) -> None:
        if job % 7 == 0:
            raise BrokenRecording("no snapshot")

    def note(job: int, failure: HeatwrightError | None) -> None:
        nonlocal done
        done += 1
        failures.extend([job] if failure else [])

    await each(jobs(), work, note)
    assert done == taken == 50
    assert failures == list(range(0, 50, 7))


async def test_what_would_end_all_of_them_is_raised() -> None:
    begun: list[int] = []

    async def work(job: int) -> None:
        begun.append(job)
        raise StoreUnavailable("the store is gone")

    with pytest.raises(StoreUnavailable, match="the store is gone"):
        await each(range(1000), work, lambda job, failure: None)
    assert len(begun) <= STAGES_AT_ONCE


async def test_a_stage_at_another_device_is_another(store: Store) -> None:
    here = moment(store)
    async with Theatre(store) as theatre:
        for width in (300, 400, 300, 500, 600, 700, 800):
            made = await render(theatre, here, Device(None, width, 400))
            assert made.fidelity.inner == (width, 400)
