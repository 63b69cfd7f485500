"""The tag: what a first load weighs, beside rrweb's recorder alone."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.rows import Row

__all__ = ["run"]

ROOT = Path(__file__).resolve().parent.parent
TAG = ROOT / "recorder/static/heatwright.js"
RRWEB = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"


def run() -> list[Row]:
    """Gzipped sizes; kB are 1000 bytes."""
    return [
        Row(
            "the tag, gzip -9",
            _kilobytes(TAG),
            "@rrweb/record's own bundle",
            _kilobytes(RRWEB),
            "kB",
        )
    ]


def _kilobytes(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / 1000
