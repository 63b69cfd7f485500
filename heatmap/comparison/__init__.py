"""Two segments of sessions on one page: the same element on both sides, with what is sure of it."""

from heatmap.comparison.comparing import Comparison, Segment, compare
from heatmap.comparison.rows import Row, Verdict

__all__ = ["Comparison", "Row", "Segment", "Verdict", "compare"]
