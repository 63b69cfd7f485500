"""The four pages on which main-thread time is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CLICKS", "PAGES", "Sheet", "markup"]

SCRIPTS = Path(__file__).parent / "scripts"

CROWD = 150_000
"""Nodes of the largest page: about twenty times an ordinary one."""

CLICKS = 500
"""Clicks of the pointer storm, with two moves each; at one an animation frame eight seconds."""

_STYLE = "body{font:14px sans-serif}td,a{padding:2px}.card{display:inline-block;margin:2px}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its `script` defines `bench.run`; `pointer` when it is driven from outside, too."""

    name: str
    script: str
    body: Callable[[], str]
    pointer: bool = False


def _crowd() -> str:
    """Elements, attributes and texts in the proportions of a catalogue; nine nodes a card."""
    cards = (
        f'<div class="card c{i % 40}" id="card-{i}"><a href="/item/{i}">Item <b>{i}</b></a>'
        f'<span title="state">{i % 9} left</span>\n</div>'
        for i in range(CROWD // 9)
    )
    return "".join(cards)


def _pads() -> str:
    return "".join(
        f'<p class="card"><button>Button {i}</button> with words to point at, and '
        f'<a href="#{i}">a link</a></p>'
        for i in range(60)
    )


PAGES = {
    "storm": Sheet("mutation storm", "storm", lambda: '<ul id="list"></ul>'),
    "table": Sheet("10,000-row table", "table", lambda: "<table><tbody></tbody></table>"),
    "pointer": Sheet("pointer storm", "pointer", _pads, pointer=True),
    "crowd": Sheet("150,000 nodes", "crowd", _crowd),
}


def markup(sheet: Sheet, recorder: str) -> str:
    """The page with a recorder's `<script>` elements as the last thing in its head."""
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{sheet.name}</title>"
        f"<style>{_STYLE}</style><script>{_script('bench')}</script>{recorder}</head>"
        f"<body>{sheet.body()}<script>{_script(sheet.script)}</script></body></html>"
    )


def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text("utf-8")
