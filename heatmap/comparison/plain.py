"""A comparison as plain data: what `--json` prints. `SCHEMA` is its version."""

from __future__ import annotations

from typing import Any

from heatmap.comparison.comparing import Comparison, Side
from heatmap.comparison.rows import Row, SideOfRow

__all__ = ["SCHEMA", "plain"]

SCHEMA = 1
"""Raised when a field changes its meaning or goes away."""


def plain(comparison: Comparison) -> dict[str, Any]:
    """Everything but the pictures. Shares, 0 to 1, have 95 % intervals; boxes are page CSS px."""
    found = comparison.distance
    return {
        "schema": SCHEMA,
        "page": comparison.pattern,
        "a": _side(comparison.a, 0),
        "b": _side(comparison.b, 1),
        "distance": found and {"value": found.value, "p": found.p, "by_chance": found.by_chance},
        "elements": [_row(row) for row in comparison.rows],
        "failures": comparison.failures,
    }


def _side(side: Side, own: int) -> dict[str, Any]:
    ground = side.ground
    moment = ground.backdrop.moment
    return {
        "where": side.condition,
        "sessions": side.sessions,
        "page_views": len(side.views),
        "presses": side.usage.presses,
        "unknown_elements": side.usage.unknown,
        "loud_sessions": side.usage.loud(),
        "device": ground.device.label,
        "width": ground.device.width,
        "backdrop": {
            "session": moment.session.id,
            "document": moment.document.id,
            "time_ms": moment.time_ms,
        },
        "ledger": ground.ledgers[own].to_json(),
        "fidelity": ground.backdrop.fidelity.to_json(),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.entry.name,
        "label": row.entry.label,
        "control": row.entry.control,
        "verdict": row.verdict.value,
        "a": _side_of_row(row.a),
        "b": _side_of_row(row.b),
        "difference": {
            "value": row.difference.value,
            "low": row.difference.low,
            "high": row.difference.high,
            "relative": row.relative,
            "p": row.difference.p,
            "q": row.q,
        },
        "detectable": row.detectable,
        "sessions_needed": row.needed,
    }


def _side_of_row(side: SideOfRow) -> dict[str, Any]:
    return {
        "rate": side.rate.to_json(),
        "exposure": side.exposure.to_json(),
        "presses": side.presses,
        "troubles": {kind.value: share.to_json() for kind, share in side.troubles.items()},
        "seconds_in_view": side.seconds,
        "box": side.place and side.place.box,
        "above_fold": side.place and side.place.above_fold,
    }
