"""Comparisons for people: findings in words, pictures, and one self-contained page."""

from heatwright.comparing.findings import findings
from heatwright.comparing.page import write_page
from heatwright.comparing.pictures import Pictures, paint_pictures

__all__ = ["Pictures", "findings", "paint_pictures", "write_page"]
