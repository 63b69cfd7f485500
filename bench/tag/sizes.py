"""What a visitor downloads, beside rrweb's recorder alone and Clarity."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.rows import Row

__all__ = ["run"]

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "recorder/static"
MODULES = ROOT / "node_modules"

OURS = {
    "the tag, first load, gzip -9 (bar: 27 kB)": STATIC / "heatwright.js",
    "the tag, loaded later, gzip -9 (bar: 6 kB)": STATIC / "heatwright-more.js",
    "… and where text is masked": STATIC / "heatwright-masks.js",
    "… and where canvases are recorded": STATIC / "heatwright-canvas.js",
}
CLARITY = {"clarity-js, gzip -9": MODULES / "clarity-js/build/clarity.min.js"}
RRWEB = MODULES / "@rrweb/record/dist/record.umd.min.cjs"


def run() -> list[Row]:
    """Gzipped sizes; kB are 1000 bytes."""
    yardstick = _kilobytes(RRWEB)
    return [
        Row(name, _kilobytes(file), "@rrweb/record's own bundle", yardstick, "kB")
        for name, file in (OURS | CLARITY).items()
    ]


def _kilobytes(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / 1000
