"""Accessibility weighted by use: what fails, on which element, and how many sessions use it.

axe-core (MPL 2.0) tells what fails of WCAG 2.0 to 2.2, A and AA, contrast and target size (2.5.8,
with its exceptions) included, on the page as it is rebuilt at a device. Two rules are ours:
controls that people press and the keyboard does not reach (2.1.1), and used targets below 44 CSS px
(2.5.5, AAA).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from heatmap.anchors import ElementKeys
from heatmap.backdrop import best_backdrop
from heatmap.comparison.catalogue import Catalogue
from heatmap.comparison.usage import Usage, Use
from heatmap.controls import roles_of
from heatmap.gathering import Gathered
from heatmap.identity import Page
from heatmap.statuses import PRESSES, Kind
from recorder.devices import Device
from replay import Theatre

__all__ = ["ENHANCED_PX", "IMPACTS", "Audit", "Finding", "audit_page"]

ENHANCED_PX: Final = 44.0
"""Smaller side of a target, CSS px: WCAG 2.5.5, target size (enhanced)."""

IMPACTS: Final = ("critical", "serious", "moderate", "minor")
"""axe-core's, worst first."""

_UNDERSTANDING: Final = "https://www.w3.org/WAI/WCAG22/Understanding/"
_INDIRECT: Final = frozenset({"label", "option"})
"""What is pressed in another's place: its field is what the keyboard reaches."""

_GROUPED: Final = frozenset({"tab", "menuitem", "radio", "option"})
"""Roles of which a group has one stop of the Tab key (ARIA Authoring Practices)."""

Box = tuple[float, float, float, float]


class _Finding(msgspec.Struct):
    element: int
    rule: str
    impact: str
    help: str
    url: str


class _Target(msgspec.Struct):
    element: int
    width: float
    height: float
    focusable: bool


class _Told(msgspec.Struct):
    findings: list[_Finding]
    targets: list[_Target]


class _Row(ElementKeys, frozen=True):
    box: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One element that fails one rule; `saw` and `used` count sessions. `box` is left, top, width,
    height in page CSS px."""

    rule: str
    impact: str
    help: str
    url: str
    key: str
    label: str
    box: Box
    saw: int
    used: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What fails on a page at a device, the most used first; `sessions` viewed the page."""

    pattern: str
    device: Device
    sessions: int
    findings: list[Finding]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        names = ("rule", "impact", "help", "url", "key", "label", "box", "saw", "used")
        return {
            "page": self.pattern,
            "device": self.device.name,
            "width": self.device.width,
            "sessions": self.sessions,
            "findings": [{name: getattr(one, name) for name in names} for one in self.findings],
        }


async def audit_page(
    theatre: Theatre, gathered: Gathered, device: Device, hide: Sequence[str] = ()
) -> Audit:
    """Audits the moment on which most presses have a home, at `device`.

    Raises BrokenRecording if none of the page's documents can be rebuilt, RenderFailed at the
    deadline.
    """
    presses = gathered.samples(PRESSES)
    moment = (await best_backdrop(theatre, gathered.views, presses, device, hide)).moment
    async with theatre.stage(device) as stage:
        await stage.build(moment)
        await stage.hide(hide)
        await stage.settle("top")
        rows = msgspec.convert(await stage.elements(), list[_Row])
        told = msgspec.convert(await stage.audit(), _Told)
    catalogue = Catalogue([Page(rows)])
    usage = Usage(gathered.views, catalogue)
    uses = {index: usage.of(catalogue.at(0, index)) for index in range(len(rows))}
    found = [*told.findings, *_ours(told.targets, rows, uses)]
    findings = [_weighed(one, rows[one.element], uses[one.element]) for one in found]
    return Audit(gathered.pattern, device, gathered.sessions, sorted(findings, key=_order))


def _weighed(found: _Finding, row: _Row, use: Use) -> Finding:
    return Finding(
        found.rule,
        found.impact,
        found.help,
        found.url,
        row.name,
        row.label,
        row.box,
        len(use.exposed),
        len(use.used),
    )


def _ours(
    targets: Sequence[_Target], rows: Sequence[_Row], uses: Mapping[int, Use]
) -> list[_Finding]:
    """Controls that are used: beyond the keyboard's reach, or smaller than they could be."""
    found = []
    known = {target.element: target for target in targets}
    for index, use in uses.items():
        # What does nothing when it is pressed need not be reached.
        works = use.used - use.troubled.get(Kind.DEAD, set())
        if not works or rows[index].tag in _INDIRECT or index not in known:
            continue
        target = known[index]
        if not target.focusable and not _is_of_a_group(rows[index]):
            found.append(
                _Finding(
                    index,
                    "keyboard",
                    "serious",
                    "People press it, and the keyboard does not reach it",
                    f"{_UNDERSTANDING}keyboard.html",
                )
            )
        if min(target.width, target.height) < ENHANCED_PX:
            size = f"{target.width:.0f} × {target.height:.0f} px"
            found.append(
                _Finding(
                    index,
                    "target-size-enhanced",
                    "minor",
                    f"Its target is {size}; 44 px are easy to hit",
                    f"{_UNDERSTANDING}target-size-enhanced.html",
                )
            )
    return found


def _is_of_a_group(keys: ElementKeys) -> bool:
    """Whether arrow keys reach it: of tabs and menus, one at a time is a stop of the Tab key."""
    return any(role in _GROUPED for role in roles_of(keys))


def _order(finding: Finding) -> tuple[bool, int, int, int, str, str]:
    """What passes AA comes last, whoever uses it."""
    impact = IMPACTS.index(finding.impact) if finding.impact in IMPACTS else len(IMPACTS)
    enhanced = finding.rule == "target-size-enhanced"
    return (enhanced, -finding.used, impact, -finding.saw, finding.rule, finding.key)
