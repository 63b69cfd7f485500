"""A comparison for other programs: Markdown for a pull request, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from heatmap.comparison import Comparison, Row, Verdict
from heatmap.comparison.rows import SideOfRow
from heatmap.spreadsheet import text_cell
from heatmap.statistics.shares import Share
from heatmap.statuses import FRICTION
from heatwright.comparing.findings import cautions, findings
from heatwright.gates import Judgement, Outcome
from heatwright.report.words import clean, plural, short

__all__ = ["COLUMNS", "MOST_ROWS", "markdown", "write_csv"]

MOST_ROWS: Final = 15
"""Elements in the Markdown: a comment is read, not searched. The CSV has all."""

_SIGNS: Final = {
    Outcome.PASSED: "✅",
    Outcome.FAILED: "❌",
    Outcome.NOT_EVALUATED: "⚠️",
}
_SIDE_COLUMNS: Final = (
    *("sessions_saw", "sessions_used", "rate", "rate_low", "rate_high", "exposure"),
    *("presses", "seconds_in_view", *(kind.value for kind in FRICTION)),
    *("left", "top", "width", "height", "above_fold"),
)
COLUMNS: Final = (
    *("key", "label", "control", "verdict", "difference", "low", "high", "p", "q"),
    *("detectable", "sessions_needed"),
    *(f"{side}_{name}" for side in "ab" for name in _SIDE_COLUMNS),
)
"""Columns of the CSV, in order. Shares are 0 to 1, boxes page CSS px; empty is not known."""

_STEERING: Final = re.compile(r"[\\`*_{}\[\]<>#|~@!&]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(text: str) -> str:
    """`text` in which Markdown finds nothing: no link, no mention, no table's end, no HTML."""
    line = " ".join(str(clean(text)).split())
    return _STEERING.sub(lambda found: f"&#{ord(found[0])};", line)


def markdown(
    comparison: Comparison, judgements: Sequence[Judgement] = (), command: str = ""
) -> str:
    """The comparison as GitHub's Markdown: gates, findings, cautions, the first elements."""
    sides = "; ".join(
        f"**{side.name}** {escaped(side.condition)}: {plural(side.sessions, 'session')}"
        for side in (comparison.a, comparison.b)
    )
    lines = [f"### {escaped(comparison.pattern)}: a against b", "", sides, ""]
    if judgements:
        lines += ["| gate | outcome | why |", "|---|---|---|"]
        lines += [
            f"| {escaped(one.rule.text)} | {_SIGNS[one.outcome]} "
            f"{one.outcome.value.replace('_', ' ')} | {escaped(short(one.reason, 300))} |"
            for one in judgements
        ]
        lines.append("")
    lines += [f"- {escaped(sentence)}" for sentence in findings(comparison)]
    lines += ["", *_table(comparison.rows)]
    if notes := cautions(comparison):
        lines += ["", "<details><summary>Before you believe it</summary>", ""]
        lines += [f"- {escaped(short(sentence, 400))}" for sentence in notes]
        lines += ["", "</details>"]
    if command:
        lines += ["", "```sh", str(clean(command)).replace("```", ""), "```"]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    lines = ["| element | a | b | b less a (95 %) | |", "|---|---|---|---|---|"]
    lines += map(_line, rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        left = plural(len(rows) - MOST_ROWS, "more element")
        lines += ["", f"{left} in `compare.csv` and `compare.html`."]
    return lines


def _line(row: Row) -> str:
    gap = row.difference
    apart = row.verdict is not Verdict.NOT_COMPARABLE
    points = f"{gap.value * 100:+.0f} ({gap.low * 100:+.0f} to {gap.high * 100:+.0f})"
    name = escaped(short(row.entry.label or row.entry.name, 60))
    cells = (name, _rate(row.a.rate), _rate(row.b.rate), points if apart else "")
    return f"| {' | '.join(cells)} | {row.verdict.value.replace('_', ' ')} |"


def _rate(share: Share) -> str:
    if not share.seen:
        return "never in view"
    told = f"{share.value:.1%} of {share.seen:,}"
    return f"_{told}_" if share.few else told


def write_csv(comparison: Comparison, file: Path) -> None:
    """Writes one row an element. Raises OSError where it cannot be written."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(_cells, comparison.rows))


def _cells(row: Row) -> list[object]:
    gap = row.difference
    about = [text_cell(row.entry.name), text_cell(row.entry.label), _yes(row.entry.control)]
    told: list[object] = [row.verdict.value, *map(_number, (gap.value, gap.low, gap.high, gap.p))]
    rest = [_number(row.q), _number(row.detectable), "" if row.needed is None else row.needed]
    return [*about, *told, *rest, *_side(row.a), *_side(row.b)]


def _side(side: SideOfRow) -> list[object]:
    rate = side.rate
    place = side.place
    box = [_number(one) for one in place.box] if place else [""] * 4
    return [
        *(rate.seen, rate.used, _number(rate.value), _number(rate.low), _number(rate.high)),
        *(_number(side.exposure.value), side.presses, _number(side.seconds)),
        *(_number(side.troubles[kind].value) if side.troubles else "" for kind in FRICTION),
        *box,
        _yes(place.above_fold) if place else "",
    ]


def _number(value: float | None) -> str:
    """Without an exponent, whatever reads it."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
