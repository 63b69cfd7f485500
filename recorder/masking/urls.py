"""What stays of a URL: see `recorder/client/redact/urls.ts`."""

from __future__ import annotations

import re
from collections.abc import Callable

from recorder.masking.patterns import mask_patterns
from recorder.masking.policy import Policy
from recorder.masking.script_regex import script_regex

__all__ = ["DRAWN_DATA", "Urls", "scheme_of"]

_PLACE = script_regex(r"^(?:https?|wss?|file|ftp|about|blob)$", "i")
_SCHEME = script_regex(r"^[\s\0-\x1f]*([a-z][a-z\d+.-]*):", "i")
_USER = script_regex(r"^([^/\\?#]*[/\\]{2})[^/\\?#]*@")
_HIDDEN_DATA = script_regex(r"^\W*data:[^]", "i")

DRAWN_DATA = script_regex(
    r"^\s*data:(?:image|font|audio|video|application\/(?:[\w.-]*font|octet))", "i"
)
"""Drawings, fonts, sound and film; not documents, style sheets or scripts."""

_SHAPING = script_regex(
    r"^(?:v|ver|version|rev|w|h|width|height|q|quality|fit|crop|auto|format|fm|dpr|display|subset)"
    r"=[\w.,-]{0,20}$",
    "i",
)
_FONTS = script_regex(r"^family=[\w.,:;@+|%-]{1,200}$")
_REFERENCE = script_regex(r"^#[\w.:-]{1,64}$")
_DRAWING = script_regex(r"(?:^|\/|\.svgz?)$", "i")
_ROUTE = script_regex(r"^#[/!]")
_SESSION_IN_PATH = script_regex(r";\w*sess(?:ion)?_?id=[^/;]*", "i")
_TOKEN = script_regex(r"[^\s,]\S*")
_TAIL = r"""[^\s"'`<>()\\]+?(?=(?::\d+){0,2}(?:[\s"'`<>()\\]|$))"""
_SCHEMED = rf"\b(?:https?|wss?|file|blob):{_TAIL}"
_ABSOLUTE = script_regex(_SCHEMED, "i")
_ABSOLUTE_BEGINS = script_regex(r"\b(?:https?|wss?|file|blob):", "i")
# A path without query or fragment is matched, too, so that it is passed over at once: to try again
# at each of its slashes takes quadratic time, which the tag can afford and a server cannot.
_IN_TEXT = script_regex(
    rf"""{_SCHEMED}|(?:^|[\s"'`(<=,])\.{{0,2}}\/[^\s"'`<>()\\?#]*([?#]{_TAIL})?""", "i"
)


class Urls:
    """What a policy leaves of URLs; relative ones stay relative. Each method is idempotent."""

    def __init__(self, policy: Policy) -> None:
        self._keep_query = policy.keep_query
        self._keep_fragment = policy.keep_fragment

    def page(self, href: str, fragment: str | None = None) -> str:
        """Where a page is or a link leads; `fragment` replaces what the policy would keep."""
        scheme = scheme_of(href)
        if scheme and not _PLACE.match(scheme):
            return "" if _is_data(href) else f"{scheme}:"
        path, query, fragment_of = _parts(href)
        own = self.own_fragment(fragment_of) if fragment is None else fragment
        return mask_patterns(path + self._query(query, self._is_kept) + own)

    def resource(self, href: str) -> str:
        """What is fetched to draw the page."""
        scheme = scheme_of(href)
        if scheme and not _PLACE.match(scheme):
            return href if DRAWN_DATA.match(href) else ""
        path, query, fragment = _parts(href)
        reference = fragment if _DRAWING.search(path) and _REFERENCE.match(fragment) else ""
        return mask_patterns(path) + self._query(query, self._shapes) + reference

    def resources(self, several: str) -> str:
        """Several resources with their conditions, as in `srcset`."""

        def one(token: re.Match[str]) -> str:
            url = token[0].rstrip(",")
            return self.resource(url) + token[0][len(url) :]

        return _TOKEN.sub(one, several)

    def within(self, text: str) -> str:
        """A message with URLs in it, such as a stack trace."""
        return mask_patterns(self._within(text) if "/" in text else text)

    def _within(self, text: str) -> str:
        done: list[str] = []
        kept_to = at = 0
        while found := _IN_TEXT.search(text, at):
            at = found.end()
            is_whole = found[1] or found[0][0].isalpha()
            if url := found if is_whole else _absolute_in(text, found):
                done += (text[kept_to : url.start()], self.page(url[0]))
                kept_to = at = url.end()
        return "".join((*done, text[kept_to:])) if done else text

    def own_fragment(self, fragment: str) -> str:
        """What the policy keeps of a fragment (with its #)."""
        if self._keep_fragment == "all":
            return fragment
        if self._keep_fragment == "none" or not _ROUTE.match(fragment):
            return ""
        path, mark, query = fragment.partition("?")
        return path + self._query(mark + query, self._is_kept)

    def _is_kept(self, parameter: str) -> bool:
        return "*" in self._keep_query or parameter.partition("=")[0] in self._keep_query

    def _shapes(self, parameter: str) -> bool:
        known = _SHAPING.match(parameter) or _FONTS.match(parameter)
        return bool(known) or self._is_kept(parameter)

    @staticmethod
    def _query(query: str, allowed: Callable[[str], bool]) -> str:
        kept = "&".join(filter(allowed, query[1:].split("&"))) if query else ""
        return f"?{kept}" if kept else ""


def scheme_of(href: str) -> str:
    """As it is written; empty for a relative URL."""
    found = _SCHEME.match(href)
    return found[1] if found else ""


def _is_data(href: str) -> bool:
    return bool(_HIDDEN_DATA.match(href))


def _parts(href: str) -> tuple[str, str, str]:
    """Path without user info and session, query, fragment; the latter two with their signs."""
    rest, hash_sign, fragment = href.partition("#")
    path, mark, query = rest.partition("?")
    if "@" in path:
        path = _USER.sub(r"\1", path, count=1)
    if ";" in path:
        path = _SESSION_IN_PATH.sub("", path)
    return path, mark + query, hash_sign + fragment


def _absolute_in(text: str, path: re.Match[str]) -> re.Match[str] | None:
    """The first absolute URL that begins in `path`."""
    for scheme in _ABSOLUTE_BEGINS.finditer(text, path.start(), path.end()):
        if url := _ABSOLUTE.match(text, scheme.start()):
            return url
    return None
