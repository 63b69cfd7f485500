"""Friction: what went wrong for visitors, each time with the moment at which it did.

pulse (beside the anchors) → presses told apart → incidents, with those of page views → ranking
"""

from heatmap.friction.incidents import Incident, Trouble, incidents_of
from heatmap.friction.presses import friction_of
from heatmap.friction.ranking import Ranked, rank

__all__ = ["Incident", "Ranked", "Trouble", "friction_of", "incidents_of", "rank"]
