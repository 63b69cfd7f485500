"""`python -m bench`: every measurement beside its yardstick."""

from bench import heat, stage, tag
from bench.rows import show

for part in (tag, heat, stage):
    show(part.run())
