"""`python -m bench [PART…]`: every measurement, or those parts, beside its yardstick."""

import sys
import time

from bench import heat, ingest, memory, seek, sessions, stage, storage, wall
from bench.rows import show
from bench.tag import load, sizes, wire

PARTS = {
    "sizes": sizes,
    "load": load,
    "wire": wire,
    "heat": heat,
    "stage": stage,
    "seek": seek,
    "wall": wall,
    "ingest": ingest,
    "memory": memory,
    "storage": storage,
    "sessions": sessions,
}

for name in sys.argv[1:] or PARTS:
    began = time.monotonic()
    show(PARTS[name].run())
    print(f"({name} took {time.monotonic() - began:.0f} s)", flush=True)
