"""The account in which every recorded point appears once: drawn, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatmap.points import Placement
from heatmap.statuses import Kind, Status

__all__ = ["Account", "Ledger"]

_ORDER = (
    Status.DRAWN,
    Status.HIDDEN,
    Status.UNMATCHED,
    Status.AMBIGUOUS,
    Status.MASKED,
    Status.OUTSIDE,
    Status.UNSTABLE,
    Status.NO_TARGET,
)
"""How a line is read out: what is in the picture first, then the losses."""


@dataclass(frozen=True, slots=True)
class Account:
    """One kind at one width: how many points were recorded, and what became of them.

    `counts` and `weights` have an entry for each status that occurred. Weights are
    sums of multiples of `points.WEIGHT_QUANTUM`, hence exact.
    """

    recorded: int = 0
    counts: Mapping[Status, int] = field(default_factory=dict)
    weights: Mapping[Status, float] = field(default_factory=dict)

    def balances(self) -> bool:
        """Whether the statuses add up to exactly what was recorded."""
        return self.recorded == sum(self.counts.values())

    def __add__(self, other: Account) -> Account:
        both = [s for s in Status if s in self.counts or s in other.counts]
        return Account(
            self.recorded + other.recorded,
            {s: self.counts.get(s, 0) + other.counts.get(s, 0) for s in both},
            {s: self.weights.get(s, 0.0) + other.weights.get(s, 0.0) for s in both},
        )

    def line(self) -> str:
        """`412 recorded = 391 drawn + 12 hidden + 9 unmatched`, in whole points."""
        parts = [f"{n:,} {s.replace('_', ' ')}" for s in _ORDER if (n := self.counts.get(s, 0))]
        sign = "=" if self.balances() else "≠"
        return f"{self.recorded:,} recorded {sign} {' + '.join(parts) or '0 drawn'}"

    def to_json(self) -> dict[str, Any]:
        """Plain data; every status is named, also those that did not occur."""
        return {
            "recorded": self.recorded,
            "balances": self.balances(),
            "counts": {s.value: self.counts.get(s, 0) for s in Status},
            "weights": {s.value: self.weights.get(s, 0.0) for s in Status},
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """Accounts by (kind, width). Addition merges: order and partition do not matter."""

    accounts: Mapping[tuple[Kind, int], Account] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        placements: Iterable[Placement],
        recorded: Mapping[tuple[Kind, int], int] | None = None,
    ) -> Ledger:
        """The ledger of `placements`.

        `recorded` says how many points there were by (kind, width), counted before
        anything was placed; then `balances()` shows whether any was lost or doubled
        on the way. Without it the placements themselves are taken as what was recorded.
        """
        counts: dict[tuple[Kind, int], dict[Status, int]] = {}
        weights: dict[tuple[Kind, int], dict[Status, float]] = {}
        for p in placements:
            key = (p.kind, p.width)
            count, weight = counts.setdefault(key, {}), weights.setdefault(key, {})
            count[p.status] = count.get(p.status, 0) + 1
            weight[p.status] = weight.get(p.status, 0.0) + p.weight
        said = {key: sum(count.values()) for key, count in counts.items()}
        said = said if recorded is None else {**dict.fromkeys(said, 0), **recorded}
        return cls(
            {k: Account(said[k], counts.get(k, {}), weights.get(k, {})) for k in sorted(said)}
        )

    def total(self, kind: Kind | None = None, width: int | None = None) -> Account:
        """The sum over the accounts of `kind` and `width`; None stands for all."""
        total = Account()
        for (k, w), account in self.accounts.items():
            if kind in (None, k) and width in (None, w):
                total = total + account
        return total

    def balances(self) -> bool:
        """Whether every single account balances, not merely their sum."""
        return all(account.balances() for account in self.accounts.values())

    def line(self, kind: Kind | None = None, width: int | None = None) -> str:
        """The sentence that goes under a picture, over the accounts of `kind` and `width`."""
        return self.total(kind, width).line()

    def to_json(self) -> dict[str, Any]:
        """Plain data: `{"balances", "accounts": [{"kind", "width", "recorded", ...}]}`."""
        rows = [
            {"kind": kind.value, "width": width, **account.to_json()}
            for (kind, width), account in sorted(self.accounts.items())
        ]
        return {"balances": self.balances(), "accounts": rows}

    def __add__(self, other: Ledger) -> Ledger:
        keys = sorted({*self.accounts, *other.accounts})
        none = Account()
        return Ledger({k: self.accounts.get(k, none) + other.accounts.get(k, none) for k in keys})
