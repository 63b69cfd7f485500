"""Every way for a word to get into a recording, and the level that promises to stop it.

`WORD` in a carrier is replaced by a word of its own. What stands in the page at the beginning is
`html`; what scripts do later is `script` (run in the page once it is recorded).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NEVER", "Carrier", "attributes", "html", "late", "typed", "word"]

NEVER = "never"


@dataclass(frozen=True)
class Carrier:
    """A carrier; `promise` is the first level at which its word is gone, or `NEVER`."""

    name: str
    promise: str
    html: str = ""
    script: str = ""
    typed: bool = False
    """Whether `script` ends with the focus in a field into which the word is then typed."""


def word(number: int) -> str:
    """A word of 10 letters for carrier `number`; no two share their first six."""
    letters = "".join(chr(97 + number // 26**i % 26) for i in (1, 0))
    return f"qx{letters}vk" + "ormu"


def html(promise: str, **snippets: str) -> list[Carrier]:
    return [Carrier(name, promise, html=markup) for name, markup in snippets.items()]


def late(promise: str, **scripts: str) -> list[Carrier]:
    return [Carrier(name, promise, script=script) for name, script in scripts.items()]


def typed(promise: str, **scripts: str) -> list[Carrier]:
    return [Carrier(name, promise, script=script, typed=True) for name, script in scripts.items()]


def attributes(promise: str, tag: str, *names: str) -> list[Carrier]:
    return [
        Carrier(f"{tag} {name}", promise, html=f'<{tag} {name}="is WORD"></{tag}>')
        for name in names
    ]
