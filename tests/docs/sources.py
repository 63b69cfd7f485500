"""What the tag's sources say, read from their text: settings, calls, limits, names."""

from __future__ import annotations

import math
import re
from pathlib import Path

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
