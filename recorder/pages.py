"""Pages: the path that page views are grouped by, and patterns over it.

A PAGE is a URL (`https://shop.test/product/7`), a path (`/product/7`) or a
pattern (`/product/*`). `*` is one segment (or a part of one, as in
`/product-*`), `**` any number of segments, none included. The query is
ignored unless the pattern has one; a trailing slash does not matter.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

__all__ = ["fold_route", "match_page", "page_key"]

# Bytes that keep their escape: decoding them would change what a path means.
_KEPT_ESCAPED = {*b"%/?#*\\", *range(0x21), 0x7F}
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ROUTE_FRAGMENTS = ("/", "!")


def page_key(url: str) -> str:
    """The path of `url` in its one normal form: `/a/b`, never with a trailing slash.

    Percent escapes are decoded where they spell readable text and stay, in
    upper case, where decoding would change the meaning (`%2F`, `%25`) or is
    not UTF-8. Query, fragment and origin are left out. `page_key` of a key is
    the key itself.
    """
    path = _BARE_PERCENT.sub("%25", _path_of(url))
    path = _ESCAPE.sub(lambda hit: _decode_run(hit[0]), path)
    path = "".join(_printable(char) for char in path)
    return "/" + "/".join(part for part in path.split("/") if part)


def fold_route(url: str) -> str:
    """`url` without a fragment that only scrolls; `#/route` and `#!route` stay.

    Two events with the same folded URL show the same page view.
    """
    bare, mark, fragment = url.partition("#")
    return url if mark and fragment.startswith(_ROUTE_FRAGMENTS) else bare


def match_page(pattern: str, url: str) -> bool:
    """Whether the page `pattern` (see the module) holds the page view at `url`.

    `url` may also be a bare path. Never raises: text that is no URL matches
    only as a path.
    """
    bare, _, query = pattern.partition("#")[0].partition("?")
    if query and _pairs(query) != _pairs(_query_of(url)):
        return False
    if "://" in bare and _origin_of(bare) != _origin_of(url):
        return False
    return _match_segments(_pattern_segments(bare), _segments(page_key(url)))


def _split(url: str) -> tuple[str, str, str, str] | None:
    """Scheme, authority, path and query; None if the URL cannot be taken apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme.lower(), parts.netloc.lower(), parts.path, parts.query


def _path_of(url: str) -> str:
    if "://" not in url.partition("?")[0].partition("#")[0]:
        return url.partition("#")[0].partition("?")[0]
    parts = _split(url)
    return parts[2] if parts else "/"


def _query_of(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


def _origin_of(url: str) -> tuple[str, str]:
    parts = _split(url)
    if parts is None:
        return "", ""
    scheme, authority = parts[0], parts[1].rpartition("@")[2]
    default = {"http": ":80", "https": ":443"}.get(scheme)
    return scheme, authority.removesuffix(default) if default else authority


def _pairs(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query, keep_blank_values=True))


def _decode_run(run: str) -> str:
    """A run of escapes, readable where it may be; see `page_key`."""
    kept = "".join(
        f"%{byte:02X}" if byte in _KEPT_ESCAPED else f"\x00{byte:02X}"
        for byte in unquote_to_bytes(run)
    )
    return re.sub(r"(?:\x00[0-9A-F]{2})+", lambda hit: _readable(hit[0]), kept)


def _readable(marked: str) -> str:
    raw = bytes.fromhex(marked.replace("\x00", ""))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "".join(f"%{byte:02X}" for byte in raw)
    return "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    """`char`, or its escape if it cannot be seen in a table (spaces, controls, formats)."""
    return char if char.isprintable() and char != " " else quote(char, safe="", errors="replace")


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _pattern_segments(bare: str) -> list[str]:
    """Segments of a pattern, normalised like a path with its stars kept."""
    return _segments(page_key(_path_of(bare)))


@lru_cache(maxsize=256)
def _segment_expression(segment: str) -> re.Pattern[str]:
    if set(segment) == {"*"}:
        return re.compile(r".+", re.DOTALL)
    pieces = re.split(r"\*+", segment)
    return re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)


def _match_segments(pattern: list[str], path: list[str]) -> bool:
    """Dynamic programme over both lists: many `**` cost no more than one."""
    reached = [True] + [False] * len(path)
    for segment in pattern:
        if segment == "**":
            first = reached.index(True) if True in reached else len(reached)
            reached = [place >= first for place in range(len(reached))]
            continue
        expression = _segment_expression(segment)
        reached = [False] + [
            before and expression.fullmatch(part) is not None
            for before, part in zip(reached, path, strict=False)
        ]
    return reached[-1]
