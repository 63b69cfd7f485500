"""Strings, URLs and comments in CSS, found in one pass.

The tag finds them by expressions that take quadratic time on a sheet of nothing but `url(`. No
page has one; a forged recording may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from recorder.masking.script_regex import script_regex

__all__ = ["STRING", "drop_comments", "sub_near", "sub_strings"]

STRING = r""""(?:[^"\\\n]+|\\[^])*"?|'(?:[^'\\\n]+|\\[^])*'?"""
"""Up to its closing quote, the end of the line, or the end of all, as browsers read it."""

_STRING = script_regex(STRING)
_STRING_OR_URL = re.compile(r"""["']|[uU][rR][lL]\(""")
_STRING_URL_OR_COMMENT = re.compile(r"""["']|[uU][rR][lL]\(|/\*(?! rr_split )""")
_QUOTE_OR_END = re.compile(r"""["')]""")


def _strings_of(css: str) -> Iterator[re.Match[str]]:
    """Strings that are not inside of `url(…)`."""
    at = 0
    while found := _STRING_OR_URL.search(css, at):
        if found[0] in "\"'":
            string = _STRING.match(css, found.start())
            if string:  # which a quote always begins
                yield string
                at = string.end()
        else:
            end = css.find(")", found.end())
            if end < 0:
                # None of those that follow ends, either.
                yield from _STRING.finditer(css, found.end())
                return
            at = end + 1


def sub_strings(css: str, mask: Callable[[str], str]) -> str:
    """`css` with `mask` of each string (with its quotes) that is not inside of `url(…)`."""
    done: list[str] = []
    at = 0
    for found in _strings_of(css):
        done += (css[at : found.start()], mask(found[0]))
        at = found.end()
    return "".join((*done, css[at:])) if done else css


def drop_comments(css: str) -> str:
    """`css` without comments, but for rrweb's own mark."""
    done: list[str] = []
    kept_to = at = 0
    no_url_before = 0
    while found := _STRING_URL_OR_COMMENT.search(css, at):
        at = found.end()
        if found[0] in "\"'":
            string = _STRING.match(css, found.start())
            at = string.end() if string else at
        elif found[0] != "/*":
            if at <= no_url_before:
                continue
            end = _QUOTE_OR_END.search(css, at)
            if end and end[0] == ")":
                at = end.end()
            else:
                no_url_before = end.start() if end else len(css)
        else:
            close = css.find("*/", at)
            done.append(css[kept_to : found.start()])
            kept_to = at = close + 2 if close >= 0 else len(css)
    return "".join((*done, css[kept_to:])) if done else css


def sub_near(
    shape: re.Pattern[str], words: Sequence[str], replace: Callable[[re.Match[str]], str], css: str
) -> str:
    """`shape.sub(replace, css)` where each match begins with one of `words` (small letters).

    To look for words first is five times as fast as the expressions, which ignore case.
    """
    lower = css.lower()
    if len(lower) != len(css):  # some letters beyond ASCII have two small ones
        return shape.sub(replace, css)
    nexts = {word: at for word in words if (at := lower.find(word)) >= 0}
    done: list[str] = []
    kept_to = 0
    while nexts:
        word = min(nexts, key=nexts.__getitem__)
        at = nexts[word]
        end = at + 1
        if at >= kept_to and (found := shape.match(css, at)):
            done += (css[kept_to:at], replace(found))
            kept_to = end = found.end()
        nexts[word] = lower.find(word, max(end, kept_to))
        if nexts[word] < 0:
            del nexts[word]
    return "".join((*done, css[kept_to:])) if done else css
