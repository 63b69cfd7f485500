"""Drawings that `<use>` takes from other files, for a file that has no others.

Browsers refuse `data:` addresses there, so what is used is put into the page
itself: the SVG file's elements, under ids of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree as ET

from recorder.store import Asset

__all__ = ["Sprites"]

_SVG: Final = "{http://www.w3.org/2000/svg}"
_XLINK: Final = "{http://www.w3.org/1999/xlink}"
_ELEMENTS: Final = (
    "svg symbol g defs use title desc path rect circle ellipse line polyline polygon text "
    "tspan linearGradient radialGradient stop clipPath mask pattern marker filter "
    "feGaussianBlur feOffset feBlend feColorMatrix feComposite feFlood feMerge "
    "feMergeNode"
)
"""Elements that draw and load nothing."""

_KEPT: Final = frozenset(_ELEMENTS.split())

# Names without a prefix, as an HTML parser wants them.
ET.register_namespace("", _SVG[1:-1])
ET.register_namespace("xlink", _XLINK[1:-1])

_LOCAL: Final = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
_ID: Final = re.compile(r"[\w.:-]+")


class Sprites:
    """Numbers the files that are used, and writes each once for a tree that uses it."""

    def __init__(self, look_up: Callable[[str], Asset | None]) -> None:
        self._look_up = look_up
        self._files: dict[str, str] = {}
        self._markup: dict[str, str] = {}
        self.missing: set[str] = set()

    def reference(self, url: str) -> str:
        """`#id` of what `url`, absolute and with its fragment, names; `#` if there is no such."""
        file, fragment = urldefrag(url)
        prefix = self._prefix(file)
        known = prefix and _ID.fullmatch(unquote(fragment))
        return f"#{prefix}{unquote(fragment)}" if known else "#"

    def markup(self, urls: Iterable[str]) -> str:
        """All that `urls` name, as one element that shows nothing."""
        files = dict.fromkeys(urldefrag(url).url for url in urls)
        inside = "".join(self._markup[file] for file in files if self._prefix(file))
        style = "position:absolute;width:0;height:0;overflow:hidden"
        return f'<svg data-heatwright aria-hidden="true" style="{style}">{inside}</svg>'

    def _prefix(self, file: str) -> str:
        """What ids of `file` begin with; empty if it cannot be used."""
        if file not in self._files:
            prefix = f"heatwright-{len(self._files)}-"
            self._markup[file] = self._read(file, prefix)
            self._files[file] = prefix if self._markup[file] else ""
        return self._files[file]

    def _read(self, file: str, prefix: str) -> str:
        asset = self._look_up(file)
        try:
            root = ET.fromstring(asset.body if asset and asset.body else b"")  # noqa: S314 - expat bounds entities
        except ET.ParseError:
            self.missing.add(file)
            return ""
        _clean(root, prefix)
        return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _clean(element: ET.Element, prefix: str) -> None:
    """Leaves what draws; ids and what refers to them get `prefix`."""
    for name, value in list(element.attrib.items()):
        bare = name.rpartition("}")[2].lower()
        if bare == "id":
            element.set(name, prefix + value)
        elif bare == "href" and value.startswith("#"):
            element.set(name, f"#{prefix}{value[1:]}")
        elif bare == "href" or bare.startswith("on"):
            del element.attrib[name]
        elif "url(" in value:
            local = _LOCAL.sub(lambda hit: f"url(#{prefix}{hit[1]})", value)
            element.set(name, local if _LOCAL.search(value) else "none")
    for child in list(element):
        if child.tag.startswith(_SVG) and child.tag.removeprefix(_SVG) in _KEPT:
            _clean(child, prefix)
        else:
            element.remove(child)
