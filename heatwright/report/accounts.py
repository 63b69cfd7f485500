"""Accounts for the report: each point once a width, checked against what was gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatmap.heatmap import Heatmap
from heatmap.ledger import Account, Ledger
from heatmap.statuses import KINDS, Kind, Status
from heatwright.report.model import PageReport
from heatwright.report.words import STATUS_WORDS

__all__ = ["Line", "Part", "account", "kinds_of", "page_lines", "parts", "total"]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the ledger: one kind at one device."""

    kind: Kind
    heatmap: Heatmap
    account: Account

    def cells(self) -> list[int]:
        """Counts in the order of `STATUS_WORDS`."""
        return [self.account.counts.get(status, 0) for status in STATUS_WORDS]


@dataclass(frozen=True, slots=True)
class Part:
    """One status of an account as a part of a bar: `start`, `width` in thousandths."""

    status: Status
    count: int
    start: float
    width: float


def account(page: PageReport, heatmap: Heatmap, kind: Kind) -> Account:
    """One kind at one device; recorded is what was gathered, where the page knows it."""
    width = heatmap.device.width
    mine = [one for one in heatmap.placements if one.kind is kind]
    if page.recorded is None:
        return Ledger.of(mine).total()
    return Ledger.of(mine, {(kind, width): page.recorded.get(kind, 0)}).total()


def kinds_of(page: PageReport) -> list[Kind]:
    """Kinds of which the page has points, at any device, in their usual order."""
    said = page.recorded or {}
    return [
        kind
        for kind in KINDS
        if said.get(kind) or any(one.ledger.total(kind).recorded for one in page.heatmaps)
    ]


def page_lines(page: PageReport) -> list[Line]:
    """The page's ledger: kind by kind, device by device."""
    return [
        Line(kind, heatmap, account(page, heatmap, kind))
        for kind in kinds_of(page)
        for heatmap in page.heatmaps
    ]


def total(lines: Sequence[Line]) -> tuple[Account, bool]:
    """The sum of `lines`, and whether every single one of them balances."""
    summed = Account()
    for line in lines:
        summed = summed + line.account
    return summed, all(line.account.balances() for line in lines)


def parts(summed: Account) -> list[Part]:
    """The statuses that occurred, one behind the other on a bar a thousand units long."""
    found, start = [], 0.0
    whole = sum(summed.counts.values())
    for status in STATUS_WORDS:
        number = summed.counts.get(status, 0)
        if number:
            found.append(Part(status, number, round(start, 2), round(1000 * number / whole, 2)))
            start += 1000 * number / whole
    return found
