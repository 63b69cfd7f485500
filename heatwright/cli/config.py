"""What `heatwright.toml` says beside the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatwright.project import Project

__all__ = ["ConfigOption", "hidden"]

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Default: heatwright.toml, if it is there."),
]


def hidden(hide: list[str] | None, project: Project) -> list[str]:
    """Selectors of what to leave out of pictures: the project's, and those asked for now."""
    return list(dict.fromkeys([*project.hide, *(hide or [])]))
