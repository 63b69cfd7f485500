"""`python -m bench`: every measurement beside its yardstick."""

import time

from bench import heat, stage, tag
from bench.rows import show

for part in (tag, heat, stage):
    began = time.monotonic()
    show(part.run())
    print(f"({part.__name__} took {time.monotonic() - began:.0f} s)")
