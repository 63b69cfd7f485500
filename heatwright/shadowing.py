"""Notices when another distribution's `recorder`, `replay` or `heatmap` stands before ours.

These names are also taken by other distributions. Imports only the standard
library, so that it can still speak when importing our own packages fails.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

__all__ = ["DISTRIBUTION", "PACKAGES", "Shadow", "find_shadows"]

DISTRIBUTION = "heatwright"

PACKAGES = ("heatwright", "recorder", "replay", "heatmap")


@dataclass(frozen=True, slots=True)
class Shadow:
    """One of our packages that is not, or not only, ours.

    `found` is the folder that Python imports the package from, None when it
    finds none; `owners` are other distributions that claim the name.
    """

    package: str
    expected: Path
    found: Path | None
    owners: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is wrong, for a person."""
        by = f" (installed by {', '.join(self.owners)})" if self.owners else ""
        if self.found is None:
            return f"`{self.package}` is missing; it should be at {self.expected}."
        if self.found == self.expected:
            return f"`{self.package}` at {self.found} is mixed with another package{by}."
        return f"`{self.package}` comes from {self.found}{by}, not from {self.expected}."

    @property
    def next_step(self) -> str:
        """What to do about it, for a person."""
        if self.owners:
            others = " ".join(self.owners)
            return f"pip uninstall {others}; then pip install --force-reinstall {DISTRIBUTION}"
        if self.found is None:
            return f"pip install --force-reinstall {DISTRIBUTION}"
        return f"Start from another folder, or take {self.found.parent} off PYTHONPATH."


def find_shadows(home: Path | None = None) -> list[Shadow]:
    """Our packages that another distribution or folder stands before.

    `home` is the folder that holds our packages: where this one lies.
    """
    home = home or Path(__file__).resolve().parent.parent
    owners = packages_distributions()
    shadows = []
    for package in PACKAGES:
        found = _import_folder(package)
        others = sorted({name for name in owners.get(package, []) if _is_other(name)})
        if found != home / package or others:
            shadows.append(Shadow(package, home / package, found, tuple(others)))
    return shadows


def _is_other(distribution: str) -> bool:
    return distribution.lower().replace("_", "-") != DISTRIBUTION


def _import_folder(package: str) -> Path | None:
    """Where `import package` would take it from, without importing it again."""
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:
        return None  # A module without a spec was put in place by hand.
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None
