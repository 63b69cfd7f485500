"""The commands by name, each imported when it is asked for: nobody waits for the others'."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

__all__ = ["CommandGroup"]

_MODULES: Final = {
    "demo": "demo",
    "record": "record",
    "serve": "serve",
    "import": "import_",
    "export": "export",
    "sessions": "sessions",
    "errors": "errors",
    "pages": "pages",
    "replay": "replay",
    "heatmap": "heatmap",
    "compare": "compare",
    "friction": "friction",
    "funnel": "funnel",
    "paths": "paths",
    "conversions": "conversions",
    "accessibility": "accessibility",
    "report": "report",
    "erase": "erase",
    "prune": "prune",
    "compact": "compact",
    "doctor": "doctor",
    "audit": "audit",
    "sites": "site_group",
    "tokens": "tokens",
    "assets": "assets",
}
"""Command → its module beside this one, in the order of the help. The module has a function of
its own name, or an `app` with commands of its own."""


class _Commands(MutableMapping[str, Any]):
    """All commands; those that were asked for so far are built."""

    def __init__(self) -> None:
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _build(name, _MODULES[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


class CommandGroup(TyperGroup):
    """The group of all commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands()


def _build(name: str, module: str) -> Any:
    loaded = import_module(f"heatwright.cli.{module}")
    if app := getattr(loaded, "app", None):
        command: Any = get_group(app)
        command.name = name
        return command
    alone = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
    )
    alone.command(name)(getattr(loaded, module))
    return get_command(alone)
