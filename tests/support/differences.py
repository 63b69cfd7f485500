"""Where two listings (`listing.js`) differ, as lines that a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["differences"]


def differences(ours: Any, theirs: Any, path: str = "document") -> Iterator[str]:
    """One line for each place where the two differ, outermost first."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        here = f"{path}/{ours['tag']}" if "tag" in ours else path
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(key), theirs.get(key), f"{here}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{i}]")
    elif ours != theirs:
        yield f"{path}: {str(ours)[:300]} != {str(theirs)[:300]}"
