"""A step of a funnel as it is written: a page, or a comparison of something that happens."""

from __future__ import annotations

from recorder.errors import WrongUse
from recorder.expressions import Comparison, parse

__all__ = ["parse_step"]

_EXAMPLE = "For example: '/products/*', 'clicked = \"#buy\"', 'goal = purchase'."
_HAPPENING = ("visited", "page", "title", "clicked", "raged", "error", "request", "status")
_TOLD = ("goal", "report")


def parse_step(text: str) -> Comparison:
    """The comparison that `text` says; a page alone means that it was visited.

    Raises WrongUse for what is no comparison, for several, and for what never happens at a moment.
    """
    written = text.strip()
    if written.startswith("/") or "://" in written.split(" ", 1)[0]:
        quoted = written.replace("\\", "\\\\").replace('"', '\\"')
        written = f'visited = "{quoted}"'
    found = parse(written)
    if not isinstance(found, Comparison) or str(found.operator) == "!=":
        raise WrongUse(f"A step is one page or one comparison, not {text!r}.", _EXAMPLE)
    if found.field not in (*_HAPPENING, *_TOLD):
        raise WrongUse(f"{found.field!r} holds all the time: it is no step.", _EXAMPLE)
    return found
