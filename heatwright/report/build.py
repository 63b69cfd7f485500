"""The report as files: `index.html` and its pictures, nothing requested from anywhere.

Everything recorded is hostile text. Templates escape it, `words.clean` takes direction
marks and controls out, and the page's own policy allows one script and one style sheet by
their hashes and pictures from its folder, so that even a hole in the escaping runs nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from rich.progress import Progress

from heatmap.statuses import PRESSES, UNITS
from heatwright import __version__
from heatwright.report import words
from heatwright.report.model import PageReport, ReportFacts
from heatwright.report.pictures import clear, draw_page
from heatwright.report.shares import FEW_SESSIONS
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
    environment = _environment()
    html = environment.get_template("report.html.j2").render(
        facts=facts,
        pages=views,
        overall=Overall.of(views, facts),
        few=FEW_SESSIONS,
        version=__version__,
        policy=_policy(environment),
    )
    index = out / "index.html"
    index.write_text(html, encoding="utf-8")
    return index


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("heatwright.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=words.clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": words.count,
        "day": words.day,
        "duration": words.duration,
        "percent": words.percent,
        "plural": words.plural,
        "short": words.short,
    }
    environment.globals |= {
        "period": words.period,
        "units": UNITS,
        "presses": PRESSES,
        "status_words": words.STATUS_WORDS,
    }
    return environment


def _policy(environment: jinja2.Environment) -> str:
    """The content security policy: the two inline blocks by their hashes, our pictures."""
    script, style = (_hash(environment, name) for name in ("report.js", "report.css"))
    return (
        f"default-src 'none'; img-src 'self'; script-src {script}; style-src {style}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(environment: jinja2.Environment, name: str) -> str:
    """The source expression for an inline block that holds exactly the template `name`."""
    text = environment.get_template(name).render()
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
