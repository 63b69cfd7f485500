"""Troubles in the order of how many sessions they affect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from heatmap.friction.incidents import Incident, Trouble
from heatmap.statistics.shares import Share

__all__ = ["Ranked", "rank"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One trouble with one element (`name` empty: with the page as a whole).

    `share` is that of the sessions affected in all that viewed the page; `incidents` are in order
    of session and time.
    """

    trouble: Trouble
    path: str
    name: str
    label: str
    share: Share
    incidents: list[Incident]

    def to_json(self) -> dict[str, Any]:
        """Plain data, every incident with the moment at which it happened."""
        return {
            "trouble": self.trouble.value,
            "page": self.path,
            "key": self.name,
            "label": self.label,
            "sessions": self.share.to_json(),
            "times": len(self.incidents),
            "moments": [
                {"session": one.session, "document": one.document, "at_s": one.at_ms / 1000}
                for one in self.incidents
            ],
        }


def rank(incidents: Iterable[Incident], viewers: Mapping[str, int]) -> list[Ranked]:
    """Incidents grouped by page, trouble and element; those first that affect most sessions.

    `viewers` is how many sessions viewed each page, by path.
    """
    groups: dict[tuple[Trouble, str, str], list[Incident]] = defaultdict(list)
    for one in incidents:
        groups[one.trouble, one.path, one.element.name if one.element else ""].append(one)
    ranked = [
        Ranked(
            trouble,
            path,
            name,
            mine[0].element.label if mine[0].element else "",
            Share.of(len({one.session for one in mine}), viewers[path]),
            mine,
        )
        for (trouble, path, name), mine in groups.items()
    ]
    order = list(Trouble)
    return sorted(
        ranked,
        key=lambda one: (
            -one.share.used,
            -len(one.incidents),
            order.index(one.trouble),
            one.path,
            one.name,
        ),
    )
