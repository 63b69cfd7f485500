"""The report as files: `index.html` and its pictures, nothing requested from anywhere.

Everything recorded is hostile text. Templates escape it, `words.clean` takes direction
marks and controls out, and the page's own policy allows one script and one style sheet by
their hashes and pictures from its folder, so that even a hole in the escaping runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from heatmap.statistics.shares import FEW_SESSIONS
from heatwright import __version__
from heatwright.report.environment import environment, policy
from heatwright.report.model import PageReport, ReportFacts
from heatwright.report.pictures import clear, draw_page
from heatwright.report.views import Overall, page_view

__all__ = ["build_report"]


def build_report(
    pages: Sequence[PageReport],
    out: Path,
    *,
    facts: ReportFacts,
    bars: Progress | None = None,
) -> Path:
    """Writes the report into the folder `out` and returns its `index.html`.

    `bars` gets a task that counts heatmaps. An earlier report in `out` is replaced.
    Raises OSError where the folder cannot be written to.
    """
    task = (
        bars.add_task("painting", total=sum(len(page.heatmaps) for page in pages)) if bars else None
    )

    def done() -> None:
        if bars and task is not None:
            bars.advance(task)

    out.mkdir(parents=True, exist_ok=True)
    clear(out)
    views = [
        page_view(page, number, draw_page(page, number, out, done))
        for number, page in enumerate(pages, start=1)
    ]
    templates = environment()
    html = templates.get_template("report.html.j2").render(
        facts=facts,
        pages=views,
        overall=Overall.of(views, facts),
        few=FEW_SESSIONS,
        version=__version__,
        policy=policy(templates, "img-src 'self'"),
    )
    index = out / "index.html"
    index.write_text(html, encoding="utf-8")
    return index
