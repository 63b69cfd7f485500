"""Attributes that hold URLs: see `recorder/client/redact/links.ts`.

The tag asks the document whether a fragment names an element of it. The wall knows the ids of its
batch: a fragment that is one of them tells nothing that is not told anyway.
"""

from __future__ import annotations

from collections.abc import Callable

from recorder.masking.kinds import Kind
from recorder.masking.page_model import PageModel, decoded
from recorder.masking.patterns import mask_patterns
from recorder.masking.script_regex import script_regex
from recorder.masking.urls import DRAWN_DATA, Urls, scheme_of

__all__ = ["Links"]

_MEDIA = script_regex(
    r"^(?:img|source|video|audio|picture|image|feimage|embed|object|input|use|track)$", "i"
)
_FETCHED_LINK = script_regex(r"stylesheet|icon|preload|prefetch", "i")
_ICON = script_regex(r"icon", "i")
_FRAMES = frozenset({"iframe", "frame"})
_ORIGIN = script_regex(r"^(?:[a-z][\w+.-]*:)?\/\/[^/?#]*", "i")
_SCHEME_ALONE = script_regex(r"^[a-z][\w+.-]*:$", "i")
_WORD = script_regex(r"\S+")

_NAME_OF_ELEMENT = script_regex(r"^[^\s=&?@#/]{1,64}$")
"""What a fragment looks like that names an element; parameters look otherwise."""

_FILE_TO_DRAW = script_regex(r"\.(?:css|png|jpe?g|gif|webp|avif|svgz?|ico|woff2?|ttf|otf)$", "i")
_SCRIPT_OR_STYLE = script_regex(r"\.(?:m?js|css)$", "i")


class Links:
    """`strict` keeps no path of a page and no picture. `None` stands for "not to be told"."""

    def __init__(self, strict: bool, model: PageModel, urls: Urls) -> None:
        self._strict = strict
        self._model = model
        self._urls = urls
        self.pages: set[str] = set()
        """URLs of the page that the batch names, without fragments."""

    def mask(
        self,
        kind: Kind,
        name: str,
        value: str,
        tag: str | None,
        is_svg: bool,
        sibling: Callable[[str], str],
    ) -> tuple[bool, str | None]:
        """Whether the attribute holds a URL, and what stays of it. `tag` None is not known."""
        if kind is Kind.HREF:
            return True, self._href(value, tag, is_svg, sibling)
        if kind is Kind.PICTURES:
            return True, None if self._strict else self._urls.resources(value)
        if kind is Kind.PAGES:
            return True, _WORD.sub(lambda one: self._page(one[0]), value)
        if kind is Kind.PAGE or (name == "src" and tag in _FRAMES):
            return True, self._page(value)
        if kind is not Kind.FETCHED or (name == "data" and tag not in ("object", None)):
            return False, None
        if tag is None:
            if name == "data" and not scheme_of(value) and "/" not in value:
                return False, None
            return True, self._of_unknown(value, is_link=False)
        return True, self._fetched(value, bool(_MEDIA.match(tag)) or name == "background")

    def _href(
        self, value: str, tag: str | None, is_svg: bool, sibling: Callable[[str], str]
    ) -> str | None:
        if tag is None:
            return self._of_unknown(value, is_link=True)
        if tag == "link":
            rel = sibling("rel")
            if not _FETCHED_LINK.search(rel):
                return self._page(value)
            return self._fetched(value, bool(_ICON.search(rel)) or sibling("as") == "image")
        if not is_svg or tag == "a":
            return self._page(value)
        inside = self._fragment_inside(value)
        if inside:
            return self._urls.resource(value.partition("#")[0]) + mask_patterns(inside)
        return self._fetched(value, bool(_MEDIA.match(tag)) and value[0] != "#")

    def _page(self, href: str) -> str:
        inside = self._fragment_inside(href)
        url = self._urls.page(href, inside)
        if not self._strict or not url or _SCHEME_ALONE.match(url):
            return url
        return self.without_path(url) + (inside or "")

    @staticmethod
    def without_path(url: str) -> str:
        """A URL's origin, if it has one, and a slash: how pages are told at level `strict`."""
        origin = _ORIGIN.match(url)
        return f"{origin[0] if origin else ''}/"

    def _fetched(self, href: str, is_media: bool) -> str | None:
        return None if self._strict and is_media else self._urls.resource(href)

    def _of_unknown(self, href: str, is_link: bool) -> str | None:
        """Of an element that an earlier batch told: whatever the tag may leave of any."""
        urls = self._urls
        if href[0] == "#":
            return urls.resource(href) or self._page(href)
        scheme = scheme_of(href).lower()
        if scheme == "data" and DRAWN_DATA.match(href):
            return None if self._strict else href
        path = href.partition("#")[0].partition("?")[0]
        if is_link and not _FILE_TO_DRAW.search(path) and "?family=" not in href:
            return self._page(href)
        if self._strict and not _SCRIPT_OR_STYLE.search(path) and "?family=" not in href:
            page = self._page(href)
            return page if is_link or page == href else None
        before, mark, name = href.partition("#")
        kept = self._fragment_inside(href) or urls.own_fragment(mark + name)
        return urls.resource(before) + mask_patterns(kept) if kept else urls.resource(href)

    def _fragment_inside(self, href: str) -> str | None:
        """The fragment (with its #) of a URL that names an element of the page."""
        before, mark, name = href.partition("#")
        if not mark or not name:
            return None
        names = self._model.names
        if name in names or decoded(name) in names:
            return mark + name
        if self._model.is_complete or not _NAME_OF_ELEMENT.match(name):
            return None
        return mark + name if not before or before in self.pages else None
