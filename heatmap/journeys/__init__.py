"""Journeys: how far sessions came in a funnel, and which ways they went; from the index alone."""

from heatmap.journeys.funnels import DroppedTo, Funnel, Step, funnel_of, funnels_of
from heatmap.journeys.paths import Paths, paths_of
from heatmap.journeys.steps import parse_step

__all__ = [
    "DroppedTo",
    "Funnel",
    "Paths",
    "Step",
    "funnel_of",
    "funnels_of",
    "parse_step",
    "paths_of",
]
