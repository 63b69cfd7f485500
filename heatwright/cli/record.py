"""`heatwright record`: drive a browser and record it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from playwright.async_api import async_playwright
from rich.progress import Progress

from heatwright.cli.filters import keep_indexed
from heatwright.cli.options import BlobsOption, DeviceOption, JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, progress, warn
from recorder.chromium import launch
from recorder.devices import find_device
from recorder.drive import Driven, Errand, record_visit
from recorder.errors import HeatwrightError, WrongUse
from recorder.store import Store
from recorder.visits import Visit, load_visit, stay

__all__ = ["parse_traits", "record"]


def record(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Pages to visit.")],
    device: DeviceOption = None,
    script: Annotated[
        Path | None,
        typer.Option("--script", metavar="FILE", help="A file with `async def visit(page)`."),
    ] = None,
    trait: Annotated[
        list[str] | None, typer.Option("--trait", metavar="K=V", help="A trait of the visitor.")
    ] = None,
    variant: Annotated[str | None, typer.Option(help="The A/B variant that is shown.")] = None,
    release: Annotated[str | None, typer.Option(help="The release that is recorded.")] = None,
    visitor: Annotated[str, typer.Option(help="A pseudonym for the visitor.")] = "",
    store: StoreOption = None,
    blobs: BlobsOption = None,
    json: JsonOption = False,
) -> None:
    """Drive a browser to a page and record it: one session for each URL and device.

    Example: heatwright record http://localhost:8000/ --device desktop --device phone
    """
    traits = parse_traits(trait or [])
    visit = load_visit(script) if script else stay
    details: dict[str, Any] = {
        "visitor": visitor,
        "traits": traits,
        "variant": variant,
        "release": release,
    }
    with open_store(store, blobs) as opened, progress() as bars:
        driven, problems = asyncio.run(
            _record_all(opened, urls, device or ["desktop"], visit, details, bars)
        )
        keep_indexed(opened)
    _report(driven, json)
    if problems:
        for problem in problems[:-1]:
            warn(problem.message)
        raise problems[-1]


def parse_traits(pairs: list[str]) -> dict[str, str]:
    """`["plan=free"]` as a dictionary. Raises WrongUse for what is no pair."""
    traits: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise WrongUse(f"{pair!r} is not a trait.", "Write it as name=value: plan=free.")
        traits[name] = value
    return traits


async def _record_all(
    store: Store,
    urls: list[str],
    names: list[str],
    visit: Visit,
    details: dict[str, Any],
    bars: Progress,
) -> tuple[list[Driven], list[HeatwrightError]]:
    """All sessions that could be recorded, and what went wrong with the others."""
    done: list[Driven] = []
    problems: list[HeatwrightError] = []
    async with async_playwright() as playwright:
        devices = [find_device(name, playwright.devices) for name in dict.fromkeys(names)]
        browser = await launch(playwright)
        task = bars.add_task("recording", total=len(urls) * len(devices))
        for url in urls:
            for device in devices:
                try:
                    driven = await record_visit(
                        browser, store, Errand(url, device, visit, **details)
                    )
                except HeatwrightError as problem:
                    problems.append(problem)
                else:
                    done.append(driven)
                    if driven.problem:
                        problems.append(driven.problem)
                bars.advance(task)
        await browser.close()
    return done, problems


def _report(driven: list[Driven], json: bool) -> None:
    if json:
        print_json(
            [
                {
                    "session": one.session,
                    "url": one.url,
                    "device": one.device,
                    "documents": one.documents,
                    "events": one.events,
                    "assets": one.assets,
                    "remarks": one.remarks,
                }
                for one in driven
            ]
        )
        return
    for one in driven:
        typer.echo(one.session)
        note(f"recorded {one.url} on {one.device}: {one.events} events")
        for remark in one.remarks:
            warn(remark)
