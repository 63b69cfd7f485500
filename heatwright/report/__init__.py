"""The report: heatmaps with their ledger as one folder that opens in any browser."""

from heatwright.report.build import build_report
from heatwright.report.compose import compose
from heatwright.report.model import PageReport, ReportFacts, SegmentRow
from heatwright.report.recorded import collect_facts

__all__ = [
    "PageReport",
    "ReportFacts",
    "SegmentRow",
    "build_report",
    "collect_facts",
    "compose",
]
