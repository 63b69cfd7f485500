"""Sub-resources that a style sheet names, whatever media condition they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import tinycss2
from tinycss2 import ast

from recorder.assets.urls import absolute

__all__ = ["css_references"]

_HINT = re.compile(r"url\(|src\(|@import|image-set\(|\\", re.IGNORECASE)
"""Style sheets without any of these name nothing; parsing costs a second for a megabyte."""

_CACHED = 128  # style sheets whose URLs are remembered: a site repeats its own on every page
_IMAGE_SETS = frozenset({"image-set", "-webkit-image-set"})
_URL_FUNCTIONS = frozenset({"url", "src"})
_NAMING_RULES = frozenset({"namespace", "charset", "document", "-moz-document"})
"""At-rules whose URLs are names or conditions, not resources."""


def css_references(css: str, base: str) -> set[str]:
    """Absolute http(s) URLs of what `css` (a sheet, a rule or declarations) loads.

    `url()`, `@import`, `image-set()`, and every format of a font face. `base`
    is the URL of the style sheet, or of the page for inline styles.
    """
    if not _HINT.search(css):
        return set()
    return {url for named in _named(css) if (url := absolute(named, base))}


@lru_cache(maxsize=_CACHED)
def _named(css: str) -> tuple[str, ...]:
    """References as they are written, each once."""
    try:
        tokens = tinycss2.parse_component_value_list(css, skip_comments=True)
        return tuple(dict.fromkeys(_walk(tokens)))
    except RecursionError:
        # Blocks nested a thousand deep: no browser lays such a sheet out.
        return ()


def _walk(tokens: Sequence[ast.Node]) -> Iterator[str]:
    """References among `tokens` and inside their blocks and functions."""
    rule = ""  # the at-rule whose prelude is being read
    for token in tokens:
        if isinstance(token, ast.AtKeywordToken):
            rule = token.lower_value
        elif isinstance(token, ast.LiteralToken) and token.value == ";":
            rule = ""
        elif isinstance(token, ast.URLToken):
            if rule not in _NAMING_RULES:
                yield token.value
        elif isinstance(token, ast.StringToken):
            if rule == "import":
                yield token.value
        elif isinstance(token, ast.FunctionBlock):
            if rule not in _NAMING_RULES:
                yield from _function(token)
            rule = "" if rule == "import" else rule
        elif isinstance(
            token, ast.CurlyBracketsBlock | ast.ParenthesesBlock | ast.SquareBracketsBlock
        ):
            yield from _walk(token.content)
            if isinstance(token, ast.CurlyBracketsBlock):
                rule = ""


def _function(function: ast.FunctionBlock) -> Iterator[str]:
    """References of one function: strings count in `url("…")` and directly in `image-set()`."""
    if function.lower_name in _URL_FUNCTIONS or function.lower_name in _IMAGE_SETS:
        for argument in function.arguments:
            if isinstance(argument, ast.StringToken):
                yield argument.value
    yield from _walk(function.arguments)
