"""Sub-resources that a style sheet names, whatever media condition they stand under."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import tinycss2
from tinycss2 import ast

from recorder.assets.urls import absolute

__all__ = ["css_references", "rewrite_css"]

_Named: TypeAlias = ast.URLToken | ast.StringToken

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


def rewrite_css(css: str, replace: Callable[[str], str]) -> str:
    """`css` with each of the references that `css_references` finds given to `replace`.

    What it gets is the reference as it is written, what it gives back may be any text.
    A sheet that nothing can be made of comes back empty.
    """
    if not _HINT.search(css):
        return css
    try:
        tokens = tinycss2.parse_component_value_list(css, skip_comments=True)
        for token in _walk(tokens):
            quoted = _quoted(replace(token.value))
            token.representation = f"url({quoted})" if isinstance(token, ast.URLToken) else quoted
        return str(tinycss2.serialize(tokens))
    except RecursionError:
        return ""


def _quoted(text: str) -> str:
    escaped = re.sub(r'["\\\n\r\f<]', lambda hit: f"\\{ord(hit[0]):x} ", text)
    return f'"{escaped}"'


@lru_cache(maxsize=_CACHED)
def _named(css: str) -> tuple[str, ...]:
    """References as they are written, each once."""
    try:
        tokens = tinycss2.parse_component_value_list(css, skip_comments=True)
        return tuple(dict.fromkeys(token.value for token in _walk(tokens)))
    except RecursionError:
        # Blocks nested a thousand deep: no browser lays such a sheet out.
        return ()


def _walk(tokens: Sequence[ast.Node]) -> Iterator[_Named]:
    """References among `tokens` and inside their blocks and functions."""
    rule = ""  # the at-rule whose prelude is being read
    for token in tokens:
        if isinstance(token, ast.AtKeywordToken):
            rule = token.lower_value
        elif isinstance(token, ast.LiteralToken) and token.value == ";":
            rule = ""
        elif isinstance(token, ast.URLToken):
            if rule not in _NAMING_RULES:
                yield token
        elif isinstance(token, ast.StringToken):
            if rule == "import":
                yield token
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


def _function(function: ast.FunctionBlock) -> Iterator[_Named]:
    """References of one function: strings count in `url("…")` and directly in `image-set()`."""
    if function.lower_name in _URL_FUNCTIONS or function.lower_name in _IMAGE_SETS:
        for argument in function.arguments:
            if isinstance(argument, ast.StringToken):
                yield argument
    yield from _walk(function.arguments)
