"""What sources say, read from their text: the tag's settings, calls, names; everybody's limits."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from typer.main import get_command

from heatwright.cli import app
from recorder import limits as collector

ROOT = Path(__file__).resolve().parents[2]

_CLIENT = ROOT / "recorder/client"


def source(name: str) -> str:
    """A module of the tag."""
    return (_CLIENT / name).read_text(encoding="utf-8")


def doc(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def defaults() -> dict[str, str]:
    """`DEFAULTS`: each setting's name, and its value as TypeScript has it."""
    body = _between(source("settings.ts"), r"const DEFAULTS\b.*? = \{\n", r"\n\};")
    return dict(re.findall(r"^  (\w+): (.+),$", body, re.MULTILINE))


def choices() -> dict[str, list[str]]:
    """`CHOICES`: the words that each of these settings may be."""
    body = _between(source("settings-reading.ts"), r"const CHOICES = \{\n", r"\n\} as const;")
    rows = re.findall(r"^  (\w+): \[(.+)\],$", body, re.MULTILINE)
    return {name: re.findall(r'"([^"]+)"', words) for name, words in rows}


def members(interface: str) -> list[str]:
    """Names of what an interface of `heatwright.d.ts` has."""
    body = _between(source("heatwright.d.ts"), rf"interface {interface} \{{\n", r"\n\}")
    return re.findall(r"^  (\w+)[?(:]", body, re.MULTILINE)


def names(module: str, ending: str) -> list[str]:
    """Texts of a module's constants whose own names end so, such as `_TAG`."""
    pattern = rf'^export const \w+{ending} = "([^"]+)";$'
    return re.findall(pattern, source(module), re.MULTILINE)


def limits() -> dict[str, int]:
    """The constants of `limits.ts`."""
    pattern = r"^export const (\w+) = ([\d_* ]+);$"
    return {name: _product(text) for name, text in re.findall(pattern, source("limits.ts"), re.M)}


def _between(text: str, begin: str, end: str) -> str:
    found = re.search(f"{begin}(.*?){end}", text, re.DOTALL)
    assert found, f"nothing between {begin} and {end}"
    return found[1]


def _product(text: str) -> int:
    """`64 * 1024`, as TypeScript and Python both write it."""
    return math.prod(int(factor) for factor in text.split("*"))


def collector_limits() -> list[str]:
    """`recorder/limits.py` as rows of a table: name, value in the unit that reads best, reason."""
    tree = ast.parse((ROOT / "recorder/limits.py").read_text(encoding="utf-8"))
    rows = []
    for node, following in pairwise(tree.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            assert isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            reason = " ".join(str(following.value.value).split())
            value = _readable(getattr(collector, node.target.id), reason)
            rows.append(f"| `{node.target.id}` | {value} | {reason} |")
    return rows


def _readable(value: float | str, reason: str) -> str:
    if isinstance(value, str):
        return f"`{value}`"
    units = {"Bytes": _BYTES, "Milliseconds": _MILLISECONDS}.get(reason.split()[0], {})
    for unit, size in units.items():
        if value >= size and value % size == 0:
            return f"{value // size:,} {unit}".removesuffix("s" if value == size else "")
    return f"{value:,}".removesuffix(".0")


_BYTES = {"GiB": 1024**3, "MiB": 1024**2}
_MILLISECONDS = {"days": 86_400_000, "hours": 3_600_000}


def typed(words: Sequence[str]) -> dict[str, Any]:
    """What the command line `heatwright WORD…` is understood as, without running it.

    Raises what the command line raises for what cannot be typed.
    """
    command: Any = get_command(app)
    name, *rest = words
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    context = command.make_context(name, rest)
    return dict(context.params)
