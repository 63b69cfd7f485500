"""How our pages are rendered: templates that escape, and a policy that forbids the rest."""

from __future__ import annotations

import base64
import hashlib

import jinja2

from heatmap.statuses import NAMES, PRESSES, UNITS
from heatmap.thresholds import TABLE
from heatwright.report import words

__all__ = ["environment", "policy"]


def environment() -> jinja2.Environment:
    """Templates of `heatwright/report/templates`; everything printed is escaped and cleaned."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("heatwright.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=words.clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "count": words.count,
        "day": words.day,
        "duration": words.duration,
        "percent": words.percent,
        "plural": words.plural,
        "short": words.short,
    }
    made.globals |= {
        "period": words.period,
        "units": UNITS,
        "names": NAMES,
        "presses": PRESSES,
        "rules": TABLE,
        "status_words": words.STATUS_WORDS,
    }
    return made


def policy(templates: jinja2.Environment, images: str) -> str:
    """The content security policy: the two inline blocks by their hashes, and `images`."""
    script, style = (_hash(templates, name) for name in ("report.js", "report.css"))
    return (
        f"default-src 'none'; {images}; script-src {script}; style-src {style}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(templates: jinja2.Environment, name: str) -> str:
    """The source expression for an inline block that holds exactly the template `name`."""
    text = templates.get_template(name).render()
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
