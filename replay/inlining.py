"""Files of the archive as `data:` addresses, wherever a page names one."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from recorder.assets.css import rewrite_css
from recorder.assets.urls import absolute, split_srcset
from recorder.store import Asset

__all__ = ["MAX_BYTES", "NOTHING", "Inliner"]

MAX_BYTES: Final = 50_000_000
"""Bytes of archived files in one standalone file: what trackers take as an attachment is less,
and browsers read twice this in a few seconds."""

_IMPORT_DEPTH: Final = 8
"""Style sheets that import each other: deeper is a circle."""

NOTHING: Final = "data:,"
"""An address that loads nothing and asks nobody: what is missing looks as it does on the stage."""

_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[\w.+-]+", re.ASCII | re.IGNORECASE)
_DEFINED: Final = re.compile(r":defined\b")
_UNDEFINED_MARK: Final = ":not([data-heatwright-undefined])"
"""No script defines an element in the file: those that were not defined are marked."""


@dataclass(slots=True)
class Inliner:
    """Puts files in; `look_up` finds them. What could not be put in is in `missing`, by URL."""

    look_up: Callable[[str], Asset | None]
    missing: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def address(self, reference: str, base: str, depth: int = 0) -> str:
        """What to write for `reference`, which stands on a page or sheet at `base`."""
        text = reference.strip()
        if text.lower().startswith("data:"):
            return text
        if text.startswith("#"):
            return text
        bare, mark, fragment = text.partition("#")
        if mark and absolute(bare, base) == absolute(base, base):
            return f"#{fragment}"  # a part of the page itself, by its full address
        url = absolute(bare, base)
        if url is None:
            return NOTHING
        return self._data(url, depth) + (mark + fragment if mark else "")

    def css(self, css: str, base: str, depth: int = 0) -> str:
        """A sheet, rules or declarations with all that they name inside."""
        rewritten = rewrite_css(css, lambda named: self.address(named, base, depth))
        return _DEFINED.sub(_UNDEFINED_MARK, rewritten)

    def sheet(self, css: str, base: str, depth: int = 0) -> str:
        """The address of a sheet."""
        return _as_data("text/css;charset=utf-8", self.css(css, base, depth).encode())

    def srcset(self, srcset: str, base: str) -> str:
        """The candidates that there are: a browser chooses among those, and finds what it chose."""
        found = []
        for url, descriptors in split_srcset(srcset):
            address = self.address(url, base)
            if address != NOTHING:
                found.append(f"{address} {descriptors}".strip())
        return ", ".join(found)

    def _data(self, url: str, depth: int) -> str:
        known = self._known.get(url)
        if known is None:
            known = self._known[url] = self._read(url, depth)
        return known

    def _read(self, url: str, depth: int) -> str:
        asset = self.look_up(url)
        if asset is None or asset.body is None:
            self.missing[url] = "not in the archive"
            return NOTHING
        if self.bytes + len(asset.body) > MAX_BYTES or depth > _IMPORT_DEPTH:
            self.missing[url] = "too much for one file"
            return NOTHING
        self.bytes += len(asset.body)
        media_type = asset.media_type.partition(";")[0].strip()
        if media_type.lower() == "text/css":
            return self.sheet(asset.body.decode(errors="replace"), url, depth + 1)
        known = _MEDIA_TYPE.fullmatch(media_type)
        return _as_data(media_type if known else "application/octet-stream", asset.body)


def _as_data(media_type: str, body: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(body).decode()}"
