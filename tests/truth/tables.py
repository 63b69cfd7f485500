"""What was measured, as tables for the terminal and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from tests.truth.fidelity import Fidelity
from tests.truth.placement import Errors, Placement

OURS = "heatwright"


@dataclass
class Measured:
    """Rows gathered by the tests of one run."""

    fidelity: list[Fidelity] = field(default_factory=list)
    placement: list[Placement] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """One JSON file a measurement, with the worst misses of each row."""
        folder.mkdir(exist_ok=True)
        for name, rows in (("fidelity", self.fidelity), ("placement", self.placement)):
            if rows:
                plain = [_plain(row) for row in rows]
                (folder / f"{name}.json").write_text(json.dumps(plain, indent=1), "utf-8")

    def lines(self) -> Iterable[str]:
        if self.fidelity:
            yield from fidelity_lines(self.fidelity)
        if self.placement:
            yield ""
            yield from placement_lines(self.placement)


def _plain(row: Fidelity | Placement) -> dict[str, Any]:
    plain = dataclasses.asdict(row)
    if isinstance(row, Placement):
        plain["ours"] = row.ours.summary()
        plain["peers"] = {name: errors.summary() for name, errors in row.peers.items()}
    return plain


def fidelity_lines(rows: Sequence[Fidelity]) -> Iterable[str]:
    """Worst first; then how many pages meet the bars."""
    yield "Replay against the live page (boxes within 1 px; pixels off by more than 12/255)"
    table = [
        [
            *(row.page, row.way, row.mask, str(row.recorded), str(row.shown), str(row.elements)),
            *(f"{row.share:.3%}", "" if row.masked else f"{row.pixels_off:.3%}", row.kind),
            str(row.restless or row.scripted or ""),
        ]
        for row in sorted(rows, key=lambda row: (row.share, -row.pixels_off))
    ]
    heads = ["page", "way", "mask", "recorded", "shown", "elements"]
    yield from _table([*heads, "boxes", "pixels off", "live DOM", ""], table)
    for mask, unseen in product(_masks(rows), (False, True)):
        mine = [row for row in rows if row.equivalent and row.mask == mask and row.unseen == unseen]
        if mine:
            good = sum(row.share >= 0.999 for row in mine)
            sharp = sum(row.pixels_off <= 0.001 for row in mine)
            near, elements = sum(row.near for row in mine), sum(row.elements for row in mine)
            yield (
                f"mask {mask}, {'unseen' if unseen else 'recorded'} widths, same live DOM: "
                f"{near / elements:.3%} of boxes; >= 99.9 % on {good} of {len(mine)} pages"
                + ("" if mine[0].masked else f", pixels <= 0.1 % on {sharp}")
            )


def placement_lines(rows: Sequence[Placement]) -> Iterable[str]:
    """One line a page and width, worst first; then all ways of carrying side by side."""
    yield "Points recorded at 1440, placed; against the live page"
    ordered = sorted(rows, key=lambda row: -row.ours.summary()["p95"])
    table = []
    for row in ordered:
        ours = row.ours.summary()
        table.append(
            [
                *(row.page, row.way, row.mask, str(row.width), str(row.clicks)),
                *_errors(ours),
                f"{row.drawn / row.clicks:.1%}",
                f"{row.visible / row.clicks:.1%}",
                f"{row.hidden_right}/{row.hidden}",
                f"{row.hidden_right}/{row.hidden_right + row.hidden_missed}",
                str(row.absent),
                "yes" if row.balanced else "NO",
                str(row.scripted or ""),
            ]
        )
    heads = ["page", "way", "mask", "width", "points", "right", "p50", "p95", "worst"]
    heads += ["drawn", "visible", "hidden prec.", "recall", "absent", "balances", "scripted"]
    yield from _table(heads, table)
    for mask, same in product(_masks(rows), (True, False)):
        chosen = [row for row in rows if row.mask == mask and not (same and row.scripted)]
        for width in sorted({row.width for row in chosen}):
            yield ""
            yield f"All pages, mask {mask}, {'same live DOM' if same else 'all'}, at {width}"
            yield from _side_by_side([row for row in chosen if row.width == width])


def _masks(rows: Sequence[Fidelity] | Sequence[Placement]) -> list[str]:
    return sorted({row.mask for row in rows})


def _side_by_side(rows: Sequence[Placement]) -> Iterable[str]:
    ways = {OURS: _merged(row.ours for row in rows)}
    for name in rows[0].peers if rows else ():
        ways[name] = _merged(row.peers[name] for row in rows if name in row.peers)
    heads = ["way", "points", "right", "p50", "p95", "worst"]
    yield from _table(
        heads, [[name, str(len(e.far)), *_errors(e.summary())] for name, e in ways.items()]
    )
    clicks = sum(row.clicks for row in rows)
    hidden, right = sum(row.hidden for row in rows), sum(row.hidden_right for row in rows)
    missed = sum(row.hidden_missed for row in rows)
    yield (
        f"drawn {sum(row.drawn for row in rows) / clicks:.2%}, "
        f"truly visible {sum(row.visible for row in rows) / clicks:.2%}, "
        f"hidden right {right} of {hidden}, drawn though hidden {missed}, "
        f"drawn though absent {sum(row.wrong for row in rows)}"
    )


def _merged(parts: Iterable[Errors]) -> Errors:
    merged = Errors()
    for part in parts:
        merged.far.extend(part.far)
        merged.right += part.right
    return merged


def _errors(one: dict[str, float]) -> list[str]:
    return [f"{one['right']:.2%}", *(f"{one[name]:.2f}" for name in ("p50", "p95", "worst"))]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        cells = [
            cell.ljust(width) if i < 3 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
