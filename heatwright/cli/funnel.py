"""`heatwright funnel`: how many sessions come how far."""

from __future__ import annotations

from typing import Annotated

import typer

from heatmap.journeys import Funnel, Step, funnels_of, parse_step
from heatmap.statistics.shares import FEW_SESSIONS, Share
from heatwright.cli.config import ConfigOption
from heatwright.cli.filters import WhereOption, indexing, parsed
from heatwright.cli.options import JsonOption, StoreOption, open_store
from heatwright.cli.output import note, print_json, print_table, warn
from heatwright.project import Project, read_project
from recorder.errors import WrongUse
from recorder.index.sequences import sequences_of

__all__ = ["funnel"]


def funnel(
    steps: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME | STEP…]", help="A page, or a comparison as in --where."),
    ] = None,
    where: WhereOption = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Count the sessions that come from step to step, how fast, and where the others go.

    Without a name, every funnel of heatwright.toml.

    Example: heatwright funnel / '/products/*' 'clicked = "#buy"' 'goal = purchase'
    """
    plans = _plans(steps or [], read_project(config))
    expression = parsed(where)
    comparisons = [parse_step(text) for texts in plans.values() for text in texts]
    with open_store(store) as opened, indexing() as told:
        found = sequences_of(opened, comparisons, expression, told)
    made = dict(zip(plans, funnels_of(found, plans.values()), strict=True))
    if json:
        print_json([{"funnel": name} | one.to_json() for name, one in made.items()])
        return
    for name, one in made.items():
        _tell(name, one)


def _plans(given: list[str], project: Project) -> dict[str, list[str]]:
    """Steps by the funnel's name. Raises WrongUse where there is nothing to be counted."""
    if not given:
        if not project.funnel:
            raise WrongUse(
                "There is no funnel: heatwright.toml names none.",
                "Give steps: heatwright funnel / '/cart' 'goal = purchase'.",
            )
        return {one.name: one.steps for one in project.funnel}
    if len(given) > 1:
        return {" → ".join(given): given}
    named = project.funnel_named(given[0])
    if named is None:
        known = ", ".join(one.name for one in project.funnel)
        raise WrongUse(
            f"No funnel is called {given[0]!r}, and one step is no funnel.",
            f"There is: {known}." if known else "Give two steps or more.",
        )
    return {named.name: named.steps}


def _tell(name: str, made: Funnel) -> None:
    columns = ["step", "sessions", "of the step before", "of the first", "time", "others went to"]
    print_table(f"{name}: {made.sessions:,} sessions", columns, [_row(one) for one in made.steps])
    if made.sessions and made.steps[0].sessions < FEW_SESSIONS:
        few = f"fewer than {FEW_SESSIONS} sessions began it: read the intervals, not the shares"
        warn(few)
    for step, lost in zip(made.steps[:-1], made.lost, strict=False):
        if lost:
            note(f"Got no further than {step.text}, for example: heatwright replay {lost[0]}")
            break


def _row(step: Step) -> list[object]:
    took = step.seconds
    others = ", ".join(f"{one.path or 'nowhere'} {one.sessions:,}" for one in step.dropped[:3])
    return [
        step.text,
        f"{step.sessions:,}",
        _share(step.share),
        _share(step.overall),
        f"{_time(took[1])} ({_time(took[0])}–{_time(took[2])})" if took else "-",
        others or "-",
    ]


def _share(share: Share) -> str:
    return f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%})" if share.seen else "-"


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6_000 else f"{seconds / 3600:.1f} h"
