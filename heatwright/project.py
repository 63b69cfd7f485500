"""`heatwright.toml`: what a project calls its funnels and never wants to see, beside its code.

hide = ["#cookie-notice"]

[[funnel]]
name = "checkout"
steps = ["/products/*", "clicked = '#buy'", "/checkout", "goal = purchase"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from heatmap.journeys import parse_step
from recorder.errors import WrongUse

__all__ = ["FILE", "FunnelPlan", "Project", "read_project"]

FILE: Final = Path("heatwright.toml")

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FunnelPlan(BaseModel):
    """A funnel by its name and its steps, which `heatmap.journeys.parse_step` reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Text
    steps: list[_Text]


class Project(BaseModel):
    """All that the file says. `hide` are selectors of what no picture is to show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    funnel: list[FunnelPlan] = []
    hide: list[_Text] = []

    def funnel_named(self, name: str) -> FunnelPlan | None:
        """The funnel called `name`."""
        return next((one for one in self.funnel if one.name == name), None)


def read_project(file: Path | None = None) -> Project:
    """What `file` says; without one, `heatwright.toml` in the working folder, if it is there.

    Raises WrongUse for a file that is not there, or says what is not understood.
    """
    path = file or FILE
    if file is None and not path.is_file():
        return Project()
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} cannot be read: {error}.", "Give another with --config.") from error
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path} is no TOML: {error}.", "Mend that line.") from error
    try:
        project = Project.model_validate(said)
    except ValidationError as error:
        raise WrongUse(f"{path}: {_first(error, said)}", "See docs/journeys.md.") from error
    _check(path, project.funnel)
    return project


def _check(path: Path, funnels: Sequence[FunnelPlan]) -> None:
    names = [one.name for one in funnels]
    for one in funnels:
        if names.count(one.name) > 1:
            raise WrongUse(f"{path}: two funnels are called {one.name!r}.", "Rename one.")
        if len(one.steps) < 2:
            raise WrongUse(f"{path}: the funnel {one.name!r} has one step.", "Give two or more.")
        for step in one.steps:
            try:
                parse_step(step)
            except WrongUse as error:
                where = f"{path}, funnel {one.name!r}, step {step!r}"
                raise WrongUse(f"{where}: {error.message}", error.next_step) from error


def _first(error: ValidationError, said: dict[str, Any]) -> str:
    """The first fault as a sentence, with a name that may have been meant."""
    # A name that is not known explains the one that is missing.
    fault = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        return f"{place}: {fault['msg']}."
    known = list(FunnelPlan.model_fields if len(fault["loc"]) > 1 else Project.model_fields)
    near = get_close_matches(str(fault["loc"][-1]), known, n=1)
    return f"{place} is not known{f'; did you mean {near[0]}?' if near else '.'}"
