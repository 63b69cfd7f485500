"""URLs of sub-resources: absolute, without fragment, http(s) only; `srcset` by the HTML spec."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from recorder import limits

__all__ = ["absolute", "split_srcset"]

_WHITE_SPACE = " \t\n\f\r"
_IGNORED = re.compile(r"[\t\n\r]")  # the URL standard drops these wherever they stand
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def absolute(reference: str, base: str) -> str | None:
    """The http(s) URL that `reference` means on a page at `base`; None if it is none.

    Fragments are left out: `sprite.svg#cart` is fetched as `sprite.svg`, and
    `#local` is no sub-resource at all.
    """
    text = _IGNORED.sub("", reference.strip(_WHITE_SPACE + "\x00"))
    if not text or text.startswith("#") or len(text) > limits.URL_CHARS:
        return None
    if _SCHEME.match(text) and not text.lower().startswith(("http://", "https://")):
        return None
    try:
        if _SCHEME.match(text) and not urlsplit(text).hostname:
            return None
        url = urldefrag(urljoin(base, text)).url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        return url if parts.port is None or parts.port >= 0 else None
    except ValueError:
        return None


def split_srcset(srcset: str) -> list[tuple[str, str]]:
    """The candidates of a `srcset`, URL and descriptors, as the HTML specification splits it.

    A URL may hold commas, and a descriptor may hold them inside parentheses.
    """
    found: list[tuple[str, str]] = []
    place, end = 0, len(srcset)
    while True:
        while place < end and srcset[place] in _WHITE_SPACE + ",":
            place += 1
        if place >= end:
            return found
        start = place
        while place < end and srcset[place] not in _WHITE_SPACE:
            place += 1
        url, descriptors = srcset[start:place], ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            start, place = place, _skip_descriptors(srcset, place)
            descriptors = srcset[start:place].rstrip(_WHITE_SPACE + ",").lstrip(_WHITE_SPACE)
        if url:
            found.append((url, descriptors))


def _skip_descriptors(srcset: str, place: int) -> int:
    """The place after the comma that ends a candidate's descriptors."""
    depth = 0
    while place < len(srcset):
        char = srcset[place]
        place += 1
        if char == "(":
            depth += 1
        elif char == ")":
            depth = 0
        elif char == "," and not depth:
            break
    return place
